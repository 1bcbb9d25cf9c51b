// The newest open invoices, each with a customer who pays or whose card is declined.

import { el, refill } from "./dom.js";
import { icon } from "./icons.js";
import { link } from "./text/links.js";
import { decline, listOpenInvoices, pay } from "./stripe.js";

// Currencies whose smallest unit is not a hundredth, as Stripe counts them.
// Source: docs.stripe.com/currencies, read 2026-11.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Build the card; `refresh` reads the list again. */
export function startInvoices() {
  const list = el("ul", { class: "invoices" });
  const answer = el("p", { class: "panel-answer", role: "status" });
  const again = el(
    "button",
    { type: "button", class: "button button-small button-quiet", text: "Refresh", on: { click: () => refresh() } },
  );
  const say = (text, isError = false) => {
    answer.textContent = text;
    answer.classList.toggle("is-error", isError);
  };

  async function refresh() {
    try {
      const invoices = await listOpenInvoices();
      refill(
        list,
        invoices.length ? invoices.map((invoice) => row(invoice, act)) : el(
          "li", { class: "panel-note", text: "No open invoices." },
        ),
      );
    } catch {
      refill(list, el("li", { class: "panel-note", text: "The list could not be read." }));
    }
  }

  async function act(invoice, deed, said, buttons) {
    for (const button of buttons) button.disabled = true;
    try {
      await deed(invoice.id);
      say(`${invoice.number ?? invoice.id}: ${said}`);
    } catch (error) {
      say(error.message, true);
    }
    await refresh();
  }

  const node = el("section", { class: "panel-card", "aria-labelledby": "invoices-title" },
    el("div", { class: "card-head-row" }, el("h3", { id: "invoices-title", text: "Open invoices" }), again),
    el(
      "p",
      { class: "panel-note", text: "Be the customer: pay one, or have the bank decline the card." },
    ), list, answer);
  return { node, refresh };
}

function row(invoice, act) {
  const buttons = [
    ["Pay", pay, "paid.", "button-primary"],
    ["Decline", decline, "from now on this customer’s cards are declined.", ""],
  ].map(([label, deed, said, style]) => el("button", {
    type: "button", class: `button button-small ${style}`, text: label,
    "aria-label": `${label} ${invoice.number ?? invoice.id}`,
    on: { click: () => act(invoice, deed, said, buttons) },
  }));
  const due = invoice.due_date ? `due ${DAY.format(new Date(invoice.due_date * 1000))}` : "charged by card";
  return el("li", { class: "invoice" },
    el(
      "span",
      { class: "invoice-name", text: invoice.customer_name || invoice.customer, title: invoice.customer_name ?? "" },
    ),
    el("span", { class: "invoice-amount", text: money(invoice.amount_remaining, invoice.currency) }),
    el("span", { class: "invoice-note", text: `${invoice.number ?? invoice.id} · ${due}` }),
    el("span", { class: "invoice-actions" }, buttons,
      invoice.hosted_invoice_url && link(invoice.hosted_invoice_url, ["Page", icon("out")], "link")));
}

function money(minor, currency) {
  const decimals = WHOLE.includes(currency) ? 0 : THOUSANDTHS.includes(currency) ? 3 : 2;
  const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = decimals ? `.${digits.slice(-decimals)}` : "";
  return `${minor < 0 ? "−" : ""}${whole}${rest} ${currency.toUpperCase()}`;
}
