// The Stripe stand-in's control API, as far as this page uses it.

import { store } from "./store.js";

const ANSWER_SECONDS_MAX = 120;

async function call(method, path, body) {
  const options = { method, signal: AbortSignal.timeout(ANSWER_SECONDS_MAX * 1000) };
  if (body !== undefined) Object.assign(
    options, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
  );
  const response = await fetch(`${store.stripe}/_sandbox/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? answer.error ?? `Stripe answered ${response.status}.`);
  return answer;
}

/** What time it is at Stripe, in Unix seconds. */
export const readClock = async () => (await call("GET", "clock")).now;

/** Move the clock ahead; answers when everything due until then has happened. */
export const advance = (step) => call("POST", "clock", step);

/** The newest open invoices. */
export const listOpenInvoices = async () => (await call("GET", "open_invoices")).invoices;

/** Let the customer pay, or from now on let the bank decline the customer's cards. */
export const pay = (invoice) => call("POST", "pay", { invoice });
export const decline = (invoice) => call("POST", "decline", { invoice });

/** The switches for faults, as they stand; and turn some. */
export const readFaults = () => call("GET", "faults");
export const setFaults = (changes) => call("POST", "faults", changes);

/** Drafts; and what people do with an invoice in the dashboard: void, write_off, finalize. */
export const listDrafts = async () => (await call("GET", "drafts")).drafts;
export const setInvoice = (deed, invoice) => call("POST", deed, { invoice });

/** Card payments, the chargebacks among them, and the bank's part in both. */
export const listCardPayments = async () => (await call("GET", "card_payments")).payments;
export const listDisputes = async () => (await call("GET", "disputes")).disputes;
export const chargeBack = (charge) => call("POST", "dispute", { charge });
export const decideDispute = (dispute, status) => call("POST", "decide_dispute", { dispute, status });
