// The card that tells a newcomer what to type. A press puts it into the composer.

import { el, refill } from "./dom.js";
import { on, openChannel, store } from "./store.js";

const STEPS_MAX = 8;
const FALLBACK = [
  { text: "/invoice 1234", why: "One invoice by its short number" },
  { text: "/invoice acme", why: "All invoices of an account" },
  { text: "/invoice list status:past_due", why: "Everything that is late" },
  { text: "/invoice help", why: "What else it understands" },
];

/** Keep the card up to date. */
export function startFirstSteps({ insert }) {
  const list = document.getElementById("first-steps");
  on("state", () => {
    const steps = store.hints.length ? store.hints : FALLBACK;
    refill(list, steps.slice(0, STEPS_MAX).map((step) => el("li", {}, drawStep(step, insert))));
  });
}

function drawStep(step, insert) {
  return el("button", { type: "button", class: "step", on: { click: () => take(step, insert) } },
    el("code", { class: "step-text", text: step.text }),
    el("span", { class: "step-why", text: step.why ?? "" }));
}

async function take(step, insert) {
  const byName = [...store.channels.values()].find((one) => one.name === step.channel);
  const where = store.channels.get(step.channel) ?? byName;
  if (where && where.id !== store.channel) await openChannel(where.id);
  insert(step.text);
}
