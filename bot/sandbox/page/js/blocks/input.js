// The input block: a label, one element, and a place for what was wrong with it.

import { el, freshId } from "../dom.js";
import { plainText } from "../text/plain.js";
import { drawElement } from "./elements.js";

export function input(block, scene) {
  const id = freshId("input");
  const drawn = drawElement(block.element, block, scene);
  const target = drawn.querySelector?.("input, textarea, button, fieldset");
  if (target) {
    target.id = id;
    target.setAttribute("aria-describedby", `${id}-error`);
    // A button is named by its label and by what is chosen in it.
    if (target.tagName === "BUTTON") target.setAttribute("aria-labelledby", `${id}-label ${id}`);
  }
  return el("div", { class: "block-input", data: { blockId: block.block_id ?? "" } },
    el(
      "label", { class: "input-label", id: `${id}-label`, for: id }, plainText(block.label),
      block.optional && el("span", { class: "input-optional", text: " (optional)" }),
    ),
    drawn,
    el("p", { class: "input-error", id: `${id}-error`, role: "alert" }),
    block.hint && el("p", { class: "input-hint" }, plainText(block.hint)));
}
