// The messages of the open channel. A changed message takes its old one's place.

import { announce, el } from "./dom.js";
import { drawMessage, keyOf } from "./message.js";
import { on, store, timeline } from "./store.js";
import { decode } from "./text/plain.js";

const GROUP_SECONDS = 300;
const NEAR_END_PIXELS = 120;
const SPOKEN_MAX = 300;

/** Keep the list up to date. */
export function startMessages({ onThread }) {
  const list = document.getElementById("messages");
  on("channel", () => {
    list.replaceChildren();
    list.setAttribute("aria-busy", "true");
  });
  on("messages", (change) => {
    if (change.isWhole) list.setAttribute("aria-busy", "false");
    const wasNearEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PIXELS;
    const scrolled = list.scrollTop;
    if (change.replaced) replaceOne(list, change.replaced, onThread);
    else drawAll(list, onThread);
    const isMine = change.arrived?.user === store.me || change.arrived?.ephemeral || change.arrived?.isNotice;
    if (change.isWhole || isMine || (wasNearEnd && !change.removed)) scrollToEnd(list, change.arrived);
    else list.scrollTop = scrolled;
    if (change.arrived) announce(spokenForm(change.arrived));
  });
}

/** Bring one message of the open channel into sight and go to it. */
export function showMessage(ts) {
  const node = document.querySelector(`#messages [data-ts="${CSS.escape(ts)}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.focus();
}

function scrollToEnd(list, arrived) {
  list.scrollTop = list.scrollHeight;
  // Of a message that is taller than the screen, its beginning is worth more than its end.
  const node = arrived && [...list.children].find((each) => each.dataset.key === keyOf(arrived));
  if (node && node.offsetHeight > list.clientHeight) list.scrollTop = node.offsetTop - list.offsetTop;
}

function drawAll(list, onThread) {
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = null;
  const nodes = [];
  for (const message of timeline()) {
    const day = dayOf(message);
    if (before === null || dayOf(before) !== day) nodes.push(known.get(day) ?? dayLine(day));
    if (message.ts === store.newFrom && before !== null) nodes.push(known.get("new") ?? newLine());
    const follows = message.ts !== store.newFrom && isFollowing(message, before);
    const old = known.get(keyOf(message));
    // What stands already is kept, so that open menus and typed text survive a new message.
    nodes.push(old && (old.dataset.follows === "yes") === follows ? old : drawMessage(message, follows, onThread));
    before = message;
  }
  if (nodes.length === 0) nodes.push(emptyNote());
  arrange(list, nodes);
}

/** Put nodes in this order and move none that stands right: a moved one would lose the focus. */
function arrange(list, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

function emptyNote() {
  return el("li", { class: "empty", data: { key: "empty" } },
    el("p", { class: "empty-title", text: "Nothing here yet" }),
    el(
      "p", {}, "Type ", el("kbd", { text: "/" }),
      ` below to ask ${store.bot?.name ?? "the app"} something. Its answers are for your eyes only.`,
    ));
}

function replaceOne(list, message, onThread) {
  const old = [...list.children].find((node) => node.dataset.key === keyOf(message));
  if (!old) return drawAll(list, onThread);
  const hadFocus = old.contains(document.activeElement);
  const focused = hadFocus ? document.activeElement.closest(".control")?.dataset.actionId : null;
  const fresh = drawMessage(message, old.dataset.follows === "yes", onThread);
  old.replaceWith(fresh);
  if (!hadFocus) return;
  const again = [...fresh.querySelectorAll(".control")].find((node) => node.dataset.actionId === focused);
  (again?.querySelector("button, a, input") ?? fresh).focus({ preventScroll: true });
}

function dayOf(message) {
  return new Date(Number(message.ts) * 1000).toDateString();
}

function dayLine(day) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  const words = { [today.toDateString()]: "Today", [yesterday.toDateString()]: "Yesterday" }[day]
    ?? new Date(day).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
  return el("li", { class: "day", data: { key: day } }, el("span", { text: words }));
}

function newLine() {
  return el("li", { class: "day new-line", data: { key: "new" } }, el("span", { text: "New" }));
}

function isFollowing(message, before) {
  const isPlain = (one) => !one.isNotice && !one.ephemeral && !one.blocks?.length;
  return before !== null && isPlain(message) && isPlain(before) && message.user === before.user
    && dayOf(message) === dayOf(before) && Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
}

function spokenForm(message) {
  const author = message.isNotice ? "Slackbot" : store.users.get(message.user)?.real_name ?? store.bot?.name ?? "";
  const words = decode(message.text ?? "") || "sent a message with a card";
  return `${author}: ${words.slice(0, SPOKEN_MAX)}`;
}
