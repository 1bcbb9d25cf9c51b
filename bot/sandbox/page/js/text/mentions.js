// People, channels, groups and dates inside a text. A scene says who is who on this page.

import { el } from "../dom.js";

/** A person; nobody this page knows shows as the bare id. */
export function person(id, scene, label = null) {
  const user = scene.users.get(id);
  const name = user ? user.real_name || user.name : label || id;
  const isMe = id === scene.me;
  return el("span", { class: isMe ? "mention mention-me" : "mention", text: `@${name}` });
}

/** A channel that opens on a click, if the person may see it. */
export function channel(id, scene, label = null) {
  const known = scene.channels.get(id);
  if (!known) return el("span", { class: "mention", text: label ? `#${label}` : "private channel" });
  return el("button", {
    type: "button", class: "mention mention-link", text: `#${known.name}`,
    on: { click: () => scene.openChannel(id) },
  });
}

/** `@here`, `@channel` and `@everyone`: these really call people, so they stand out. */
export function broadcast(range) {
  return el("span", { class: "mention mention-me", text: `@${range}` });
}

/** A user group. */
export function group(id, label = null) {
  return el("span", { class: "mention", text: label ? (label.startsWith("@") ? label : `@${label}`) : `@${id}` });
}

const two = (number) => String(number).padStart(2, "0");
const locale = (at, options) => at.toLocaleString(undefined, options);
const FORMATS = {
  date_num: (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  date_slash: (at) => locale(at, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (at) => locale(at, { year: "numeric", month: "long", day: "numeric" }),
  date_short: (at) => locale(at, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (at) => locale(at, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  time: (at) => locale(at, { hour: "numeric", minute: "2-digit" }),
  time_secs: (at) => locale(at, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: ago,
};

function ago(at) {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return words.format(seconds, "second");
}

function nearDay(at) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const days = Math.floor((at.getTime() - midnight.getTime()) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

/** A moment in the reader's own zone, by Slack's date tokens; null when it is no moment. */
export function moment(seconds, format) {
  const at = new Date(Number(seconds) * 1000);
  if (!/^-?\d+$/.test(String(seconds)) || Number.isNaN(at.getTime())) return null;
  const text = String(format).replace(/\{(\w+)\}/g, (token, name) => {
    const [, stem, pretty] = /^(\w+?)(_pretty)?$/.exec(name);
    if (!Object.hasOwn(FORMATS, stem)) return token;
    return (pretty && nearDay(at)) || FORMATS[stem](at);
  });
  return el("time", { datetime: at.toISOString(), title: at.toString(), text });
}
