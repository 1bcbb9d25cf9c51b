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
