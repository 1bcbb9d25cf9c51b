// A thread beside the channel. Commands can't be used in threads; Slack says so, and so does this.

import { get, post } from "./api.js";
import { el, refill } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";
import { on, store } from "./store.js";

/** Returns `open(message)` and what takes the stream's events. */
export function startThread() {
  const thread = { pane: document.getElementById("thread"), root: null, opener: null };
  thread.pane.addEventListener("keydown", (event) => { if (event.key === "Escape") close(thread); });
  on("channel", () => close(thread));
  return {
    open: (message) => open(thread, message),
    take(event) {
      if (thread.root && ["message", "changed", "removed"].includes(event.type)) load(thread);
    },
  };
}

async function open(thread, message) {
  thread.opener = document.activeElement;
  thread.root = message;
  const box = el("input", {
    type: "text", class: "text-input", placeholder: "Reply…", "aria-label": "Reply in thread",
  });
  refill(thread.pane,
    el("header", { class: "panel-head" }, el("h2", { text: "Thread" }), closeButton(thread)),
    el("ol", { class: "thread-messages", "aria-label": "Thread" }),
    el("form", { class: "thread-composer", on: { submit: (event) => reply(thread, event, box) } }, box,
      el("button", { type: "submit", class: "button button-primary", text: "Reply" })));
  thread.pane.hidden = false;
  await load(thread);
  box.focus();
}

function closeButton(thread) {
  return el("button", {
    type: "button", class: "icon-button panel-close", "aria-label": "Close thread",
    on: { click: () => close(thread) },
  }, icon("close"));
}

const timestampOf = (root) => root.thread_ts ?? root.ts;

async function load(thread) {
  const { root, pane } = thread;
  const asked = { as: store.me, channel: root.channel, thread_ts: timestampOf(root) };
  const { messages = [] } = await get("/page/messages", asked);
  const list = pane.querySelector(".thread-messages");
  if (thread.root !== root || !list) return;
  refill(list, messages.map((message) => drawMessage(message)));
  list.scrollTop = list.scrollHeight;
}

function reply({ root }, event, box) {
  event.preventDefault();
  const text = box.value.trim();
  if (text === "") return;
  box.value = "";
  post("/page/type", { as: store.me, channel: root.channel, text, thread_ts: timestampOf(root) });
}

function close(thread) {
  if (!thread.root) return;
  thread.root = null;
  thread.pane.hidden = true;
  thread.pane.replaceChildren();
  thread.opener?.focus();
}
