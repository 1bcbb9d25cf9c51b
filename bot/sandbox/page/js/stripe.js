// The Stripe stand-in's control API, as far as this page uses it.

import { store } from "./store.js";

const ANSWER_SECONDS_MAX = 120;

async function call(method, path, body) {
  const options = { method, signal: AbortSignal.timeout(ANSWER_SECONDS_MAX * 1000) };
  if (body !== undefined) Object.assign(options, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const response = await fetch(`${store.stripe}/_sandbox/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? answer.error ?? `Stripe answered ${response.status}.`);
  return answer;
}

/** What time it is at Stripe, in Unix seconds. */
export const readClock = async () => (await call("GET", "clock")).now;

/** Move the clock forward; answers when everything due until then has happened. */
export const advance = (days) => call("POST", "clock/advance", { days });

/** The newest open invoices. */
export const listOpenInvoices = async () => (await call("GET", "invoices?status=open&limit=8")).data;

/** Let the customer pay, or let the card be declined. */
export const pay = (invoice) => call("POST", `invoices/${encodeURIComponent(invoice)}/pay`, {});
export const decline = (invoice) => call("POST", `invoices/${encodeURIComponent(invoice)}/decline`, {});

/** The switches for faults, as they stand; and turn some. */
export const readFaults = async () => (await call("GET", "faults")).faults;
export const setFaults = (changes) => call("POST", "faults", changes);
