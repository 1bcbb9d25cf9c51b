// Where people type: commands are completed, the last text comes back with the arrow key.

import { post } from "./api.js";
import { suggest } from "./completion.js";
import { makeCompletionList } from "./completion_list.js";
import { el, refill } from "./dom.js";
import { channelName } from "./sidebar.js";
import { addNotice, on, store } from "./store.js";

const HISTORY_MAX = 50;
const HEIGHT_PIXELS_MAX = 180;

// What Slack answers a message with that it does not take.
const REFUSALS = {
  not_in_channel: "You are not a member of this channel, so you can’t write here.",
  is_archived: "This channel is archived.",
  not_reachable: "The workspace can’t be reached. Is it still running?",
  operation_timeout: "The workspace took too long to answer.",
};

/** Make the composer work; returns `insert(text)` for the first steps. */
export function startComposer() {
  const composer = {
    box: document.getElementById("text"), send: document.getElementById("send"),
    status: document.getElementById("composer-status"), past: makeHistory(),
  };
  composer.completion = makeCompletionList(composer.box, document.getElementById("completion"), {
    suggestFor: (text) => suggest(text, store).choices, onTaken: (text) => write(composer, text),
  });
  listen(composer);
  on("channel", () => { composer.box.placeholder = placeholder(store.channels.get(store.channel)); });
  return {
    insert(text) {
      write(composer, text);
      composer.box.focus();
    },
  };
}

function listen(composer) {
  const { box, completion } = composer;
  document.getElementById("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(composer);
  });
  box.addEventListener("input", () => { settle(composer); completion.update(); });
  box.addEventListener("blur", () => completion.close());
  box.addEventListener("keydown", (event) => {
    if (!completion.key(event)) pressKey(composer, event);
  });
}

function pressKey(composer, event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit(composer);
  }
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const text = step ? composer.past.move(composer.box.value, step) : null;
  if (text === null) return;
  event.preventDefault();
  write(composer, text);
}

function write(composer, text) {
  composer.box.value = text;
  composer.box.setSelectionRange(text.length, text.length);
  settle(composer);
}

function settle({ box, send, status }) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, HEIGHT_PIXELS_MAX)}px`;
  send.disabled = box.value.trim() === "";
  status.textContent = suggest(box.value, store).usage;
}

async function submit(composer) {
  const text = composer.box.value.trim();
  const { channel, me } = store;
  if (text === "" || channel === null) return;
  composer.past.keep(text);
  write(composer, "");
  composer.completion.close();
  if (text.startsWith("/")) showSent(composer.status, text.split(/\s/)[0]);
  const answer = await post("/page/type", { as: me, channel, text });
  settle(composer);
  // Of a command that fails the stand-in tells by a notice of its own.
  if (answer.ok || answer.command || !(answer.error in REFUSALS)) return;
  addNotice(channel, REFUSALS[answer.error], "error");
  if (composer.box.value === "") write(composer, text);
}

function showSent(status, command) {
  refill(status, el("span", { class: "working-dots", "aria-hidden": "true" }), `Sent ${command}…`);
}

function placeholder(channel) {
  if (!channel) return "";
  return `Message ${channel.kind.endsWith("im") ? "" : "#"}${channelName(channel)}, or type /`;
}

function makeHistory() {
  const texts = [];
  let at = 0;
  return {
    keep(text) {
      if (texts.at(-1) !== text) texts.push(text);
      if (texts.length > HISTORY_MAX) texts.shift();
      at = texts.length;
    },
    /** The text one step away; null when what stands in the box is somebody's own. */
    move(current, step) {
      const next = at + step;
      if ((current !== "" && current !== texts[at]) || next < 0 || next > texts.length) return null;
      at = next;
      return texts[at] ?? "";
    },
  };
}
