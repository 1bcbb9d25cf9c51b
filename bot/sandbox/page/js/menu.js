// A list that opens under a control: one choice or several, with a filter when it is long.

import { el, freshId, refill } from "./dom.js";
import { icon } from "./icons.js";

const FILTER_FROM = 8;
const GAP = 4;
const EDGE = 8;

/**
 * Open a menu. A choice is `{key, label: nodes, words, description?, group?, isLink?}`.
 *
 * `search(text)` may return choices (or a promise of them) in place of filtering `choices`;
 * with `multiple` the menu stays open and `onClose` gets the final set of keys.
 */
export function openMenu(anchor, { label, choices, chosen = new Set(), multiple = false, search = null, hint = "", role = "listbox", onChoose = () => {}, onClose = () => {} }) {
  const picked = new Set(chosen);
  const list = el("div", { class: "menu-list", role, id: freshId("menu"), "aria-label": label, "aria-multiselectable": multiple ? "true" : null });
  const withFilter = search !== null || choices.length > FILTER_FROM;
  const filter = withFilter && el("input", {
    type: "text", class: "menu-filter", placeholder: "Search", "aria-label": `Search ${label}`, autocomplete: "off",
    role: "combobox", "aria-expanded": "true", "aria-controls": list.id,
  });
  const popup = el("div", { class: "menu", popover: "auto", tabindex: -1 }, filter, list);
  const host = anchor.closest("dialog") ?? document.body;
  let shown = choices;
  let active = -1;

  function draw() {
    refill(list, shown.length === 0 && el("p", { class: "menu-empty", text: hint || "Nothing matches." }),
      shown.map((choice, index) => [groupHead(shown, index), drawChoice(choice, index)]));
    move(shown.length ? Math.max(0, shown.findIndex((choice) => picked.has(choice.key))) : -1);
  }

  function drawChoice(choice, index) {
    const isPicked = picked.has(choice.key);
    return el("div", {
      class: "menu-choice", role: role === "menu" ? "menuitem" : "option", id: `${list.id}-${index}`, "aria-selected": role === "menu" ? null : String(isPicked),
      on: { click: () => choose(index), pointermove: () => active !== index && move(index) },
    }, el("span", { class: "menu-words" }, choice.label, choice.description && el("span", { class: "menu-note" }, choice.description)),
    choice.isLink ? icon("out") : isPicked && icon("check"));
  }

  function move(index) {
    active = index;
    list.querySelectorAll(".menu-choice").forEach((node, at) => node.classList.toggle("is-active", at === index));
    const node = index >= 0 && list.querySelectorAll(".menu-choice")[index];
    if (node) node.scrollIntoView({ block: "nearest" });
    (filter || popup).setAttribute("aria-activedescendant", node ? node.id : "");
  }

  function choose(index) {
    const choice = shown[index];
    if (!choice) return;
    if (!multiple) {
      popup.hidePopover();
      onChoose(choice);
      return;
    }
    if (!picked.delete(choice.key)) picked.add(choice.key);
    draw();
    move(index);
  }

  async function look() {
    const text = filter ? filter.value.trim() : "";
    const asked = search ? await search(text) : choices.filter((choice) => choice.words.toLowerCase().includes(text.toLowerCase()));
    if (filter && filter.value.trim() !== text) return;
    shown = asked;
    draw();
  }

  popup.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: active + 1, ArrowUp: active - 1 };
    if (event.key in moves) move((moves[event.key] + shown.length) % Math.max(shown.length, 1));
    else if (event.key === "Enter" || (event.key === " " && !filter)) choose(active);
    else if (event.key === "Tab") popup.hidePopover();
    else return;
    event.preventDefault();
  });
  popup.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    popup.remove();
    anchor.focus();
    onClose(picked);
  });
  if (filter) filter.addEventListener("input", look);
  host.append(popup);
  draw();
  if (search) look();
  popup.showPopover();
  place(popup, anchor);
  anchor.setAttribute("aria-expanded", "true");
  (filter || popup).focus();
}

function groupHead(choices, index) {
  const name = choices[index].group;
  if (!name || (index > 0 && choices[index - 1].group === name)) return null;
  return el("p", { class: "menu-group", text: name });
}

function place(popup, anchor) {
  const at = anchor.getBoundingClientRect();
  popup.style.minWidth = `${Math.min(Math.max(at.width, 180), innerWidth - 2 * EDGE)}px`;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = at.bottom + GAP + height <= innerHeight - EDGE || at.top < height + GAP;
  const top = below ? at.bottom + GAP : at.top - GAP - height;
  popup.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  popup.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
}
