// A list that opens under a control: one choice or several, with a filter when it is long.

import { announce, el, freshId, refill } from "./dom.js";
import { icon } from "./icons.js";

const FILTER_FROM = 8;
const WIDTH_PIXELS_MIN = 180;
const GAP = 4;
const EDGE = 8;

const DEFAULTS = {
  chosen: new Set(), multiple: false, search: null, hint: "Nothing matches.", role: "listbox",
  onChoose: () => {}, onClose: () => {},
};

/**
 * Open a menu under `anchor`. Options: `label`, `choices`, and of DEFAULTS what should differ.
 *
 * A choice is `{key, label: nodes, words, description?, group?, isLink?}`. `search({text, picked, isCurrent})`
 * may promise `{choices, hint}` in place of filtering, or null once it is out of date; with `multiple` the menu stays open and
 * `onClose` gets the final set of keys.
 */
export function openMenu(anchor, options) {
  const menu = { ...DEFAULTS, ...options, anchor, shown: options.choices, active: -1 };
  menu.picked = new Set(menu.chosen);
  menu.list = el("div", {
    class: "menu-list", role: menu.role, id: freshId("menu"), "aria-label": menu.label,
    "aria-multiselectable": menu.multiple ? "true" : null,
  });
  menu.filter = menu.search || menu.choices.length > FILTER_FROM ? makeFilter(menu) : null;
  menu.popup = el("div", { class: "menu", popover: "auto", tabindex: -1 }, menu.filter, menu.list);
  menu.popup.addEventListener("keydown", (event) => pressKey(menu, event));
  menu.popup.addEventListener("toggle", (event) => event.newState === "closed" && leave(menu));
  (anchor.closest("dialog") ?? document.body).append(menu.popup);
  draw(menu);
  if (menu.search) look(menu);
  menu.popup.showPopover();
  place(menu.popup, anchor);
  anchor.setAttribute("aria-expanded", "true");
  (menu.filter ?? menu.popup).focus();
}

function makeFilter(menu) {
  const filter = el("input", {
    type: "text", class: "menu-filter", placeholder: "Search", "aria-label": `Search ${menu.label}`,
    autocomplete: "off", role: "combobox", "aria-expanded": "true", "aria-controls": menu.list.id,
  });
  filter.addEventListener("input", () => look(menu));
  return filter;
}

function draw(menu) {
  const { shown, picked } = menu;
  const nothing = shown.length === 0 && el("p", { class: "menu-empty", text: menu.hint });
  refill(menu.list, nothing, shown.map((choice, index) => [groupHead(shown, index), drawChoice(menu, choice, index)]));
  const first = shown.findIndex((choice) => picked.has(choice.key));
  move(menu, shown.length ? Math.max(0, first) : -1);
}

function drawChoice(menu, choice, index) {
  const isPicked = menu.picked.has(choice.key);
  const words = el(
    "span", { class: "menu-words" }, choice.label,
    choice.description && el("span", { class: "menu-note" }, choice.description),
  );
  return el("div", {
    class: "menu-choice", id: `${menu.list.id}-${index}`, role: menu.role === "menu" ? "menuitem" : "option",
    "aria-selected": menu.role === "menu" ? null : String(isPicked),
    on: { click: () => choose(menu, index), pointermove: () => menu.active !== index && move(menu, index) },
  }, words, choice.isLink ? icon("out") : isPicked && icon("check"));
}

function groupHead(choices, index) {
  const name = choices[index].group;
  if (!name || (index > 0 && choices[index - 1].group === name)) return null;
  return el("p", { class: "menu-group", text: name });
}

function move(menu, index) {
  menu.active = index;
  const nodes = [...menu.list.querySelectorAll(".menu-choice")];
  nodes.forEach((node, at) => node.classList.toggle("is-active", at === index));
  nodes[index]?.scrollIntoView({ block: "nearest" });
  (menu.filter ?? menu.popup).setAttribute("aria-activedescendant", nodes[index]?.id ?? "");
}

function choose(menu, index) {
  const choice = menu.shown[index];
  if (!choice) return;
  if (!menu.multiple) {
    menu.popup.hidePopover();
    menu.onChoose(choice);
    return;
  }
  if (!menu.picked.delete(choice.key)) menu.picked.add(choice.key);
  draw(menu);
  move(menu, index);
}

async function look(menu) {
  const text = menu.filter.value.trim();
  if (!menu.search) {
    menu.shown = menu.choices.filter((choice) => choice.words.toLowerCase().includes(text.toLowerCase()));
    return draw(menu);
  }
  // Only the answer to what stands there now counts.
  const isCurrent = () => menu.popup.isConnected && menu.filter.value.trim() === text;
  menu.list.setAttribute("aria-busy", "true");
  const found = await menu.search({ text, picked: menu.picked, isCurrent });
  if (found === null || !isCurrent()) return undefined;
  menu.list.removeAttribute("aria-busy");
  Object.assign(menu, { shown: found.choices, hint: found.hint });
  draw(menu);
  if (found.choices.length === 0) announce(found.hint);
  return undefined;
}

function pressKey(menu, event) {
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  const count = Math.max(menu.shown.length, 1);
  if (event.key in moves) move(menu, (menu.active + moves[event.key] + count) % count);
  else if (!menu.filter && event.key === "Home") move(menu, 0);
  else if (!menu.filter && event.key === "End") move(menu, menu.shown.length - 1);
  else if (event.key === "Enter" || (event.key === " " && !menu.filter)) choose(menu, menu.active);
  else if (event.key === "Tab") menu.popup.hidePopover();
  else return;
  event.preventDefault();
}

function leave(menu) {
  menu.anchor.setAttribute("aria-expanded", "false");
  menu.popup.remove();
  menu.anchor.focus();
  menu.onClose(menu.picked);
}

function place(popup, anchor) {
  const at = anchor.getBoundingClientRect();
  popup.style.minWidth = `${Math.min(Math.max(at.width, WIDTH_PIXELS_MIN), innerWidth - 2 * EDGE)}px`;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = at.bottom + GAP + height <= innerHeight - EDGE || at.top < height + GAP;
  const top = below ? at.bottom + GAP : at.top - GAP - height;
  popup.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  popup.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
}
