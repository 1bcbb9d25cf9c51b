// One message: who, when, what, and the marks around it.

import { avatar, slackbotAvatar } from "./avatar.js";
import { file } from "./blocks/basics.js";
import { drawBlocks } from "./blocks/draw.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { messageActions } from "./message_actions.js";
import { messageScene, plainScene } from "./scene.js";
import { store } from "./store.js";
import { mrkdwn } from "./text/mrkdwn.js";

/** What tells a message of a list from the others. */
export const keyOf = (message) => message.key ?? message.ts;

/** One message as it stands in a list; `follows` leaves out who it is from. */
export function drawMessage(message, follows = false, onThread = null) {
  if (message.isNotice) return drawNotice(message);
  const author = authorOf(message);
  const marks = [message.ephemeral && "is-ephemeral", follows && "is-following"].filter(Boolean);
  return el("li", {
    class: ["message", ...marks].join(" "), tabindex: -1,
    data: { key: keyOf(message), ts: message.ts, follows: follows ? "yes" : "no" },
  },
  follows ? el("span", { class: "message-side" }, timeMark(message)) : avatar(author),
  el("div", { class: "message-main" },
    message.ephemeral && onlyYou(), !follows && headOf(message, author),
    content(message), replies(message, onThread)),
  messageActions(message, onThread));
}

function authorOf(message) {
  return store.users.get(message.user) ?? (message.bot_id && store.users.get(store.bot?.user_id));
}

function headOf(message, author) {
  const isApp = Boolean(message.bot_id) || author?.kind === "bot";
  const name = author?.real_name || author?.name || (isApp && store.bot?.name) || "Somebody";
  const badge = isApp ? "APP" : author?.kind === "external" && "EXTERNAL";
  return el("div", { class: "message-head" }, el("span", { class: "author", text: name }),
    badge && el("span", { class: "app-badge", text: badge }), timeMark(message));
}

function onlyYou() {
  return el("p", { class: "only-you" }, icon("eye"), "Only visible to you");
}

function content(message) {
  if (message.deleted) return el("p", { class: "deleted", text: "This message was deleted." });
  const edited = message.edited && el("span", { class: "edited", text: "(edited)" });
  const scene = messageScene(message);
  const body = message.blocks?.length
    ? [drawBlocks(message.blocks, scene), edited]
    : message.text && el("div", { class: "prose" }, mrkdwn(message.text, scene), edited && [" ", edited]);
  return [
    body,
    (message.attachments ?? []).map((one) => attachment(one, scene)),
    (message.files ?? []).map((one) => file({ file: one })),
  ];
}

function attachment(one, scene) {
  const words = (text) => text && el("div", { class: "prose" }, mrkdwn(text, scene));
  const node = el("div", { class: "attachment" },
    words(one.pretext),
    one.title && el("div", { class: "attachment-title" }, mrkdwn(one.title, scene)),
    one.blocks?.length ? drawBlocks(one.blocks, scene) : words(one.text));
  const colour = /^#?([0-9a-f]{6})$/i.exec(one.color ?? "");
  if (colour) node.style.borderLeftColor = `#${colour[1]}`;
  return node;
}

function replies(message, onThread) {
  if (!message.reply_count || !onThread) return null;
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return el(
    "button", { type: "button", class: "replies", on: { click: () => onThread(message) } },
    icon("thread"), words,
  );
}

function drawNotice(notice) {
  return el("li", {
    class: `message is-ephemeral notice-${notice.kind}`, tabindex: -1, data: { key: notice.key, follows: "no" },
  },
  slackbotAvatar(),
  el("div", { class: "message-main" },
    onlyYou(),
    el("div", { class: "message-head" }, el("span", { class: "author", text: "Slackbot" }), timeMark(notice)),
    el("div", { class: "prose" }, mrkdwn(notice.text, plainScene()))));
}

function timeMark(message) {
  const at = new Date(Number(message.ts) * 1000);
  const words = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  return el("time", { class: "time", datetime: at.toISOString(), title: at.toLocaleString(), text: words });
}
