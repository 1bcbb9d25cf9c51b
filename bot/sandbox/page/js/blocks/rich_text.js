// rich_text: sections, lists, quotes, preformatted text, and what stands in them.

import { el } from "../dom.js";
import { own } from "../own.js";
import { emoji } from "../text/emoji.js";
import { link } from "../text/links.js";
import { broadcast, channel, group, moment, person } from "../text/mentions.js";
import { decode } from "../text/plain.js";

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];
const INDENT_MAX = 8;

const PARTS = {
  text: (part) => lines(decode(part.text)),
  link: (part) => link(part.url, decode(part.text ?? part.url)),
  emoji: (part) => emoji(part.name) ?? `:${part.name}:`,
  user: (part, scene) => person(part.user_id, scene),
  channel: (part, scene) => channel(part.channel_id, scene),
  usergroup: (part) => group(part.usergroup_id),
  broadcast: (part) => broadcast(part.range),
  team: (part) => el("span", { class: "mention", text: part.team_id }),
  date: (part) => {
    const node = moment(part.timestamp, part.format ?? "{date}") ?? part.fallback ?? "";
    return part.url ? link(part.url, [node]) : node;
  },
  color: (part) => {
    const chip = el("span", { class: "colour-chip" });
    chip.style.backgroundColor = part.value;
    return el("span", { class: "code" }, chip, part.value);
  },
};

const GROUPS = {
  rich_text_section: (group, scene) => el("div", { class: "rich-section" }, inline(group.elements, scene)),
  rich_text_quote: (group, scene) => el("blockquote", { class: "quote" }, inline(group.elements, scene)),
  rich_text_preformatted: (group, scene) => el("pre", { class: "pre" }, inline(group.elements, scene)),
  rich_text_list: list,
};

export function richText(block, scene) {
  return el("div", { class: "block-rich-text prose" }, richGroups(block, scene));
}

/** The groups of a rich_text object, for cells and titles as well. */
export function richGroups(block, scene) {
  return block.elements.map((part) => own(GROUPS, part.type)?.(part, scene) ?? null);
}

function inline(parts, scene) {
  return parts.map((part) => {
    const drawn = own(PARTS, part.type)?.(part, scene) ?? "";
    return STYLES.reduce((node, [style, tag]) => {
      if (!part.style?.[style]) return node;
      return el(tag, tag === "code" ? { class: "code" } : {}, node);
    }, drawn);
  });
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => [...(index ? [el("br")] : []), line]);
}

function list(group, scene) {
  const ordered = group.style === "ordered";
  const depth = Math.min(group.indent ?? 0, INDENT_MAX);
  const node = el(
    ordered ? "ol" : "ul",
    { class: `list indent-${depth} depth-${depth % 3}${group.border ? " bordered" : ""}` },
  );
  if (ordered && group.offset) node.start = group.offset + 1;
  for (const item of group.elements) node.append(el("li", {}, inline(item.elements, scene)));
  return node;
}
