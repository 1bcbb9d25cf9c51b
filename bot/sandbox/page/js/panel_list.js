// A card of the panel with a list of things at Stripe, and what became of what was done with them.

import { el, refill } from "./dom.js";

/**
 * Build a card that folds. `read` gives the things, `row(thing, act)` draws one; `act(deed, said, buttons)` does
 * something, says what came of it, and has the whole panel read again.
 */
export function listCard({ title, note, read, row, empty, isOpen = false }, onDone) {
  const list = el("ul", { class: "invoices" });
  const answer = el("p", { class: "panel-answer", role: "status" });

  async function refresh() {
    // A list that changes under somebody's fingers would put another button there.
    if (list.contains(document.activeElement) && list.querySelector("[aria-expanded=true]")) return;
    try {
      const things = await read();
      refill(list, things.length ? things.map((thing) => row(thing, act)) : el("li", { class: "panel-note", text: empty }));
    } catch {
      refill(list, el("li", { class: "panel-note", text: "The list could not be read." }));
    }
  }

  async function act(deed, said, buttons) {
    for (const button of buttons) button.disabled = true;
    try {
      await deed();
      say(said);
    } catch (error) {
      say(error.message, true);
    }
    onDone();
  }

  function say(text, isError = false) {
    answer.textContent = text;
    answer.classList.toggle("is-error", isError);
  }

  const node = el("details", { class: "panel-card", open: isOpen },
    el("summary", {}, el("h3", { text: title })), el("p", { class: "panel-note", text: note }), answer, list);
  return { node, refresh };
}

/** One thing: whose it is, how much, a line about it, and its buttons. */
export function listRow({ name, amount, about, actions }) {
  return el("li", { class: "invoice" },
    el("span", { class: "invoice-name", text: name ?? "", title: name ?? "" }),
    el("span", { class: "invoice-amount", text: amount }),
    el("span", { class: "invoice-note", text: about }),
    el("span", { class: "invoice-actions" }, actions));
}

/** A small button of a row; `about` names the thing for those who don't see the row. */
export function rowButton(label, about, style, onPress) {
  return el("button", {
    type: "button", class: `button button-small ${style}`.trim(), text: label, "aria-label": `${label} ${about}`,
    on: { click: onPress },
  });
}
