// The right side's lower part: Stripe's clock, what customers, banks and colleagues do, what breaks.

import { el, refill } from "./dom.js";
import { startFaults } from "./faults.js";
import { chargebacksCard } from "./chargebacks.js";
import { draftsCard, invoicesCard } from "./invoices.js";
import { mailboxCard } from "./mailbox.js";
import { on, store } from "./store.js";
import { advance, readClock } from "./stripe.js";

const STEPS = [
  [{ advance_seconds: 3600 }, "+ 1 hour", "1 hour later."], [{ advance_days: 1 }, "+ 1 day", "1 day later."],
  [{ advance_days: 7 }, "+ 1 week", "1 week later."],
  [{ advance_months: 1 }, "+ 1 month", "1 month later."],
  [{ to: "renewal" }, "Next renewal", "A subscription has just renewed: its invoice is a draft for an hour."],
];
const CLOCK = new Intl.DateTimeFormat(
  "en-GB",
  { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" },
);
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" });
const REFRESH_SECONDS = 20;

/** Show the panel when there is a Stripe stand-in, and keep it fresh. */
export function startStripePanel() {
  const place = document.getElementById("stripe-panel");
  let shownFor = null;
  on("state", () => {
    if (store.stripe === shownFor) return;
    shownFor = store.stripe;
    refill(place, store.stripe ? build() : null);
  });
}

function build() {
  const refresh = () => {
    if (document.hidden) return;
    for (const card of cards) card.refresh();
  };
  const cards = [
    clockCard(refresh), invoicesCard(refresh), ...(store.hasMailbox ? [mailboxCard(refresh)] : []), chargebacksCard(refresh), draftsCard(refresh), startFaults(),
  ];
  refresh();
  setInterval(refresh, REFRESH_SECONDS * 1000);
  document.addEventListener("visibilitychange", refresh);
  return cards.map((card) => card.node);
}

function clockCard(onMoved) {
  const now = el("p", { class: "clock-now", text: "…" });
  const answer = el("p", { class: "panel-answer", role: "status" });
  const progress = el("div", { class: "progress", "aria-hidden": "true" });
  const buttons = STEPS.map(([step, label, said]) => el(
    "button", { type: "button", class: "button button-small", on: { click: () => move(step, said) } }, label,
  ));

  function show(seconds) {
    const at = new Date(seconds * 1000);
    refill(now, `${CLOCK.format(at)} UTC`, el("small", { text: WEEKDAY.format(at) }));
  }

  function say(text, isError = false) {
    answer.textContent = text;
    answer.classList.toggle("is-error", isError);
  }

  async function refresh() {
    try {
      show(await readClock());
    } catch {
      say("The Stripe stand-in does not answer.", true);
    }
  }

  async function move(step, said) {
    for (const button of buttons) button.disabled = true;
    progress.classList.add("is-running");
    say("Moving ahead: invoices fall due, renew and are charged…");
    try {
      await advance(step);
      await refresh();
      say(said);
    } catch (error) {
      say(error.message, true);
    }
    progress.classList.remove("is-running");
    for (const button of buttons) button.disabled = false;
    onMoved();
  }

  const node = el("section", { class: "panel-card", "aria-labelledby": "clock-title" },
    el(
      "h3", { id: "clock-title", text: "Stripe’s clock" },
    ), now, el("div", { class: "row" }, buttons), progress, answer);
  return { node, refresh };
}
