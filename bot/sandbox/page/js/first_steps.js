// The card that tells a newcomer what to try. A press puts it into the composer; what was done is ticked.

import { el, refill } from "./dom.js";
import { icon } from "./icons.js";
import { appChannel, on, openChannel, store } from "./store.js";

// So many stand open; the others, and what is done, behind a fold.
const OPEN_MAX = 6;
const FALLBACK = [
  { text: "/invoice 1234", why: "One invoice by its short number" },
  { text: "/invoice help", why: "What else it understands" },
];

/** Keep the card up to date; `insert` writes into the composer, `become` makes one somebody else. */
export function startFirstSteps({ insert, become, show }) {
  const list = document.getElementById("first-steps");
  const more = document.getElementById("more-steps");
  const note = document.getElementById("first-steps-note");
  on("state", () => {
    const steps = store.hints.length ? store.hints : FALLBACK;
    const done = steps.filter((step) => step.done).length;
    const hadFocus = list.contains(document.activeElement);
    note.textContent = done ? `${done} of ${steps.length} done.` : "Press one, then Enter.";
    const draw = (step) => el("li", {}, drawStep(step, { insert, become, show }));
    const todo = steps.filter((step) => !step.done);
    refill(list, todo.slice(0, OPEN_MAX).map(draw));
    const folded = [...todo.slice(OPEN_MAX), ...steps.filter((step) => step.done)];
    refill(more.querySelector("ul"), folded.map(draw));
    more.querySelector("summary").textContent = `${folded.length} more`;
    more.hidden = folded.length === 0;
    if (hadFocus) list.querySelector("button")?.focus();
  });
}

function drawStep(step, ways) {
  return el("button", {
    type: "button", class: `step${step.done ? " is-done" : ""}`, on: { click: () => take(step, ways) },
  },
    el("span", { class: "step-tick" }, step.done && icon("check")),
    el("span", {},
      el(step.text ? "code" : "span", { class: "step-text", text: titleOf(step) }),
      el("span", { class: "step-why", text: step.why ?? "" }),
      step.done && el("span", { class: "spoken", text: "Done" })));
}

function titleOf(step) {
  if (step.text) return step.text;
  if (step.person) return store.users.get(step.person)?.real_name ?? step.person;
  return store.shortcuts.find((one) => one.callback_id === step.shortcut)?.name ?? step.shortcut;
}

async function take(step, { insert, become, show }) {
  if (step.person) return become(step.person);
  const where = store.channels.get(step.channel) ?? (store.isHome ? appChannel() : null);
  if (where && where.id !== store.channel) await openChannel(where.id);
  return step.ts ? show(step.ts) : insert(step.text);
}
