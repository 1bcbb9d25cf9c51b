// What people type into: one line or several, text, numbers, addresses.

import { el } from "../dom.js";
import { plainString } from "../text/plain.js";
import { control } from "./press.js";

const TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number" };

/** One line or several; every change goes to the scene, which knows when to send it. */
export function textInput(element, block, scene) {
  const shared = {
    class: "text-input", placeholder: plainString(element.placeholder) || null, minlength: element.min_length ?? null,
    maxlength: element.max_length ?? null, autofocus: element.focus_on_load === true,
  };
  const node = element.multiline
    ? el("textarea", { ...shared, rows: 4 })
    : el(
      "input",
      {
        ...shared, type: TYPES[element.type], step: element.is_decimal_allowed ? "any" : null,
        min: element.min_value ?? null, max: element.max_value ?? null,
      },
    );
  node.value = element.initial_value ?? "";
  const wrapper = control(node, element);
  wrapper.classList.add("control-wide");
  node.addEventListener(
    "input", () => scene.typed?.(block, element, { type: element.type, value: node.value || null }),
  );
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || element.multiline || !block.dispatch_action) return;
    event.preventDefault();
    scene.report(block, element, { type: element.type, value: node.value || null }, wrapper);
  });
  return wrapper;
}
