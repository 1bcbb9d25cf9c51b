// Card payments that the bank may take back, and chargebacks that it has to decide.

import { money } from "./amounts.js";
import { listCard, listRow, rowButton } from "./panel_list.js";
import { chargeBack, decideDispute, listCardPayments, listDisputes } from "./stripe.js";

const STATES = { needs_response: "needs a response", under_review: "under review" };

/** Chargebacks first, then the newest card payments. */
export const chargebacksCard = (onDone) => listCard({
  title: "Card payments", empty: "No card payments.", row,
  note: "Be the bank: take a payment back, and decide who is right.",
  read: async () => [...await listDisputes(), ...await listCardPayments()],
}, onDone);

function row(payment, act) {
  const name = payment.number ?? payment.charge;
  const button = (label, deed, said, style = "") => rowButton(
    label, name, style, () => act(deed, `${name}: ${said}`, buttons),
  );
  const buttons = payment.dispute
    ? [
      button("Won", () => decideDispute(payment.dispute, "won"), "you keep the money."),
      button("Lost", () => decideDispute(payment.dispute, "lost"), "the customer keeps the money."),
    ]
    : [button("Charge back", () => chargeBack(payment.charge), "charged back; the bank wants an answer.")];
  return listRow({
    name: payment.customer_name, amount: money(payment.amount, payment.currency),
    about: [name, STATES[payment.status] ?? "paid by card"].join(" · "), actions: buttons,
  });
}
