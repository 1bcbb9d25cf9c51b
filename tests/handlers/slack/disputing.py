"""What tests of disputes have in common: a book of open invoices, and people who complain."""

import itertools
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from bot.models import DisputeCase, DisputeStep, Effect, Invoice
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import grant
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person, Seen

TODAY = day("2026-11-16")
DISPUTES, SUPPORT, SHARED = "G0DISPUTES", "support", "acme-shared"
COLLECTOR, VIEWER, OUTSIDER, STRANGER = "U0JAMIE", "U0ROBIN", "U0DANA", "U0KIM"
INVOICES, AMOUNT = 30, 10_000
# Those of another company of Acme, in two lines, with nothing else on them.
OF_LINES, IN_LINES = 12_000, (("Calls", 9_000), ("Porting", 3_000))
LINES_INVOICES = 12
COUNTS = {AMOUNT: INVOICES, OF_LINES: LINES_INVOICES}


def disputing(database_url: str) -> Iterator[Tallyman]:
    """A Tallyman with many open invoices of Acme, each collected by Stripe, and two of others."""
    stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    acme = billing.customer("Acme West LLC", organisation="Acme", company="Acme West")
    other = billing.customer("Zenith Telecom", company="Zenith Telecom")
    for _ in range(INVOICES):
        billing.invoice(acme, ("Calls", AMOUNT), due=TODAY, auto_advance="true")
    east = billing.customer("Acme East LLC", organisation="Acme", company="Acme East")
    for _ in range(LINES_INVOICES):
        billing.invoice(east, *IN_LINES, due=TODAY, auto_advance="true")
    billing.invoice(other, ("Calls", 70_000), due=TODAY)
    stripe.advance(TODAY)
    with deployed(
        database_url, now=stripe.clock, stripe=stripe, disputes_channel=DISPUTES
    ) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        avery = tallyman.person()
        grant(avery, "@jamie collector Acme")
        grant(avery, "@robin viewer")
        avery.close()
        yield tallyman
        assert tallyman.slack.problems == []


def at_the_desk(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme, with an empty screen before and after."""
    person = desk.person(COLLECTOR)
    clear_screen(person)
    free_lanes(desk)
    yield person
    desk.slack.faults.reset()
    desk.stripe.world.faults.reset()
    clear_screen(person)
    person.close()


def clear_screen(person: Person) -> None:
    """Close every modal of a person."""
    while _words(person):
        person.dismiss()


_numbers = {AMOUNT: itertools.count(), OF_LINES: itertools.count()}


def next_invoice(desk: Tallyman, *, of: int = AMOUNT) -> Invoice:
    """An invoice of Acme that no other test is about; or the one of another amount."""
    with desk.runtime.database.reading() as session:
        found = select(Invoice).where(Invoice.total_minor == of).order_by(Invoice.id)
        skipped = next(_numbers[of]) % COUNTS[of] if of in _numbers else 0
        return session.scalars(found.offset(skipped).limit(1)).one()


def at_stripe(desk: Tallyman, invoice: Invoice) -> dict[str, Any]:
    """The invoice as Stripe has it."""
    return desk.stripe.call("GET", f"/v1/invoices/{invoice.id}")


def find_case(desk: Tallyman, invoice: Invoice) -> DisputeCase | None:
    """Its dispute, the newest one."""
    with desk.runtime.database.reading() as session:
        found = select(DisputeCase).where(DisputeCase.invoice_id == invoice.id)
        return session.scalars(found.order_by(DisputeCase.id.desc()).limit(1)).first()


def list_steps(desk: Tallyman, invoice: Invoice) -> list[tuple[str, str]]:
    """What was done with its disputes, with the notes."""
    with desk.runtime.database.reading() as session:
        found = (
            select(DisputeStep.kind, DisputeStep.note)
            .join(DisputeCase, DisputeCase.id == DisputeStep.case_id)
            .where(DisputeCase.invoice_id == invoice.id)
            .order_by(DisputeStep.id)
        )
        return [(kind, note) for kind, note in session.execute(found)]


def list_effects(desk: Tallyman, kind: str, invoice: Invoice) -> list[str]:
    """How the promised calls of a kind about an invoice stand."""
    with desk.runtime.database.reading() as session:
        found = select(Effect.state).where(
            Effect.kind == kind, Effect.subject == f"invoice:{invoice.id}"
        )
        return list(session.scalars(found.order_by(Effect.id)))


def say(person: Person, text: str, *, channel: str = SUPPORT, thread_ts: str | None = None) -> str:
    """Say something; the time of it."""
    return str(person.type(channel, text, thread_ts=thread_ts)["ts"])


def complain(person: Person, ts: str, *, channel: str = SUPPORT) -> Seen:
    """Use the shortcut on a message; the modal, once it is more than a word of patience."""
    assert person.use_shortcut(channel, ts, "open_dispute")["ok"]
    wait_until(lambda: "Reading it" not in view_of(person).words)
    return view_of(person)


def dispute(person: Person, invoice: Invoice, **changed: Any) -> Seen:
    """Open a dispute of an invoice from a complaint about it; the modal when all is known."""
    ts = say(person, f"They say {invoice.number} is wrong.")
    complain(person, ts)
    filled = {"reason": "usage_overcounted", "note": "Too many minutes."} | changed
    assert person.submit(**filled)["ok"]
    return settled(person)


def settled(person: Person) -> Seen:
    """The modal once Stripe has answered and the thread was told."""
    wait_until(lambda: "Asking Stripe" not in view_of(person).words)
    wait_until(lambda: "thread was" in view_of(person).words)
    return view_of(person)


def end(person: Person, case: DisputeCase, **filled: Any) -> Seen:
    """Close a dispute from its posted card; the modal when all is known."""
    close(person, case, **filled)
    return settled(person)


def close(person: Person, case: DisputeCase, **filled: Any) -> None:
    """Close a dispute from its posted card."""
    wait_until(lambda: "Close dispute" in posted_card(person, case).buttons)
    card = posted_card(person, case)
    assert person.click(card, "Close dispute")["ok"]
    wait_until(lambda: "How it ended" in _words(person))
    assert person.submit(**({"end": "resolved", "note": "Credited."} | filled))["ok"]


def posted_card(person: Person, case: DisputeCase) -> Seen:
    """The dispute's card in the channel for disputes."""
    found: list[Seen] = []

    def is_there() -> bool:
        found[:] = [
            one
            for one in person.messages(DISPUTES)
            if f"Dispute {case.id} · " in one.words and not one.is_ephemeral
        ]
        return bool(found)

    wait_until(is_there)
    assert len(found) == 1
    return found[0]


def thread(person: Person, ts: str, *, channel: str = SUPPORT) -> list[str]:
    """What the bot has said in a thread."""
    return [
        one.words
        for one in person.messages(channel, thread_ts=ts)
        if one.raw.get("bot_id") and not one.is_ephemeral
    ]


def _words(person: Person) -> str:
    try:
        return person.view().words
    except LookupError:
        return ""
