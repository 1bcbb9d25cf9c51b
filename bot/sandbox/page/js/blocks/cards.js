// Blocks that hold others: card, carousel, container.

import { el, freshId } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../text/object.js";
import { plainText } from "../text/plain.js";
import { drawElement } from "./elements.js";
import { picture } from "./picture.js";
import { richGroups } from "./rich_text.js";

const WIDTHS = new Set(["narrow", "standard", "wide", "full"]);

export function card(block, scene) {
  const parts = (name, content) => content && el("div", { class: `card-${name}` }, textObject(content, scene));
  return el("article", { class: "card" },
    block.hero_image && picture(block.hero_image, "image"),
    el("div", { class: "card-head" },
      block.icon && picture(block.icon, "card-icon"),
      el("div", {}, parts("title", block.title), parts("subtitle", block.subtitle))),
    parts("body", block.body),
    parts("subtext", block.subtext),
    block.actions?.length > 0 && el("div", { class: "block-actions" },
      block.actions.map((element) => drawElement(element, block, scene))));
}

export function carousel(block, scene) {
  return el("div", { class: "carousel", tabindex: 0, role: "region", "aria-label": "Cards" },
    block.elements.map((element) => card(element, scene)));
}

export function container(block, scene, drawBlocks) {
  const width = WIDTHS.has(block.width) ? block.width : "standard";
  const title = block.rich_text_title
    ? el("div", { class: "container-title" }, richGroups(block.rich_text_title, scene))
    : el("div", { class: "container-title" }, plainText(block.title));
  const heading = [
    block.icon && picture(block.icon, "card-icon"),
    el("div", { class: "container-words" }, title,
      block.subtitle && el("div", { class: "container-subtitle" }, textObject(block.subtitle, scene))),
  ];
  const body = drawBlocks(block.child_blocks, scene);
  const ruled = block.has_header_divider ? " ruled" : "";
  const box = el("section", { class: `container container-${width}${ruled}` });
  if (block.is_collapsible) box.append(...collapsible(heading, body, block.default_collapsed === true));
  else box.append(el("div", { class: "container-head" }, heading), body);
  return box;
}

function collapsible(heading, body, startsClosed) {
  body.id = freshId("container");
  body.hidden = startsClosed;
  const toggle = el("button", {
    type: "button", class: "container-head container-toggle",
    "aria-expanded": String(!startsClosed), "aria-controls": body.id,
  }, heading, icon("down", "turn"));
  toggle.addEventListener("click", () => {
    body.hidden = !body.hidden;
    toggle.setAttribute("aria-expanded", String(!body.hidden));
  });
  return [toggle, body];
}
