"""What tests of charging a balance have in common: accounts with cards, and the dialog."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from sqlalchemy import Row, delete, select, update

from bot.bells import ring
from bot.effects import Means
from bot.effects.promises import BELL, effect_of
from bot.models import Account, ChargedInvoice, Effect, EffectLane
from bot.operations import charge_balance
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person, Seen

GOOD, BAD = "visa", "chargeCustomerFail"
START = day("2026-10-01")
LANE = "stripe:/v1/invoices/:id/pay"
# The cards of an account's customers, None for none, and what each owes, oldest first.
Debts = Sequence[tuple[str | None, Sequence[int]]]


@contextlib.contextmanager
def indebted(database_url: str, book: Mapping[str, Debts]) -> Iterator[Tallyman]:
    """A Tallyman over accounts that owe."""
    stripe = StandIn(now=START, secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    for account, debts in book.items():
        for place, (card, amounts) in enumerate(debts):
            name = f"{account} {place}" if len(debts) > 1 else account
            customer = billing.customer(name, organisation=account, company=name)
            if card is not None:
                save_card(stripe, customer, card)
            for minor in amounts:
                stripe.advance(stripe.clock + timedelta(minutes=10))
                billing.invoice(customer, ("Calls", minor))
    with deployed(database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def save_card(stripe: StandIn, customer: str, card: str) -> str:
    """Save a test card as a customer's default; its id."""
    path = f"/v1/payment_methods/pm_card_{card}/attach"
    saved = str(stripe.call("POST", path, {"customer": customer})["id"])
    default = {"invoice_settings": {"default_payment_method": saved}}
    stripe.call("POST", f"/v1/customers/{customer}", default)
    return saved


def invoices(desk: Tallyman, account: str) -> list[dict[str, Any]]:
    """An account's invoices at Stripe, oldest first."""
    customers = {
        each["id"]
        for each in desk.stripe.call("GET", "/v1/customers", {"limit": "100"})["data"]
        if account in (each["name"], each["metadata"].get("organisation"))
    }
    found = desk.stripe.call("GET", "/v1/invoices", {"limit": "100"})
    assert not found["has_more"]
    return [each for each in reversed(found["data"]) if each["customer"] in customers]


def accounts(desk: Tallyman) -> dict[str, int]:
    """The ids of the accounts by their names."""
    with desk.runtime.database.reading() as session:
        found = session.scalars(select(Account).where(Account.kind == "organisation"))
        return {one.name: one.id for one in found}


def statuses(desk: Tallyman, account: str) -> list[str]:
    return [each["status"] for each in invoices(desk, account)]


def taken(desk: Tallyman, account: str) -> list[int]:
    """What was really taken from an account's cards, in its order."""
    customers = {each["customer"] for each in invoices(desk, account)}
    return [
        each["amount"]
        for each in desk.stripe.world.table("charge")
        if each["customer"] in customers and each["status"] == "succeeded"
    ]


def follow(desk: Tallyman) -> None:
    """Let the mirror hear of what happened at Stripe."""
    assert desk.stripe.webhooks_idle(20)
    desk.sync()


def close_dialogs(person: Person) -> None:
    """Close whatever stands open on a person's screen."""
    with contextlib.suppress(LookupError):
        while True:
            person.dismiss()


def opened(person: Person, account: str) -> Seen:
    """The dialog that the button on an account's balance opens."""
    close_dialogs(person)
    card = ask(person, f'/balance "{account}"')
    assert person.click(card, "Charge balance")["ok"]
    return view_of(person)


def sent(person: Person, **typed: Any) -> Seen:
    """What stands in the dialog once what was promised is over."""
    assert person.submit(**typed)["ok"]
    return seen_in(person, lambda view: "Charging invoice" not in view.words)


def seen_in(person: Person, is_there: Callable[[Seen], bool]) -> Seen:
    wait_until(lambda: is_there(person.view()))
    return person.view()


def told(person: Person, account: str) -> Seen:
    """The direct message about an account's charge."""

    def find() -> list[Seen]:
        direct = [each["id"] for each in person.channels() if each["id"].startswith("D")]
        messages = [one for channel in direct for one in person.messages(channel)]
        return [one for one in messages if account in one.words]

    wait_until(lambda: bool(find()))
    return find()[-1]


def results(desk: Tallyman, account: str) -> list[str | None]:
    """What came of each invoice's turn, in their order."""
    ids = {each["id"] for each in invoices(desk, account)}
    with desk.runtime.database.reading() as session:
        turns = select(ChargedInvoice).order_by(ChargedInvoice.charge_id, ChargedInvoice.position)
        return [one.result for one in session.scalars(turns) if one.invoice_id in ids]


def hold_charges(desk: Tallyman) -> None:
    """Let no charge begin until `go_on`."""
    later = datetime.now(UTC) + timedelta(minutes=5)
    with desk.runtime.database.writing() as session:
        session.execute(delete(EffectLane).where(EffectLane.lane == LANE))
        session.add(EffectLane(lane=LANE, free_at=later))


def go_on(desk: Tallyman) -> None:
    """Let what waits begin at once: for its turn, or to be tried again."""
    with desk.runtime.database.writing() as session:
        session.execute(delete(EffectLane).where(EffectLane.lane == LANE))
    # Apart, as whoever claims takes locks in another order.
    with desk.runtime.database.writing() as session:
        waiting = update(Effect).where(Effect.state == "ready", Effect.kind == charge_balance.KIND)
        session.execute(waiting.values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
        ring(session, BELL)


def kill_a_worker(
    desk: Tallyman,
    position: int,
    *,
    has_charged: bool,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Let a worker take an invoice's turn and die, before or after Stripe has charged it.

    `meanwhile` is what happens before another worker finds what it has left behind.
    """
    found = select(Effect.__table__).where(
        Effect.kind == charge_balance.KIND, Effect.state == "ready", Effect.attempts == 0
    )

    def pending() -> Row[Any] | None:
        with desk.runtime.database.reading() as session:
            return session.execute(found).one_or_none()

    wait_until(lambda: (row := pending()) is not None and row.payload["position"] == position)
    row = pending()
    assert row is not None
    if has_charged:
        means = Means(desk.runtime, desk.desk.slack, desk.desk.deployment)
        charge_balance.perform(effect_of(row), means)
    meanwhile()
    with desk.runtime.database.writing() as session:
        # As it stands once the lease has run out; only this one goes on, while the lane is held.
        left = {"attempts": 1, "lane": "", "due_at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(update(Effect).where(Effect.id == row.id).values(left))
        ring(session, BELL)


def send_again(desk: Tallyman, *, subject: str | None = None, view_id: str | None = None) -> str:
    """Send the last dialog once more, rightly signed, perhaps changed; what it then says."""
    last = next(one for one in reversed(desk.slack.deliveries) if one.kind == "view_submission")
    payload = json.loads(parse_qs(last.body.decode())["payload"][0])
    if subject is not None:
        carried = json.loads(payload["view"]["private_metadata"])
        payload["view"]["private_metadata"] = json.dumps(carried | {"subject": subject})
    if view_id is not None:
        payload["view"]["id"] = view_id
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **desk.slack.sign(body)}
    delivery = desk.slack.deliver(body, headers)
    assert delivery.status == 200
    view = json.loads(delivery.answer)["view"]
    return Seen(view | {"text": "", "ephemeral": True}).words
