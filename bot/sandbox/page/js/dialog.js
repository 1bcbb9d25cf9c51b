// Dialogs over the page: a question with two answers, and the frame that views are drawn in.

import { el, freshId } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./text/object.js";
import { plainText } from "./text/plain.js";

/** Open a modal dialog. `onClose` runs once, however it was closed. */
export function openDialog({ title, body, foot, className = "", onClose = () => {}, form = null }) {
  const heading = freshId("dialog");
  const close = el(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => dialog.close("cross") } },
    icon("close"),
  );
  const frame = el(form ? "form" : "div", {
    class: "dialog-frame", novalidate: Boolean(form), on: form ? { submit: form } : {},
  },
    el("header", { class: "dialog-head" }, el("h2", { id: heading }, title), close),
    el("div", { class: "dialog-body" }, body),
    foot && el("footer", { class: "dialog-foot" }, foot));
  const dialog = el("dialog", { class: `dialog ${className}`.trim(), "aria-labelledby": heading }, frame);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
  });
  dialog.addEventListener("mousedown", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Ask what a `confirm` object says; true when the person agrees. */
export function askConfirm(confirm, scene) {
  return new Promise((resolve) => {
    let agreed = false;
    const answer = (value) => () => { agreed = value; dialog.close(); };
    const style = confirm.style === "danger" ? "danger" : "primary";
    const deny = el(
      "button", { type: "button", class: "button", on: { click: answer(false) } },
      plainText(confirm.deny),
    );
    const agree = el(
      "button",
      { type: "button", class: `button button-${style}`, autofocus: true, on: { click: answer(true) } },
      plainText(confirm.confirm),
    );
    const dialog = openDialog({
      title: plainText(confirm.title), body: el("div", { class: "prose" }, textObject(confirm.text, scene)),
      foot: [deny, agree], className: "dialog-small", onClose: () => resolve(agreed),
    });
  });
}
