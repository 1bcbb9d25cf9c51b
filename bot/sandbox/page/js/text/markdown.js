// The `markdown` block: ordinary Markdown, of which Slack draws a part.
// Source: docs.slack.dev/reference/block-kit/blocks/markdown-block, read 2026-11.

import { el } from "../dom.js";
import { link, safeUrl } from "./links.js";
import { decode, withEmoji } from "./plain.js";

const LINES_MAX = 2_000;
const PATTERNS = [
  { sign: /`([^`]+)`/y, draw: (m) => el("code", { class: "code" }, decode(m[1])) },
  { sign: /\*\*(?=\S)(.+?\S|\S)\*\*/y, draw: (m) => el("strong", {}, inline(m[1])) },
  { sign: /__(?=\S)(.+?\S|\S)__/y, draw: (m) => el("strong", {}, inline(m[1])) },
  { sign: /~~(?=\S)(.+?\S|\S)~~/y, draw: (m) => el("s", {}, inline(m[1])) },
  { sign: /\*(?=\S)([^*]*[^*\s])\*/y, draw: (m) => el("em", {}, inline(m[1])) },
  { sign: /_(?=\S)([^_]*[^_\s])_(?![\p{L}\p{N}])/uy, draw: (m) => el("em", {}, inline(m[1])) },
  { sign: /!?\[([^\]]*)\]\((\S+?)\)/y, draw: (m) => (safeUrl(decode(m[2])) ? link(decode(m[2]), inline(m[1])) : null) },
  { sign: /<(https?:\/\/[^>\s]+)>/y, draw: (m) => link(decode(m[1])) },
  { sign: /\\([\\`*_{}[\]()#+\-.!~>|])/y, draw: (m) => document.createTextNode(m[1]) },
];

function inline(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const found = patternAt(text, at);
    if (found) {
      nodes.push(...withEmoji(plain), found.node);
      plain = "";
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  return [...nodes, ...withEmoji(plain)];
}

function patternAt(text, at) {
  for (const { sign, draw } of PATTERNS) {
    sign.lastIndex = at;
    const match = sign.exec(text);
    const node = match && draw(match);
    if (node) return { node, length: match[0].length };
  }
  return null;
}

const BLOCKS = [
  { starts: /^```/, read: readFence },
  { starts: /^#{1,6}\s/, read: readHeading },
  { starts: /^\s*([-*_])(\s*\1){2,}\s*$/, read: (lines) => [el("hr", { class: "divider" }), 1] },
  { starts: /^(?:>|&gt;)/, read: readQuote },
  { starts: /^\s*(?:[-*+]|\d+[.)])\s/, read: readList },
  { starts: /^\s*\|.*\|\s*$/, read: readTable },
];

/** The text as a list of block nodes. */
export function markdown(text) {
  const lines = String(text).split("\n").slice(0, LINES_MAX);
  const nodes = [];
  while (lines.length) {
    if (lines[0].trim() === "") {
      lines.shift();
      continue;
    }
    const kind = BLOCKS.find(({ starts }) => starts.test(lines[0]));
    const [node, used] = (kind?.read ?? readParagraph)(lines);
    nodes.push(node);
    lines.splice(0, used);
  }
  return nodes;
}

function leading(lines, test) {
  const end = lines.findIndex((line, index) => index > 0 && !test(line));
  return end < 0 ? lines.length : end;
}

function readFence(lines) {
  const close = lines.findIndex((line, index) => index > 0 && line.startsWith("```"));
  const end = close < 0 ? lines.length : close;
  return [el("pre", { class: "pre", text: decode(lines.slice(1, end).join("\n")) }), end + 1];
}

function readHeading(lines) {
  const [, marks, words] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines[0]) ?? [null, "#", lines[0]];
  return [el("p", { class: `md-heading md-heading-${Math.min(marks.length, 3)}` }, inline(words)), 1];
}

function readQuote(lines) {
  const used = leading(lines, (line) => /^(?:>|&gt;)/.test(line));
  const inside = lines.slice(0, used).map((line) => line.replace(/^(?:>|&gt;)\s?/, "")).join("\n");
  return [el("blockquote", { class: "quote" }, markdown(inside)), used];
}

function readList(lines) {
  const item = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
  const used = leading(lines, (line) => item.test(line));
  const ordered = /\d/.test(item.exec(lines[0])[2]);
  const list = el(ordered ? "ol" : "ul", { class: "list" });
  for (const line of lines.slice(0, used)) {
    const [, indent, , words] = item.exec(line);
    const depth = Math.min(Math.floor(indent.length / 2), 4);
    const task = /^\[([ xX])\]\s+(.*)$/.exec(words);
    const body = task ? [task[1] === " " ? "☐ " : "☑ ", ...inline(task[2])] : inline(words);
    list.append(el("li", { class: `indent-${depth}` }, body));
  }
  return [list, used];
}

function readTable(lines) {
  const used = leading(lines, (line) => /^\s*\|.*\|\s*$/.test(line));
  const cells = (line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const rows = lines.slice(0, used).map(cells);
  const ruled = rows.length > 1 && rows[1].every((cell) => /^:?-+:?$/.test(cell));
  const aligns = ruled ? rows.splice(1, 1)[0].map(alignOf) : [];
  const draw = (tag) => (cell, index) => el(tag, { class: `align-${aligns[index] ?? "left"}` }, inline(cell));
  const head = ruled ? el("thead", {}, el("tr", {}, rows.shift().map(draw("th")))) : null;
  const body = el("tbody", {}, rows.map((row) => el("tr", {}, row.map(draw("td")))));
  return [el("div", { class: "table-box", tabindex: 0 }, el("table", { class: "table" }, head, body)), used];
}

function alignOf(rule) {
  if (!rule.endsWith(":")) return "left";
  return rule.startsWith(":") ? "center" : "right";
}

function readParagraph(lines) {
  const used = leading(lines, (line) => line.trim() !== "" && !BLOCKS.some(({ starts }) => starts.test(line)));
  const words = lines.slice(0, used).flatMap((line, index) => [...(index ? [el("br")] : []), ...inline(line)]);
  return [el("p", { class: "md-paragraph" }, words), used];
}
