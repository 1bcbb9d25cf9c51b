// What can be done with a message as a whole: answer in its thread, or use a shortcut of the app.

import { post } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { store } from "./store.js";

/** The buttons that appear over a message; null where Slack has none: on private answers. */
export function messageActions(message, onThread) {
  const shortcuts = store.shortcuts.filter((one) => one.kind === "message");
  if (message.ephemeral || message.deleted || (!onThread && shortcuts.length === 0)) return null;
  return el("div", { class: "message-actions" },
    onThread && tool("thread", "Reply in thread", () => onThread(message)),
    shortcuts.length > 0 && tool("more", "More actions", (event) => offer(event.currentTarget, message, shortcuts)));
}

function tool(sign, label, act) {
  return el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: act } },
    icon(sign),
  );
}

function offer(anchor, message, shortcuts) {
  openMenu(anchor, {
    label: "More actions", role: "menu",
    choices: shortcuts.map((one) => ({
      key: one.callback_id, label: [one.name], words: one.name, description: one.description,
    })),
    onChoose: (choice) => post(
      "/page/shortcut",
      { as: store.me, channel: message.channel, ts: message.ts, callback_id: choice.key },
    ),
  });
}
