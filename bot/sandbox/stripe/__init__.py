"""A Stripe that runs on this machine: one account in memory behind a real HTTP server.

    standin = StandIn(now=...)                      one account, at a moment of its own
    with serving(standin.app) as server: ...        the API, its pages and its controls
    standin.call("POST", "/v1/customers", {...})    the same calls without HTTP; StripeError
    standin.advance(moment); standin.clock          the virtual clock
    standin.public_url = server.url                 where links point; else the Host asked last
    standin.webhooks_idle(); standin.requests; standin.seed_invoices(100_000); standin.close()

What each part covers, what it refuses as Stripe does, and what it lacks:

requests
    covers   form encoding, metadata merge, expand to four levels, request ids and log
    refuses  unknown, missing, empty and misshapen parameters; wrong keys; unknown URLs
    lacks    other API versions: every version is answered in 2026-10-28.endive; parameters not
             in a route's table are refused as unknown
idempotency
    covers   replay of every executed answer, 500 too, for 24 real hours
    refuses  other parameters (400), still running (409)
    lacks    v2 rules
limits
    covers   calls per second and endpoint, 429 with its reason
    lacks    per-account and concurrency limits
lists
    covers   limit, both cursors, created bounds, filters by index
    refuses  unknown cursors, limits out of bounds
    lacks    search
customers
    covers   balance and transactions, tax ids, methods, numbering, deletion
    lacks    sources, cash balance, tax locations
catalogue
    covers   products, coupons, tax rates, prices per unit, decimal, package, tiered, metered
    refuses  two amounts, tiers out of order, metered without meter
    lacks    currency options, custom amounts, deletion of prices
invoices
    covers   states, items, lines, discounts, taxes per line, credit balance, numbers, links;
             the preview of a renewal
    refuses  every wrong state; edits after finalization
    lacks    previews of changes, revisions, shipping, automatic tax, small-amount rules
payments
    covers   test cards, attempts, retries on days 3, 5, 7, part payments, out of band, records
    refuses  wrong owners, currencies, amounts; declines (402)
    lacks    other methods than cards, 3-D Secure, captures, payouts, fees
credit notes
    covers   before and after payment, lines with taxes, refunds, credit, previews, voiding
    refuses  parts that do not add up, more than is left
    lacks    shipping, refunds of payment records
disputes
    covers   opened and decided by control, evidence staged and submitted, accepted
    refuses  a second submission, refunds of disputed charges
    lacks    files, enhanced evidence, inquiries
subscriptions
    covers   several items, usage behind and fees ahead, anchors, prorations, pause,
             cancellation
    refuses  mixed currencies and intervals, no card
    lacks    trials, schedules, thresholds, several intervals; a pause only keeps drafts
meters
    covers   sum, count, last; 35 days, 5 minutes, identifiers; adjustments; summaries
    refuses  what is out of bounds or repeated
    lacks    error reports (v2 events); summaries are never late
events
    covers   30 days, types, delivery, snapshots, previous values, whole seconds shared by many
    refuses  more than 20 types
    lacks    thin events
webhooks
    covers   signed by the real clock, four at once so in any order, eight attempts in a minute
    refuses  addresses without a scheme
    lacks    disabling after failures, rotation of secrets
pages
    covers   hosted invoice with Pay button, PDF, receipt, credit note, portal session
    refuses  unknown links
    lacks    portal functions, card entry

Controls, in JSON under `/_sandbox/`, open to pages of this machine: `GET|POST clock`
`{advance_seconds|advance_days|advance_months|to}` (`to` may be `renewal`), `POST pay {invoice}`,
`POST decline {invoice|customer, reason?}` (reason null accepts again), `POST dispute
{invoice|charge, reason?}`, `POST decide_dispute {dispute, status}`, what people do there by hand:
`POST void|write_off|finalize {invoice}`, `GET open_invoices|drafts|card_payments|disputes`,
`GET|POST faults` (the switches of `faults.py`), `POST reset_faults`, `GET requests`.
"""

from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.standin import StandIn

__all__ = ["StandIn", "StripeError"]
