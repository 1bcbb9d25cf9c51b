// A thread beside the channel. Commands can't be used in threads; Slack says so, and so does this.

import { get, post } from "./api.js";
import { el, refill } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./messages.js";
import { on, store } from "./store.js";

/** Returns `open(message)` and what takes the stream's events. */
export function startThread() {
  const pane = document.getElementById("thread");
  let root = null;
  let opener = null;

  async function open(message) {
    opener = document.activeElement;
    root = message;
    const list = el("ol", { class: "thread-messages", "aria-label": "Thread" });
    const box = el(
      "input",
      { type: "text", class: "text-input", placeholder: "Reply…", "aria-label": "Reply in thread" },
    );
    refill(pane,
      el("header", { class: "panel-head" }, el("h2", { text: "Thread" }),
        el(
          "button",
          { type: "button", class: "icon-button panel-close", "aria-label": "Close thread", on: { click: close } },
          icon("close"),
        )),
      list,
      el("form", { class: "thread-composer", on: { submit: (event) => reply(event, box) } }, box,
        el("button", { type: "submit", class: "button button-primary", text: "Reply" })));
    pane.hidden = false;
    await load();
    box.focus();
  }

  async function load() {
    const asked = root;
    const { messages = [] } = await get(
      "/page/messages", { as: store.me, channel: root.channel, thread_ts: root.thread_ts ?? root.ts },
    );
    const list = pane.querySelector(".thread-messages");
    if (root !== asked || !list) return;
    refill(list, messages.map((message) => drawMessage(message)));
    list.scrollTop = list.scrollHeight;
  }

  function reply(event, box) {
    event.preventDefault();
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    post("/page/type", { as: store.me, channel: root.channel, text, thread_ts: root.thread_ts ?? root.ts });
  }

  function close() {
    if (root === null) return;
    root = null;
    pane.hidden = true;
    pane.replaceChildren();
    opener?.focus();
  }

  pane.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  on("channel", close);
  return {
    open,
    take(event) {
      if (root !== null && ["message", "changed", "removed"].includes(event.type)) load();
    },
  };
}
