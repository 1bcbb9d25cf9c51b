// Slack's mrkdwn as nodes. `<...>` is looked at while the text is still escaped, so what arrives
// escaped can never become a link or a mention.
// Source: docs.slack.dev/messaging/formatting-message-text, read 2026-11.

import { el } from "../dom.js";
import { link, safeUrl } from "./links.js";
import { broadcast, channel, group, moment, person } from "./mentions.js";
import { decode, withEmoji } from "./plain.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const BARE_URL = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]}*_~`]/gy;
const WORD = /[\p{L}\p{N}]/u;
const BROADCASTS = new Set(["here", "channel", "everyone"]);
const DEPTH_MAX = 6;

/** A text in mrkdwn as a list of nodes; `verbatim` leaves bare addresses as text. */
export function mrkdwn(text, scene, { verbatim = false } = {}) {
  const nodes = [];
  // Every second part stood between fences; one that is never closed is plain text.
  const parts = String(text).split(/```([\s\S]+?)```/);
  parts.forEach((part, index) => {
    if (index % 2 === 1) nodes.push(el("pre", { class: "pre" }, literal(trimLine(part), scene)));
    else nodes.push(...paragraphs(part, index, parts.length, scene, verbatim));
  });
  return nodes;
}

const trimLine = (text) => text.replace(/^\n/, "").replace(/\n$/, "");

function paragraphs(text, index, count, scene, verbatim) {
  // The line break beside a code block belongs to the block.
  let body = index > 0 ? text.replace(/^\n/, "") : text;
  if (index < count - 1) body = body.replace(/\n$/, "");
  if (body === "") return [];
  const nodes = [];
  for (const { quoted, lines } of runs(body.split("\n"))) {
    const content = withBreaks(lines, scene, verbatim);
    if (quoted) nodes.push(el("blockquote", { class: "quote" }, content));
    else {
      if (nodes.length && nodes.at(-1).nodeName !== "BLOCKQUOTE") nodes.push(el("br"));
      nodes.push(...content);
    }
  }
  return nodes;
}

function runs(lines) {
  const found = [];
  let rest = false;
  for (const line of lines) {
    const whole = /^(?:&gt;|>){3}\s?/.exec(line);
    if (whole && !rest) rest = true;
    const mark = whole ?? /^(?:&gt;|>)\s?/.exec(line);
    const quoted = rest || mark !== null;
    const body = mark ? line.slice(mark[0].length) : line;
    if (found.length && found.at(-1).quoted === quoted) found.at(-1).lines.push(body);
    else found.push({ quoted, lines: [body] });
  }
  return found;
}

function withBreaks(lines, scene, verbatim) {
  return lines.flatMap((line, index) => [
    ...(index ? [el("br")] : []), ...inline(line, { scene, verbatim, depth: 0 }),
  ]);
}

function inline(text, context) {
  const nodes = [];
  let plain = "";
  const flush = () => { if (plain) nodes.push(...withEmoji(plain)); plain = ""; };
  for (let at = 0; at < text.length;) {
    const found = tokenAt(text, at, context);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function tokenAt(text, at, context) {
  const sign = text[at];
  if (sign === "<") return control(text, at, context.scene);
  if (sign === "`") return code(text, at, context.scene);
  if (sign in STYLES) return styled(text, at, context);
  if (sign === "h" && !context.verbatim && !WORD.test(text[at - 1] ?? " ")) return bareUrl(text, at);
  return null;
}

function code(text, at, scene) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: el("code", { class: "code" }, literal(text.slice(at + 1, end), scene)), end: end + 1 };
}

/** Inside code nothing is formatted; controls show their words. */
function literal(text, scene) {
  return text.split(/(<[^<>\n]+>)/).map((part) => {
    if (!part.startsWith("<")) return decode(part);
    const found = control(part, 0, scene);
    return found && found.end === part.length ? found.node.textContent : decode(part);
  });
}

function styled(text, at, context) {
  const mark = text[at];
  const opens = !WORD.test(text[at - 1] ?? " ") && /\S/.test(text[at + 1] ?? " ") && text[at + 1] !== mark;
  if (!opens || context.depth >= DEPTH_MAX) return null;
  const end = closing(text, at + 1, mark);
  if (end < 0) return null;
  const inside = inline(text.slice(at + 1, end), { ...context, depth: context.depth + 1 });
  return { node: el(STYLES[mark], {}, inside), end: end + 1 };
}

function closing(text, from, mark) {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "<" || text[at] === "`") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && at > from && /\S/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) {
      return at;
    }
  }
  return -1;
}

function bareUrl(text, at) {
  BARE_URL.lastIndex = at;
  const match = BARE_URL.exec(text);
  if (!match) return null;
  const address = decode(match[0]);
  return { node: link(address), end: at + match[0].length };
}

function control(text, at, scene) {
  const end = text.indexOf(">", at + 1);
  if (end < 0) return null;
  const inside = text.slice(at + 1, end);
  const node = controlNode(inside, scene);
  return node && { node, end: end + 1 };
}

function controlNode(inside, scene) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : decode(inside.slice(bar + 1));
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return person(target.slice(1), scene, label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channel(target.slice(1), scene, label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  const href = safeUrl(decode(target));
  if (href === null) return null;
  return link(href, label === null ? decode(target) : withEmoji(inside.slice(bar + 1)));
}

function special(name, label) {
  if (BROADCASTS.has(name)) return broadcast(name);
  if (name.startsWith("subteam^")) return group(name.slice(8), label);
  if (name.startsWith("date^")) return date(name.slice(5), label);
  return label === null ? null : el("span", { text: label });
}

function date(rest, fallback) {
  const [seconds, format = "", address = null] = rest.split("^");
  const node = moment(seconds, decode(format)) ?? el("span", { text: fallback ?? "" });
  return address === null ? node : link(decode(address), [node]);
}
