// A few switches for bad days. Each says what it breaks; all of them can be turned back.

import { el, refill } from "./dom.js";
import * as slack from "./slack_faults.js";
import { readFaults, setFaults } from "./stripe.js";

const stripe = { readFaults, setFaults };

const SWITCHES = [
  { of: stripe, name: "webhook_duplicates", on: 1, off: 0, label: "Webhooks come twice" },
  { of: stripe, name: "webhook_shuffle", on: true, off: false, label: "Webhooks come in any order" },
  {
    of: stripe, name: "webhook_drop_all", on: true, off: false, label: "Webhooks get lost",
    note: "The sweep over events has to find them.",
  },
  {
    of: stripe, name: "black_hole", on: true, off: false, label: "Stripe does not answer",
    note: "What is known already is still shown.",
  },
  {
    of: slack, name: "duplicate_deliveries_next", on: 1, off: 0, label: "Slack delivers twice, once",
    note: "The next command or press comes a second time.",
  },
  { of: slack, name: "ratelimited_next", on: 1, off: 0, label: "Slack says “too many calls”, once" },
];

/** Build the card; `refresh` reads how the switches stand. */
export function startFaults() {
  const list = el("div", { class: "switches" });
  const answer = el("p", { class: "panel-answer", role: "status" });

  async function refresh() {
    try {
      const stand = new Map([[stripe, await stripe.readFaults()], [slack, await slack.readFaults()]]);
      if (list.contains(document.activeElement)) return;
      const known = SWITCHES.filter((one) => one.name in stand.get(one.of));
      refill(list, known.map((one) => row(one, stand.get(one.of)[one.name], turn)));
    } catch {
      answer.textContent = "The switches could not be read.";
    }
  }

  async function turn(one, isOn) {
    answer.textContent = "";
    try {
      await one.of.setFaults({ [one.name]: isOn ? one.on : one.off });
    } catch (error) {
      answer.textContent = error.message;
    }
  }

  const node = el("section", { class: "panel-card", "aria-labelledby": "faults-title" },
    el("h3", { id: "faults-title", text: "Break something" }),
    el("p", { class: "panel-note", text: "The bot should cope, or say plainly what is wrong." }),
    list, answer);
  return { node, refresh };
}

function row(one, value, turn) {
  const box = el("input", { type: "checkbox", role: "switch", checked: value !== one.off });
  box.addEventListener("change", () => turn(one, box.checked));
  const note = one.note && el("span", { class: "switch-note", text: one.note });
  return el("label", { class: "switch" }, box, el("span", {}, one.label, note));
}
