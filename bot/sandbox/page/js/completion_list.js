// The list over the composer, worked by keyboard or mouse.

import { el, refill } from "./dom.js";

/** A list for a text box; `suggestFor(text)` gives its choices, `onTaken(text)` gets the chosen one. */
export function makeCompletionList(box, list, { suggestFor, onTaken }) {
  let choices = [];
  let active = -1;

  function draw() {
    list.hidden = choices.length === 0;
    box.setAttribute("aria-expanded", String(choices.length > 0));
    refill(list, choices.map((choice, index) => drawChoice(choice, index, index === active, take)));
    if (active >= 0) box.setAttribute("aria-activedescendant", `completion-${active}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    onTaken(choices[index].insert);
    update();
  }

  function update() {
    choices = suggestFor(box.value);
    active = choices[0]?.isCommand ? 0 : -1;
    draw();
  }

  function close() {
    choices = [];
    active = -1;
    draw();
  }

  /** True when the list has used the key. */
  function key(event) {
    if (choices.length === 0 || event.isComposing) return false;
    if (event.key === "ArrowDown") active = (active + 1) % choices.length;
    else if (event.key === "ArrowUp") active = (active <= 0 ? choices.length : active) - 1;
    else if (event.key === "Escape") close();
    else if (event.key === "Tab" && !event.shiftKey) take(Math.max(active, 0));
    else if (event.key === "Enter" && active >= 0 && choices[active].insert.trim() !== box.value.trim()) take(active);
    else return false;
    event.preventDefault();
    if (event.key.startsWith("Arrow")) draw();
    return true;
  }

  return { update, close, key };
}

function drawChoice(choice, index, isActive, take) {
  return el("li", {
    class: `completion-choice${isActive ? " is-active" : ""}`, role: "option",
    id: `completion-${index}`, "aria-selected": String(isActive),
    on: { mousedown: (event) => { event.preventDefault(); take(index); } },
  }, el("span", { class: "completion-text" }, el("b", { text: choice.text }), choice.usage && ` ${choice.usage}`),
  el("span", { class: "completion-note", text: choice.note ?? "" }));
}
