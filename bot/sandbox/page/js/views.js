// Modals: a view of the bot as a dialog, its state collected from what people chose and typed.

import { post } from "./api.js";
import { drawBlocks } from "./blocks/draw.js";
import { press } from "./blocks/press.js";
import { openDialog } from "./dialog.js";
import { announce, el, refill } from "./dom.js";
import { plainScene } from "./scene.js";
import { store } from "./store.js";
import { plainText } from "./text/plain.js";
import { withKept } from "./view_state.js";

/** Returns what takes `view` and `view_closed` events. */
export function startViews() {
  const open = new Map();

  function show(view) {
    // An update draws the new blocks into the dialog that stands; a push opens one above it.
    const known = open.get(view.id);
    if (known) known.draw(view);
    else open.set(view.id, makeView(view, () => open.delete(view.id)));
  }

  return {
    take(event) {
      if (event.type === "view" && event.view.type !== "home") show(event.view);
      if (event.type === "view_closed") open.get(event.view_id)?.close();
    },
  };
}

function makeView(first, onGone) {
  let view = first;
  // What was touched: block_id -> action_id -> value. The rest the stand-in knows itself.
  const kept = {};
  let isDone = false;
  const title = el("span");
  const body = el("div");
  const trouble = el("p", { class: "input-error dialog-trouble", role: "alert" });
  const close = el("button", { type: "button", class: "button", on: { click: () => dialog.close() } });
  const submit = el("button", { type: "submit", class: "button button-primary" });
  const dialog = openDialog({
    title, body, foot: [trouble, close, submit], className: "dialog-view", form: send,
    onClose: () => {
      onGone();
      // The cross closes the whole stack, the button only this view.
      if (!isDone) post("/page/view/close", { as: store.me, view_id: view.id, clear: dialog.returnValue === "cross" });
    },
  });

  function draw(next) {
    view = next;
    refill(title, plainText(view.title));
    refill(close, view.close ? plainText(view.close) : "Cancel");
    submit.hidden = !view.submit;
    submit.disabled = view.submit_disabled === true;
    refill(submit, plainText(view.submit));
    refill(body, drawBlocks(withKept(view.blocks, kept), viewScene()));
  }

  function viewScene() {
    const keep = (block, element, chosen) => { (kept[block.block_id] ??= {})[element.action_id] = chosen; };
    const scene = {
      ...plainScene(),
      act: (chosen) => post("/page/view/act", { as: store.me, view_id: view.id, state: kept, ...chosen }),
      options: (asked) => post("/page/options", { as: store.me, view_id: view.id, ...asked }),
      typed: keep,
      report(block, element, chosen, wrapper) {
        if (chosen.type !== "button" && chosen.type !== "overflow") keep(block, element, chosen);
        if (block.type === "input" && !block.dispatch_action) return true;
        return press(scene, block, element, chosen, wrapper);
      },
    };
    return scene;
  }

  async function send(event) {
    event.preventDefault();
    submit.disabled = true;
    showErrors({});
    trouble.textContent = "";
    const answer = await post("/page/view/submit", { as: store.me, view_id: view.id, state: kept });
    submit.disabled = false;
    if (answer.errors) showErrors(answer.errors);
    else if (!answer.ok) trouble.textContent = answer.message ?? `The form was not taken (${answer.error}).`;
  }

  function showErrors(errors) {
    for (const node of body.querySelectorAll(".block-input")) {
      node.querySelector(".input-error").textContent = errors[node.dataset.blockId] ?? "";
      node.querySelector("input, textarea, button")?.setAttribute("aria-invalid", String(node.dataset.blockId in errors));
    }
    const first = Object.values(errors)[0];
    if (!first) return;
    announce(first);
    body.querySelector("[aria-invalid=true]")?.focus();
  }

  draw(first);
  return { draw, close() { isDone = true; dialog.close(); } };
}
