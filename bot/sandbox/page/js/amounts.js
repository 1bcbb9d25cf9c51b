// Amounts as Stripe has them: whole minor units and a currency.

// Currencies whose smallest unit is not a hundredth, as Stripe counts them.
// Source: docs.stripe.com/currencies, read 2026-11.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

/** Minor units as people read them. */
export function money(minor, currency) {
  const decimals = WHOLE.includes(currency) ? 0 : THOUSANDTHS.includes(currency) ? 3 : 2;
  const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = decimals ? `.${digits.slice(-decimals)}` : "";
  return `${minor < 0 ? "−" : ""}${whole}${rest} ${currency.toUpperCase()}`;
}
