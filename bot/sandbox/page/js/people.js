// "Be somebody else": the same workspace through another person's eyes.

import { avatar } from "./avatar.js";
import { el, refill } from "./dom.js";
import { openDialog } from "./dialog.js";
import { icon } from "./icons.js";
import { on, store } from "./store.js";

const KINDS = { member: "Member", guest: "Guest", external: "Other organisation", deactivated: "Deactivated" };
const ORDER = Object.keys(KINDS);

/** Show who one is, and open the list of everybody on a press. */
export function startPeople({ onChosen }) {
  const button = document.getElementById("person");
  button.addEventListener("click", () => choosePerson(onChosen));
  on("state", () => {
    const me = store.users.get(store.me);
    refill(button, avatar(me, "avatar-small"),
      el("span", { class: "person-words" },
        el("span", { class: "person-name" }, me?.real_name || me?.name || "",
          me?.role && el("span", { class: "person-role", text: ` ${me.role.split(",")[0]}` })),
        el("span", { class: "person-note", text: "Be somebody else" })),
      icon("people"));
  });
}

function choosePerson(onChosen) {
  const people = [...store.users.values()].filter((user) => user.kind !== "bot")
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const dialog = openDialog({
    title: "Be somebody else", className: "dialog-people",
    body: [
      el(
        "p",
        {
          class: "dialog-note",
          text: "Everything you type and press is done as this person. Try what each may and may not see.",
        },
      ),
      el(
        "ul", { class: "people" },
        people.map((user) => el("li", {}, row(user, () => { dialog.close(); onChosen(user.id); }))),
      ),
    ],
  });
  dialog.querySelector("[aria-pressed=true]")?.focus();
}

function row(user, choose) {
  const isMe = user.id === store.me;
  return el("button", {
    type: "button", class: "person-row", "aria-pressed": String(isMe),
    disabled: user.kind === "deactivated", on: { click: choose },
  },
    avatar(user, "avatar-small"),
    el("span", { class: "person-words" },
      el("span", { class: "person-name", text: user.real_name || user.name }),
      el("span", {
        class: "person-note", text: [user.title || `@${user.name}`, user.role].filter(Boolean).join(" · "),
      })),
    el("span", { class: `kind kind-${user.kind}`, text: KINDS[user.kind] ?? user.kind }),
    isMe && icon("check"));
}
