// The blocks that only show something.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { link, safeUrl } from "../text/links.js";
import { markdown } from "../text/markdown.js";
import { textObject } from "../text/object.js";
import { decode, plainText } from "../text/plain.js";
import { drawElement } from "./elements.js";
import { picture } from "./picture.js";

const ALERT_ICONS = { default: "info", info: "info", success: "check", warning: "alert", error: "alert" };

export function header(block) {
  return el("h3", { class: "block-header" }, plainText(block.text));
}

export function section(block, scene) {
  const fields = (block.fields ?? []).map((field) => el("div", { class: "field" }, textObject(field, scene)));
  return el("div", { class: "block-section" },
    el("div", { class: "section-body" },
      block.text && el("div", { class: "prose" }, textObject(block.text, scene)),
      fields.length > 0 && el("div", { class: "fields" }, fields)),
    block.accessory && el("div", { class: "accessory" }, drawElement(block.accessory, block, scene)));
}

export function divider() {
  return el("hr", { class: "divider" });
}

export function context(block, scene) {
  const part = (element) => (element.type === "image"
    ? picture(element, "context-image")
    : el("span", { class: "context-text" }, textObject(element, scene)));
  return el("div", { class: "block-context" }, block.elements.map(part));
}

export function image(block) {
  return el("figure", { class: "block-image" },
    block.title && el("figcaption", { class: "caption" }, plainText(block.title)),
    picture(block, "image"));
}

export function video(block) {
  const target = block.title_url ?? block.video_url;
  return el("div", { class: "block-attachment" },
    el(
      "p", { class: "attachment-source" },
      [decode(block.provider_name ?? ""), block.author_name && decode(block.author_name)].filter(Boolean).join(" · "),
    ),
    el("p", { class: "attachment-title" }, icon("play"), link(target, plainText(block.title))),
    block.description && el("p", { class: "attachment-note" }, plainText(block.description)));
}

export function file(block) {
  const known = block.file ?? {};
  const name = known.title ?? known.name ?? block.external_id ?? "File";
  const address = safeUrl(known.url_private_download ?? known.url_private ?? "");
  const about = [(known.filetype ?? "").toUpperCase(), sizeOf(known.size)].filter(Boolean).join(" · ");
  return el("div", { class: "block-file" }, icon("file"),
    el("span", { class: "file-words" },
      el("span", { class: "file-name", text: decode(name) }), el("span", { class: "file-note", text: about })),
    address && el("a", {
      class: "icon-button", href: address, download: known.name ?? "", "aria-label": `Download ${decode(name)}`,
      title: "Download",
    }, icon("download")));
}

const UNITS = ["bytes", "KB", "MB", "GB"];

function sizeOf(bytes) {
  if (bytes === undefined) return "";
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${UNITS[step]}`;
}

export function alert(block, scene) {
  const level = Object.hasOwn(ALERT_ICONS, block.level) ? block.level : "default";
  return el("div", { class: `block-alert alert-${level}`, role: level === "error" ? "alert" : "note" },
    icon(ALERT_ICONS[level]), el("div", { class: "prose" }, textObject(block.text, scene)));
}

export function markdownBlock(block) {
  return el("div", { class: "block-markdown prose" }, markdown(block.text));
}

