// Where people type: commands are completed, the last text comes back with the arrow key.

import { post } from "./api.js";
import { suggest } from "./completion.js";
import { el, refill } from "./dom.js";
import { channelName } from "./sidebar.js";
import { addNotice, on, store } from "./store.js";

const HISTORY_MAX = 50;
const ROWS_PIXELS_MAX = 180;

/** Make the composer work; returns `insert(text)` for the first steps. */
export function startComposer() {
  const form = document.getElementById("composer");
  const box = document.getElementById("text");
  const status = document.getElementById("composer-status");
  const completion = makeCompletion(box, document.getElementById("completion"), () => { fit(box); send.disabled = false; });
  const send = document.getElementById("send");
  const past = makeHistory(box);

  async function submit() {
    const text = box.value.trim();
    if (text === "" || store.channel === null) return;
    past.keep(text);
    write(box, "");
    completion.update();
    refill(status, text.startsWith("/") ? [el("span", { class: "working-dots", "aria-hidden": "true" }), `Sent ${text.split(" ")[0]}…`] : null);
    const answer = await post("/page/type", { as: store.me, channel: store.channel, text });
    refill(status);
    // The stand-in tells of a failing command by a notice; of a lost connection nobody else can.
    if (answer.error === "not_reachable") {
      addNotice(store.channel, "The workspace can’t be reached. Is it still running?", "error");
      if (box.value === "") write(box, text);
    }
    send.disabled = box.value.trim() === "";
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  box.addEventListener("input", () => {
    fit(box);
    send.disabled = box.value.trim() === "";
    completion.update();
  });
  box.addEventListener("keydown", (event) => {
    if (completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") past.key(event);
  });
  box.addEventListener("blur", () => setTimeout(() => completion.close(), 120));
  on("channel", () => {
    const channel = store.channels.get(store.channel);
    box.placeholder = channel ? `Message ${channel.kind.endsWith("im") ? "" : "#"}${channelName(channel)}, or type /` : "";
  });
  return {
    insert(text) {
      write(box, text);
      send.disabled = false;
      box.focus();
      completion.close();
    },
  };
}

function write(box, text) {
  box.value = text;
  box.setSelectionRange(text.length, text.length);
  fit(box);
}

function fit(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, ROWS_PIXELS_MAX)}px`;
}

function makeHistory(box) {
  const texts = [];
  let at = 0;
  return {
    keep(text) {
      if (texts.at(-1) !== text) texts.push(text);
      if (texts.length > HISTORY_MAX) texts.shift();
      at = texts.length;
    },
    key(event) {
      // Only an empty box, or one that shows an old text unchanged, moves through the past.
      if (texts.length === 0 || (box.value !== "" && box.value !== texts[at])) return;
      const next = at + (event.key === "ArrowUp" ? -1 : 1);
      if (next < 0 || next > texts.length) return;
      event.preventDefault();
      at = next;
      write(box, texts[at] ?? "");
      box.dispatchEvent(new Event("input"));
    },
  };
}

function makeCompletion(box, list, onWritten) {
  let choices = [];
  let active = -1;

  function draw() {
    list.hidden = choices.length === 0;
    box.setAttribute("aria-expanded", String(choices.length > 0));
    refill(list, choices.map((choice, index) => el("li", {
      class: `completion-choice${index === active ? " is-active" : ""}${choice.isHint ? " is-usage" : ""}`, role: "option", id: `completion-${index}`, "aria-selected": String(index === active),
      on: { mousedown: (event) => { event.preventDefault(); take(index); } },
    }, el("span", { class: "completion-text" }, el("b", { text: choice.text }), choice.usage && ` ${choice.usage}`), el("span", { class: "completion-note", text: choice.note ?? "" }))));
    if (active >= 0) box.setAttribute("aria-activedescendant", `completion-${active}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const choice = choices[index];
    if (!choice || choice.isHint) return;
    write(box, choice.insert);
    onWritten();
    update();
  }

  function update() {
    choices = suggest(box.value, store);
    active = choices.length && choices[0].isFirstPick ? 0 : -1;
    draw();
  }

  function close() {
    choices = [];
    active = -1;
    draw();
  }

  function key(event) {
    if (list.hidden || event.isComposing) return false;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const pickable = choices.filter((choice) => !choice.isHint).length;
    if (event.key in moves && pickable > 0) active = (active + moves[event.key] + choices.length + (active < 0 && moves[event.key] < 0 ? 1 : 0)) % choices.length;
    else if (event.key === "Escape") { close(); event.preventDefault(); return true; }
    else if (event.key === "Tab" && !event.shiftKey && pickable > 0) { event.preventDefault(); take(Math.max(active, 0)); return true; }
    else if (event.key === "Enter" && active >= 0 && choices[active].insert.trim() !== box.value.trim()) { event.preventDefault(); take(active); return true; }
    else return false;
    event.preventDefault();
    draw();
    return true;
  }

  return { update, close, key };
}
