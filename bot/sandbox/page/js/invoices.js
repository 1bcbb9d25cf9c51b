// The newest open invoices: be the customer, or somebody in Stripe's dashboard.

import { money } from "./amounts.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { listCard, listRow, rowButton } from "./panel_list.js";
import { decline, listDrafts, listOpenInvoices, pay, setInvoice } from "./stripe.js";
import { link } from "./text/links.js";

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const IN_DASHBOARD = [
  { key: "void", words: "Void", description: "It should never have been sent.", said: "voided in the dashboard." },
  {
    key: "write_off", words: "Mark uncollectible", description: "Nobody believes in it any more.",
    said: "given up in the dashboard.",
  },
];

/** The invoices that a customer could pay now. */
export const invoicesCard = (onDone) => listCard({
  title: "Open invoices", empty: "No open invoices.", read: listOpenInvoices, row: openRow, isOpen: true,
  note: "Be the customer: pay one, or have the bank decline the card.",
}, onDone);

/** What Stripe has drafted and nobody has issued yet. */
export const draftsCard = (onDone) => listCard({
  title: "Drafts", empty: "No drafts.", read: listDrafts, row: draftRow,
  note: "Stripe finalizes what it bills itself an hour after its draft.",
}, onDone);

function openRow(invoice, act) {
  const name = invoice.number ?? invoice.id;
  const does = (deed, said) => () => act(() => deed(invoice.id), `${name}: ${said}`, buttons);
  const more = el("button", {
    type: "button", class: "button button-small button-icon", "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-label": `In the dashboard: ${name}`, on: { click: () => offer(more, name, invoice, act, buttons) },
  }, icon("more"));
  const buttons = [
    rowButton("Pay", name, "button-primary", does(pay, "paid.")),
    rowButton("Decline", name, "", does(decline, "from now on this customer’s cards are declined.")),
    more,
  ];
  const due = invoice.due_date ? `due ${DAY.format(new Date(invoice.due_date * 1000))}` : "charged by card";
  const page = invoice.hosted_invoice_url
    && link(invoice.hosted_invoice_url, [el("span", { class: "spoken", text: name }), "Page", icon("out")], "link");
  return listRow({
    name: invoice.customer_name || invoice.customer, amount: money(invoice.amount_remaining, invoice.currency),
    about: `${name} · ${due}`, actions: [buttons, page],
  });
}

function offer(anchor, name, invoice, act, buttons) {
  openMenu(anchor, {
    label: `In the dashboard: ${name}`, role: "menu",
    choices: IN_DASHBOARD.map((one) => ({ ...one, label: [one.words] })),
    onChoose: ({ key, said }) => act(() => setInvoice(key, invoice.id), `${name}: ${said}`, buttons),
  });
}

function draftRow(draft, act) {
  const name = draft.customer_name ?? draft.id;
  const button = rowButton("Finalize", name, "", () => act(
    () => setInvoice("finalize", draft.id), `The draft of ${name} is issued.`, [button],
  ));
  return listRow({
    name, amount: money(draft.amount, draft.currency), about: draft.number ?? "no number yet", actions: [button],
  });
}
