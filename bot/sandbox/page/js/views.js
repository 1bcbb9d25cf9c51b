// Modals: a view of the bot as a dialog, its state collected from what people chose and typed.

import { post } from "./api.js";
import { drawBlocks } from "./blocks/draw.js";
import { press } from "./blocks/press.js";
import { openDialog } from "./dialog.js";
import { announce, el, refill } from "./dom.js";
import { plainScene } from "./scene.js";
import { store } from "./store.js";
import { plainText } from "./text/plain.js";
import { forgetGone, withKept } from "./view_state.js";

/** Returns what takes `view` and `view_closed` events. */
export function startViews() {
  const open = new Map();

  function show(view) {
    // An update draws the new blocks into the dialog that stands; a push opens one above it.
    if (!open.has(view.id)) open.set(view.id, openModal(view, () => open.delete(view.id)));
    drawView(open.get(view.id), view);
  }

  function close(modal) {
    modal.isDone = true;
    modal.dialog.close();
  }

  return {
    take(event) {
      if (event.type === "view" && event.view.type !== "home") show(event.view);
      if (event.type === "view_closed" && open.has(event.view_id)) close(open.get(event.view_id));
    },
  };
}

function openModal(view, onGone) {
  const modal = {
    id: view.id, isDone: false, title: el("span"), body: el("div"),
    trouble: el("p", { class: "input-error dialog-trouble", role: "alert" }),
    close: el("button", { type: "button", class: "button", on: { click: () => modal.dialog.close() } }),
    submit: el("button", { type: "submit", class: "button button-primary" }),
    // What was touched: block_id -> action_id -> value. The rest the stand-in knows itself.
    kept: {},
  };
  modal.dialog = openDialog({
    title: modal.title, body: modal.body, foot: [modal.trouble, modal.close, modal.submit],
    className: "dialog-view", form: (event) => send(modal, event),
    onClose: () => { onGone(); tell(modal); },
  });
  return modal;
}

function tell(modal) {
  if (modal.isDone) return;
  // The cross closes the whole stack, the button only this view.
  post("/page/view/close", { as: store.me, view_id: modal.id, clear: modal.dialog.returnValue === "cross" });
}

function drawView(modal, view) {
  refill(modal.title, plainText(view.title));
  refill(modal.close, view.close ? plainText(view.close) : "Cancel");
  modal.submit.hidden = !view.submit;
  modal.submit.disabled = view.submit_disabled === true;
  refill(modal.submit, plainText(view.submit));
  const focused = document.activeElement?.closest(".control")?.dataset.actionId;
  forgetGone(view.blocks, modal.kept);
  refill(modal.body, drawBlocks(withKept(view.blocks, modal.kept), viewScene(modal, modal.kept)));
  const controls = [...modal.body.querySelectorAll(".control")];
  const again = controls.find((node) => node.dataset.actionId === focused);
  const wanted = modal.body.querySelector("[autofocus]") ?? (again ?? modal.body).querySelector("input, textarea, button");
  // A long text is read from its beginning, though its first button stands at its end.
  wanted?.focus({ preventScroll: !wanted.matches("input, textarea") });
}

/** What the blocks of a view need from the page: `kept` is what was typed and chosen in it. */
export function viewScene(view, kept) {
  const about = () => ({ as: store.me, view_id: view.id });
  const keep = (block, element, chosen) => { (kept[block.block_id] ??= {})[element.action_id] = chosen; };
  const scene = {
    ...plainScene(),
    act: (chosen) => post("/page/view/act", { ...about(), state: kept, ...chosen }),
    options: (asked) => post("/page/options", { ...about(), ...asked }),
    typed: keep,
    report(block, element, chosen, wrapper) {
      if (chosen.type !== "button" && chosen.type !== "overflow") keep(block, element, chosen);
      if (block.type === "input" && !block.dispatch_action) return true;
      return press(scene, block, element, chosen, wrapper);
    },
  };
  return scene;
}

async function send(modal, event) {
  event.preventDefault();
  modal.submit.disabled = true;
  modal.trouble.textContent = "";
  showErrors(modal.body, {});
  const answer = await post("/page/view/submit", { as: store.me, view_id: modal.id, state: modal.kept });
  modal.submit.disabled = false;
  if (answer.errors) showErrors(modal.body, answer.errors);
  else if (!answer.ok) modal.trouble.textContent = answer.message ?? `The form was not taken (${answer.error}).`;
}

function showErrors(body, errors) {
  for (const node of body.querySelectorAll(".block-input")) {
    const error = errors[node.dataset.blockId] ?? "";
    node.querySelector(".input-error").textContent = error;
    node.querySelector("input, textarea, button")?.setAttribute("aria-invalid", String(error !== ""));
  }
  const first = Object.values(errors)[0];
  if (!first) return;
  announce(first);
  body.querySelector("[aria-invalid=true]")?.focus();
}
