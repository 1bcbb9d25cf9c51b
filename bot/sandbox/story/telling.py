"""Tell the story: live through 18 months at the stand-in, day by day, ending now."""

import heapq
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.sandbox.story.cast import CAST, Cast, Habit
from bot.sandbox.story.catalogue import Catalogue, make_catalogue
from bot.sandbox.story.incidents import list_open_invoices, tell_incidents
from bot.sandbox.story.told import Told, tell_of
from bot.sandbox.story.turns import LAPSED, Turn, list_turns
from bot.sandbox.story.usage import minutes_of, report_minutes
from bot.sandbox.stripe import StandIn

MONTHS = 18
# Usage is reported weekly, and daily in this period and the one before, for their charts.
DAILY_DAYS = 64
CREDITED_DAYS = 70
WEEK_DAYS = 7
NOON = timedelta(hours=12)
# Stripe lists events of the last 30 days: what happened before needs no telling.
EVENTS_DAYS = 30

# Stripe takes 3 to 12 letters and digits. Source: docs.stripe.com/api/customers, 2026-11.
PREFIX_MIN, PREFIX_MAX, PREFIX_WHOLE_MAX = 3, 8, 12
STOPPED_PAYING_DAYS = 125
CARD_DEAD_DAYS = 100
CARD_FAILING_DAYS = 12
# Days after the due day on which each habit pays; before it where negative.
PAYS_AFTER_DUE = {Habit.PROMPT: -4, Habit.LATE: 14, Habit.SLOW: 49, Habit.STOPPED: -4}
CARDS = frozenset({Habit.CARD, Habit.CARD_FAILING, Habit.CARD_DEAD})


@dataclass(slots=True)
class Telling:
    """How far the story is: who has been met, and which payments are to come."""

    stripe: StandIn
    catalogue: Catalogue
    now: datetime
    customers: dict[str, str] = field(default_factory=dict)  # Name in the cast -> id.
    payments: list[tuple[datetime, str]] = field(default_factory=list)
    planned: set[str] = field(default_factory=set)


def tell_story(stripe: StandIn, *, now: datetime, report: Callable[[str], None]) -> Told:
    """Live through the story; the stand-in's clock ends at `now`.

    Raises: ValueError when the stand-in's clock is not at the story's beginning.
    """
    day = beginning_of(now)
    if stripe.clock != day:
        raise ValueError(f"The story begins at {day}, but the clock is at {stripe.clock}.")
    stripe.world.tells_from = int((now - timedelta(days=EVENTS_DAYS)).timestamp())
    telling = Telling(stripe, make_catalogue(stripe), now)
    report(f"Living through {MONTHS} months of {len(CAST)} customers' billing …")
    arrivals = sorted(list_arrivals(now), reverse=True)
    turns = list_turns(now)
    while day < now:
        following = min(day + timedelta(days=1), now)
        while arrivals and arrivals[-1][0] < following:
            arrives_at, _, cast = arrivals.pop()
            stripe.advance(max(arrives_at, stripe.clock))
            meet(telling, cast)
        noon = day + NOON
        while turns and turns[0].at < noon:
            take(telling, turns.pop(0))
        if noon <= now:
            stripe.advance(max(noon, stripe.clock))
            use(telling, noon)
        while turns and turns[0].at < following:
            take(telling, turns.pop(0))
        settle_habits(telling, day)
        day = following
        stripe.advance(day)
        plan_payments(telling)
        pay_what_is_planned(telling, day)
    tell_incidents(stripe, telling.customers, now=now)
    # Whoever turns the clock on finds that the calls have gone on.
    stripe.on_noon = lambda noon: use(telling, noon)
    return tell_of(stripe, telling.customers, now=now)


def take(telling: Telling, turn: Turn) -> None:
    """Let a turn happen at its moment."""
    stripe, customer = telling.stripe, telling.customers[turn.name]
    stripe.advance(max(turn.at, stripe.clock))
    turn.happen(stripe, customer)
    if turn.withholds:
        # What counts as planned already is never paid.
        telling.planned.update(list_open_invoices(stripe, customer))


def list_arrivals(now: datetime) -> Iterator[tuple[datetime, str, Cast]]:
    """When each customer begins; the one that lapsed begins again with this month."""
    for cast in CAST:
        yield begins_at(cast, now), cast.name, cast
        if cast.name == LAPSED:
            yield begins_at(replace(cast, months=0), now), cast.name, cast


def beginning_of(now: datetime) -> datetime:
    """Midnight (UTC) of the day on which the first customer comes, some 18 months back."""
    first = min(begins_at(cast, now) for cast in CAST)
    return first.replace(hour=0, minute=0)


def begins_at(cast: Cast, now: datetime) -> datetime:
    """The moment from which a customer's months are counted: local midnight, in summer time.

    Stripe keeps the hour in UTC all the year. Counted like this, a winter month ends an hour
    before midnight, on its own last day, and never an hour into the next month. It keeps the day
    in UTC, too: where a month begins on the last day of the one before, that has to be a 31st, or
    the months after longer ones would end a day early. Such a customer comes a month sooner.
    """
    begins = _begins_at(cast, now, cast.months)
    is_between_months = cast.anchor_day == 1 and not cast.renewed_days_ago
    if is_between_months and begins.day not in {1, 31}:
        return _begins_at(cast, now, cast.months + 1)
    return begins


def _begins_at(cast: Cast, now: datetime, months_ago: int) -> datetime:
    renewed = now - timedelta(days=cast.renewed_days_ago or 0)
    anchor_day = renewed.day if cast.renewed_days_ago else cast.anchor_day
    first = _first_of_month(renewed, months_ago)
    # A subscription that begins on the 31st begins on the last day where there is none.
    first = first.replace(day=min(anchor_day, monthrange(first.year, first.month)[1]))
    zone = ZoneInfo(cast.zone or "UTC")
    offsets = [first.replace(month=month, day=1).astimezone(zone).utcoffset() for month in (1, 7)]
    return first - max(offset for offset in offsets if offset is not None)


def _first_of_month(now: datetime, months_ago: int) -> datetime:
    months = now.year * 12 + now.month - 1 - months_ago
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def meet(telling: Telling, cast: Cast) -> None:
    """Create the customer, its card if it has one, and its subscription.

    Whom we know already only subscribes again.
    """
    stripe = telling.stripe
    if cast.name in telling.customers:
        subscribe(telling, cast)
        return
    metadata = {"organisation": cast.organisation, "company": cast.company, "time_zone": cast.zone}
    made = stripe.call(
        "POST",
        "/v1/customers",
        {
            "name": cast.name,
            "email": f"billing@{_domain_of(cast)}",
            "invoice_prefix": _prefix_of(cast),
            "metadata": {key: text for key, text in metadata.items() if text},
        },
    )
    customer = str(made["id"])
    telling.customers[cast.name] = customer
    if cast.habit in CARDS:
        use_card(stripe, customer, "pm_card_visa")
    subscribe(telling, cast)


def subscribe(telling: Telling, cast: Cast) -> None:
    """Begin the customer's subscription now."""
    stripe, catalogue, customer = telling.stripe, telling.catalogue, telling.customers[cast.name]
    items = [
        {"price": catalogue.prices[cast.plan, cast.currency]},
        {"price": catalogue.prices["number", cast.currency], "quantity": str(cast.numbers)},
        {"price": catalogue.prices["inbound", cast.currency]},
        {"price": catalogue.prices["outbound", cast.currency]},
        {"price": catalogue.prices["recording", cast.currency]},
    ]
    terms: dict[str, object] = {"customer": customer, "items": items}
    if cast.habit in CARDS:
        terms["collection_method"] = "charge_automatically"
    else:
        terms |= {"collection_method": "send_invoice", "days_until_due": str(cast.terms)}
    if cast.tax:
        terms["default_tax_rates"] = [catalogue.taxes[cast.tax]]
    if cast.coupon:
        terms["discounts"] = [{"coupon": catalogue.coupons[cast.coupon]}]
    stripe.call("POST", "/v1/subscriptions", terms)


def use_card(stripe: StandIn, customer: str, card: str) -> None:
    """Save a test card and make it the one that invoices are charged to."""
    attached = stripe.call("POST", f"/v1/payment_methods/{card}/attach", {"customer": customer})
    stripe.call(
        "POST",
        f"/v1/customers/{customer}",
        {"invoice_settings": {"default_payment_method": attached["id"]}},
    )


def use(telling: Telling, noon: datetime) -> None:
    """Report the usage of the day, or of the week up to it.

    At noon in UTC it is the same day nearly everywhere, so that weekends are weekends.
    """
    is_daily = telling.now - noon <= timedelta(days=DAILY_DAYS)
    if not is_daily and noon.weekday() != 0:
        return
    for cast in CAST:
        customer = telling.customers.get(cast.name)
        if customer is not None:
            days = 1 if is_daily else WEEK_DAYS
            minutes = minutes_of(cast, noon, since=begins_at(cast, telling.now), days=days)
            report_minutes(telling.stripe, customer, minutes, noon)


def settle_habits(telling: Telling, day: datetime) -> None:
    """On the day on which a card begins to fail, have it fail from then on."""
    left = (telling.now - day).days
    for cast in CAST:
        begins = {Habit.CARD_DEAD: CARD_DEAD_DAYS, Habit.CARD_FAILING: CARD_FAILING_DAYS}
        if begins.get(cast.habit) == left and cast.name in telling.customers:
            use_card(telling.stripe, telling.customers[cast.name], "pm_card_chargeCustomerFail")
        if cast.credit and left == CREDITED_DAYS:
            telling.stripe.call(
                "POST",
                f"/v1/customers/{telling.customers[cast.name]}/balance_transactions",
                {"amount": str(-cast.credit), "currency": cast.currency},
            )


def plan_payments(telling: Telling) -> None:
    """Decide for every new invoice that is sent when it will be paid."""
    habits = {
        telling.customers[cast.name]: cast.habit for cast in CAST if cast.name in telling.customers
    }
    since = telling.stripe.clock - timedelta(days=2)
    newest = telling.stripe.call(
        "GET",
        "/v1/invoices",
        {"limit": "100", "status": "open", "created": {"gte": str(int(since.timestamp()))}},
    )
    for invoice in newest["data"]:
        if invoice["id"] in telling.planned or invoice["due_date"] is None:
            continue
        telling.planned.add(invoice["id"])
        habit = habits[invoice["customer"]]
        due = datetime.fromtimestamp(invoice["due_date"], UTC)
        pays_at = due + timedelta(days=PAYS_AFTER_DUE[habit])
        stopped = telling.now - timedelta(days=STOPPED_PAYING_DAYS)
        if habit is Habit.STOPPED and pays_at > stopped:
            continue
        heapq.heappush(telling.payments, (pays_at, invoice["id"]))


def pay_what_is_planned(telling: Telling, day: datetime) -> None:
    """Let the transfers arrive that are due by now."""
    while telling.payments and telling.payments[0][0] <= day:
        _, invoice = heapq.heappop(telling.payments)
        telling.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})


def _label_of(cast: Cast) -> str:
    """The plain letters of a name, as domains and numbers have them."""
    name = cast.company or cast.name
    label = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return label or f"customer{CAST.index(cast)}"


def _domain_of(cast: Cast) -> str:
    return f"{_label_of(cast)[:24]}.example"


def _prefix_of(cast: Cast) -> str:
    """What the customer's invoice numbers begin with: longer where another's would be the same."""
    short = _label_of(cast)[:PREFIX_MAX]
    is_taken = sum(_label_of(each).startswith(short) for each in CAST) > 1
    letters = _label_of(cast)[:PREFIX_WHOLE_MAX] if is_taken else short
    return letters.upper().ljust(PREFIX_MIN, "X")
