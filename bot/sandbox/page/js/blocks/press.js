// A press: ask for confirmation, show that the bot is at work, mark what failed.

import { announce, el } from "../dom.js";
import { icon } from "../icons.js";
import { askConfirm } from "../dialog.js";

/** Wrap a control, so that its state can be shown without moving anything. */
export function control(node, element) {
  return el("span", { class: "control", data: { actionId: element.action_id ?? "" } }, node);
}

/** Show, or stop showing, that the bot is at work on a control. */
export function setWorking(wrapper, isWorking) {
  wrapper.classList.toggle("is-working", isWorking);
  if (isWorking) wrapper.setAttribute("aria-busy", "true");
  else wrapper.removeAttribute("aria-busy");
}

/**
 * Send what was chosen, if the person confirms it.
 *
 * Returns false when the person said no, so that the control can take back its choice.
 */
export async function press(scene, block, element, chosen, wrapper) {
  if (wrapper.classList.contains("is-working")) return false;
  if (element.confirm && !(await askConfirm(element.confirm, scene))) return false;
  wrapper.querySelector(".failed-mark")?.remove();
  setWorking(wrapper, true);
  const answer = await scene.act({ block_id: block.block_id, action_id: element.action_id, element: chosen });
  setWorking(wrapper, false);
  if (!answer.ok) wrapper.append(failedMark(answer.error));
  return true;
}

function failedMark(error) {
  const words = `This didn’t work: the app answered with “${error}”.`;
  announce(words);
  return el("span", { class: "failed-mark", role: "img", "aria-label": words, title: words }, icon("alert"));
}
