// The interactive parts of blocks: buttons here, menus and pickers in their own files.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { own } from "../own.js";
import { safeUrl } from "../text/links.js";
import { decode, plainText } from "../text/plain.js";
import { picture } from "./picture.js";
import { checkboxes, datePicker, dateTimePicker, radioButtons, timePicker } from "./pickers.js";
import { control } from "./press.js";
import { overflow, select } from "./select.js";
import { textInput } from "./text_input.js";

const DRAWERS = {
  button, workflow_button: button, overflow, checkboxes, radio_buttons: radioButtons,
  datepicker: datePicker, timepicker: timePicker, datetimepicker: dateTimePicker,
  image: (element) => picture(element, "accessory-image"),
  feedback_buttons: feedbackButtons, icon_button: iconButton,
  plain_text_input: textInput, email_text_input: textInput, url_text_input: textInput, number_input: textInput,
  ...Object.fromEntries(["static", "external", "users", "conversations", "channels"]
    .flatMap((kind) => [[`${kind}_select`, select], [`multi_${kind}_select`, select]])),
};

export function actions(block, scene) {
  return el("div", { class: "block-actions" }, block.elements.map((element) => drawElement(element, block, scene)));
}

export function contextActions(block, scene) {
  return el(
    "div", { class: "block-actions context-actions" },
    block.elements.map((element) => drawElement(element, block, scene)),
  );
}

/** Draw one element; what is chosen goes to `scene.report`. */
export function drawElement(element, block, scene) {
  const drawer = own(DRAWERS, element.type);
  if (!drawer) return el("span", { class: "block-unknown", text: `“${element.type}” can’t be shown here.` });
  return drawer(element, block, scene);
}

function button(element, block, scene) {
  const style = ["primary", "danger"].includes(element.style) ? ` button-${element.style}` : "";
  const label = element.accessibility_label ? decode(element.accessibility_label) : null;
  const href = element.url ? safeUrl(element.url) : null;
  const words = el("span", { class: "button-words" }, plainText(element.text));
  const opensItself = href !== null && !element.confirm;
  const node = opensItself
    ? el(
      "a",
      { class: `button${style}`, href, target: "_blank", rel: "noopener noreferrer", "aria-label": label },
      words, icon("out"),
    )
    : el("button", { type: "button", class: `button${style}`, "aria-label": label }, words, href && icon("out"));
  const wrapper = control(node, element);
  node.addEventListener("click", async () => {
    const sent = await scene.report(block, element, { type: element.type }, wrapper);
    if (sent && href !== null && !opensItself) window.open(href, "_blank", "noopener,noreferrer");
  });
  return wrapper;
}

function feedbackButtons(element, block, scene) {
  const one = (part, face) => {
    const node = el(
      "button",
      {
        type: "button", class: "icon-button",
        "aria-label": decode(part.accessibility_label ?? part.text.text), title: decode(part.text.text),
      },
      face,
    );
    const wrapper = control(node, element);
    node.addEventListener(
      "click", () => scene.report(block, element, { type: element.type, value: part.value }, wrapper),
    );
    return wrapper;
  };
  return [one(element.positive_button, "👍"), one(element.negative_button, "👎")];
}

function iconButton(element, block, scene) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(scene.me)) return null;
  const node = el(
    "button",
    {
      type: "button", class: "icon-button",
      "aria-label": decode(element.accessibility_label ?? element.text.text),
      title: decode(element.text.text),
    },
    icon("close"),
  );
  const wrapper = control(node, element);
  node.addEventListener("click", () => scene.report(block, element, { type: element.type }, wrapper));
  return wrapper;
}
