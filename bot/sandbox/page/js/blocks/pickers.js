// Dates, times, checkboxes and radio buttons, by the browser's own controls.

import { el, freshId } from "../dom.js";
import { textObject } from "../text/object.js";
import { plainString } from "../text/plain.js";
import { control } from "./press.js";

export function datePicker(element, block, scene) {
  return field(
    element, block, scene, "date", element.initial_date ?? "",
    (value) => ({ selected_date: value || null }),
  );
}

export function timePicker(element, block, scene) {
  return field(
    element, block, scene, "time", element.initial_time ?? "",
    (value) => ({ selected_time: value || null }),
  );
}

export function dateTimePicker(element, block, scene) {
  const at = element.initial_date_time;
  // The browser's control wants local time without a zone.
  const local = at ? new Date(at * 1000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  return field(
    element, block, scene, "datetime-local", local,
    (value) => ({ selected_date_time: value ? Math.floor(new Date(value).getTime() / 1000) : null }),
  );
}

function field(element, block, scene, type, value, answer) {
  const node = el(
    "input",
    { type, value, class: "button picker", "aria-label": plainString(element.placeholder) || type },
  );
  const wrapper = control(node, element);
  let before = value;
  node.addEventListener("change", async () => {
    const sent = await scene.report(block, element, { type: element.type, ...answer(node.value) }, wrapper);
    if (sent === false) node.value = before;
    else before = node.value;
  });
  return wrapper;
}

export function checkboxes(element, block, scene) {
  const chosen = new Set((element.initial_options ?? []).map((option) => option.value));
  return ticks(element, block, scene, "checkbox", chosen, (options) => ({ selected_options: options }));
}

export function radioButtons(element, block, scene) {
  const chosen = new Set(element.initial_option ? [element.initial_option.value] : []);
  return ticks(element, block, scene, "radio", chosen, (options) => ({ selected_option: options[0] ?? null }));
}

function ticks(element, block, scene, type, chosen, answer) {
  const name = freshId("ticks");
  const boxes = element.options.map((option) => el(
    "input", { type, name, value: option.value, checked: chosen.has(option.value) },
  ));
  const rows = element.options.map((option, index) => el("label", { class: "tick" }, boxes[index],
    el(
      "span", {}, textObject(option.text, scene),
      option.description && el("span", { class: "tick-note" }, textObject(option.description, scene)),
    )));
  const node = el("fieldset", { class: "ticks" }, rows);
  const wrapper = control(node, element);
  node.addEventListener("change", async () => {
    const before = new Set(chosen);
    chosen.clear();
    boxes.forEach((box) => box.checked && chosen.add(box.value));
    const options = element.options.filter((option) => chosen.has(option.value));
    const sent = await scene.report(block, element, { type: element.type, ...answer(options) }, wrapper);
    if (sent !== false) return;
    boxes.forEach((box) => { box.checked = before.has(box.value); });
    chosen.clear();
    before.forEach((value) => chosen.add(value));
  });
  return wrapper;
}
