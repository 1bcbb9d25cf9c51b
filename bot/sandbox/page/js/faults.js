// A few switches for bad days. Each says what it breaks; all of them can be turned back.

import { el, refill } from "./dom.js";
import * as slack from "./slack_faults.js";
import { readFaults, setFaults } from "./stripe.js";

const stripe = { readFaults, setFaults };

const SLOW_SECONDS = 4;

const SWITCHES = [
  {
    of: stripe, name: "decline_all", on: true, off: false, label: "Banks decline every saved card",
    note: "Charging one fails. On its own page a customer can still pay with another.",
  },
  {
    of: stripe, name: "black_hole", on: true, off: false, label: "Stripe does not answer",
    note: "What is known already is still shown.",
  },
  {
    of: stripe, name: "slow_seconds", on: { "/v1": SLOW_SECONDS }, off: {}, label: "Stripe is slow",
    note: `Each answer takes ${SLOW_SECONDS} seconds.`,
  },
  {
    of: stripe, name: "fail_after_next", on: 1, off: 0, label: "Stripe fails after doing it, once",
    note: "The next write happens, and answers with an error.",
  },
  {
    of: stripe, name: "lose_answer_next", on: 1, off: 0, label: "Stripe’s answer gets lost, once",
    note: "The next write happens, and nothing comes back.",
  },
  {
    of: stripe, name: "rate_limit_next", on: 20, off: 0, label: "Stripe says “too many calls”, 20 times",
    note: "What is to be done there waits a little and goes on.",
  },
  {
    of: stripe, name: "webhook_duplicates", on: 1, off: 0, label: "Webhooks come twice",
    note: "Nothing should be counted or posted twice for it.",
  },
  {
    of: stripe, name: "webhook_shuffle", on: true, off: false, label: "Webhooks come in any order",
    note: "News of the past must not undo what is newer.",
  },
  {
    of: stripe, name: "webhook_drop_all", on: true, off: false, label: "Webhooks get lost",
    note: "The sweep over events has to find them.",
  },
  {
    of: slack, name: "fail_after_post_next", on: 1, off: 0, label: "Slack posts, but answers with an error, once",
    note: "The bot has to look before it posts again.",
  },
  {
    of: slack, name: "lose_post_next", on: 1, off: 0, label: "Slack posts, but its answer gets lost, once",
    note: "The same, and nothing comes back at all.",
  },
  {
    of: slack, name: "ratelimited_next", on: 1, off: 0, label: "Slack says “too many calls”, once",
    note: "The next call of the bot has to wait a second.",
  },
  {
    of: slack, name: "slow_seconds", on: SLOW_SECONDS, off: 0, label: "Slack is slow",
    note: `Each call of the bot takes ${SLOW_SECONDS} seconds: a modal comes too late.`,
  },
  {
    of: slack, name: "duplicate_deliveries_next", on: 1, off: 0, label: "Slack delivers twice, once",
    note: "The next command or press comes a second time.",
  },
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
      answer.textContent = `${one.label}: ${isOn ? "from now on" : "no more"}.`;
    } catch (error) {
      answer.textContent = error.message;
    }
  }

  const node = el("details", { class: "panel-card" },
    el("summary", {}, el("h3", { text: "Break something" })),
    el("p", { class: "panel-note", text: "The bot should cope, or say plainly what is wrong." }), answer, list);
  return { node, refresh };
}

function row(one, value, turn) {
  const box = el("input", { type: "checkbox", role: "switch", checked: JSON.stringify(value) !== JSON.stringify(one.off) });
  box.addEventListener("change", () => turn(one, box.checked));
  const note = one.note && el("span", { class: "switch-note", text: one.note });
  return el("label", { class: "switch" }, box, el("span", {}, one.label, note));
}
