// A few switches for bad days. Each says what it breaks; all of them can be turned back.

import { el, refill } from "./dom.js";
import { readFaults, setFaults } from "./stripe.js";

const SWITCHES = [
  { name: "webhook_duplicates", on: 1, off: 0, label: "Webhooks come twice" },
  { name: "webhook_shuffle", on: true, off: false, label: "Webhooks come in any order" },
  {
    name: "webhook_drop_all", on: true, off: false, label: "Webhooks get lost",
    note: "The sweep over events has to find them.",
  },
  {
    name: "black_hole", on: true, off: false, label: "Stripe does not answer",
    note: "What is known already is still shown.",
  },
];

/** Build the card. */
export function startFaults() {
  const list = el("div", { class: "switches" });
  const answer = el("p", { class: "panel-answer", role: "status" });
  show();

  async function show() {
    try {
      const faults = await readFaults();
      refill(list, SWITCHES.filter((one) => one.name in faults).map((one) => row(one, faults[one.name], turn)));
    } catch {
      answer.textContent = "The switches could not be read.";
    }
  }

  async function turn(one, isOn) {
    answer.textContent = "";
    try {
      await setFaults({ [one.name]: isOn ? one.on : one.off });
    } catch (error) {
      answer.textContent = error.message;
      show();
    }
  }

  return el("section", { class: "panel-card", "aria-labelledby": "faults-title" },
    el("h3", { id: "faults-title", text: "Break something" }),
    el("p", { class: "panel-note", text: "The bot should cope, or say plainly what is wrong." }), list, answer);
}

function row(one, value, turn) {
  const box = el("input", { type: "checkbox", role: "switch", checked: value !== one.off });
  box.addEventListener("change", () => turn(one, box.checked));
  return el(
    "label", { class: "switch" }, box,
    el("span", {}, one.label, one.note && el("span", { class: "switch-note", text: one.note })),
  );
}
