"""`/invoice history` (I8) and `/billing audit`: what became of an invoice, and who did what."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.access import Permission, acting, first_admin
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.clock import real_now
from bot.mirror.sweep import sweep
from jobs import audit
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, day
from tests.bot.audit.trailing import tampering
from tests.deployment import ADMIN, STRANGER, Tallyman, deployed
from tests.handlers.slack.billing_desk import NO_ROLE, NOT_COVERED, answered, ask, grant
from tests.handlers.slack.pressing import forge
from tests.trail import entries_of, refusals_of
from tests.workspace import Person, Seen

PAST_DUE = next(job for job in TIMETABLE if job.name == "past_due")


@pytest.fixture
def desk(database_url: str) -> Iterator[Tallyman]:
    """A whole Tallyman, before Stripe has anything."""
    with deployed(database_url, now=day("2026-11-02")) as tallyman:
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = desk.person()
    yield person
    person.close()


def follow(desk: Tallyman) -> None:
    """Let the mirror take in what has happened at Stripe."""
    assert desk.stripe.webhooks_idle(20)
    desk.sync()


def rows_of(card: Seen) -> list[list[str]]:
    """The table below its head, each cell as plain words."""
    (table,) = (block for block in card.blocks if block["type"] == "table")
    return [[_words(cell) for cell in row] for row in table["rows"][1:]]


def _words(cell: dict[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    parts = cell["elements"][0]["elements"]
    return "".join(str(part.get("text", "")) for part in parts).strip()


def do(desk: Tallyman, invoice_id: str) -> None:
    """Something that an admin does with an invoice."""
    by = acting(first_admin(ADMIN, "T1"), Permission.OPERATE)
    told = {"note": Private("Agreed on the phone", about=ADMIN)}
    deed = Deed("void_invoice", Stage.REQUESTED, by, Subject("invoice", invoice_id), details=told)
    with desk.runtime.database.writing() as session:
        record(session, desk.runtime.settings, deed, now=real_now())


def test_every_state_stands_in_order_with_its_time_and_its_source(
    desk: Tallyman, avery: Person
) -> None:
    desk.backfill()
    billing = Billing(desk.stripe)
    invoice = billing.invoice(billing.customer("Acme"), ("Calls", 12_300), due=day("2026-12-01"))
    follow(desk)
    desk.stripe.advance(day("2026-11-09"))
    billing.void(invoice)
    follow(desk)

    card = ask(avery, f"/invoice history {invoice['number']}")

    (_, opened), (when, voided) = rows_of(card)[-2:]
    assert opened.startswith("Open · USD 123.00 to pay, due 1 Dec 2026\n")
    assert when.startswith("9 Nov 2026")
    assert voided.startswith("Void · USD 123.00\nStripe told us, 9 Nov 2026")
    assert "\nevt_" in voided
    assert "We first saw it" not in card.words
    assert card.is_ephemeral


def test_what_was_before_the_first_sight_is_known_by_its_dates_and_says_so(
    desk: Tallyman, avery: Person
) -> None:
    billing = Billing(desk.stripe)
    invoice = billing.invoice(billing.customer("Acme"), ("Calls", 12_300))
    desk.stripe.advance(day("2026-11-09"))
    billing.pay(invoice)
    assert desk.stripe.webhooks_idle(20)
    with desk.runtime.database.writing() as session:
        session.execute(text("DELETE FROM received_events"))
    desk.backfill()

    card = ask(avery, f"/invoice history {invoice['number']}")

    (opened, paid) = rows_of(card)
    assert "We first saw it on" in card.words
    assert opened[0].startswith("2 Nov 2026")
    assert opened[1].startswith("Open")
    assert "By its date alone; the amounts are assumed." in opened[1]
    assert paid[0].startswith("9 Nov 2026")
    assert paid[1].startswith("Paid · USD 123.00\nFirst reading, ")


def test_deeds_stand_among_the_states_with_who_did_them(desk: Tallyman, avery: Person) -> None:
    billing = Billing(desk.stripe)
    invoice = billing.invoice(billing.customer("Acme"))
    desk.backfill()
    do(desk, invoice["id"])

    card = ask(avery, f"/invoice {invoice['number']}")
    avery.click(card, "History")
    history = answered(avery, after=card)

    when, what = rows_of(history)[-1]
    assert when.startswith("2 Nov 2026")
    assert what.startswith("Void invoice: requested\n‘Agreed on the phone’\nAvery")
    assert "as admin · audit entry " in what
    assert "1 deed" in history.words
    avery.click(history, "Back to the invoice")
    assert "History" in answered(avery, after=history).buttons


def test_each_time_it_was_past_due_stands_there_with_its_end(desk: Tallyman, avery: Person) -> None:
    billing = Billing(desk.stripe)
    invoice = billing.invoice(billing.customer("Acme"), ("Calls", 12_300), due=day("2026-11-04"))
    desk.backfill()
    judge(desk, "2026-11-05")
    lasting = ask(avery, f"/invoice history {invoice['number']}")
    billing.pay(invoice)
    judge(desk, "2026-11-06")

    ended = ask(avery, f"/invoice history {invoice['number']}")

    when, what = rows_of(lasting)[-1]
    assert when == "5 Nov 2026 00:00"
    assert what == "Past Due\nJudged here, 5 Nov 2026 12:00"
    assert "1 time Past Due" in lasting.words
    (_, past_due), (_, paid) = rows_of(ended)[-2:]
    assert past_due.startswith("Past Due · until 5 Nov 2026 12:00\nJudged here, ")
    assert paid.startswith("Paid")


def judge(desk: Tallyman, text: str) -> None:
    """Come to noon of a day, hear of everything, and judge the night before."""
    follow(desk)
    desk.stripe.advance(day(text))
    sweep(desk.runtime)
    follow(desk)
    look(desk.runtime, PAST_DUE)


def test_a_long_history_has_pages(desk: Tallyman, avery: Person) -> None:
    billing = Billing(desk.stripe)
    invoice = billing.invoice(billing.customer("Acme"))
    desk.backfill()
    for _ in range(20):
        do(desk, invoice["id"])

    first = ask(avery, f"/invoice history {invoice['number']}")
    avery.click(first, "Later ›")
    second = answered(avery, after=first)

    assert len(rows_of(first)) == 12
    assert "3 states, 20 deeds" in first.words
    assert len(rows_of(second)) == 23 - 12
    assert "Page 2 of 2" in second.words
    assert second.buttons[0] == "‹ Earlier"
    assert "We first saw it" not in second.words


def test_what_fits_no_invoice_is_a_choice_of_accounts_or_nothing(
    desk: Tallyman, avery: Person
) -> None:
    billing = Billing(desk.stripe)
    billing.invoice(billing.customer("Acme"))
    desk.backfill()

    assert "Acme" in ask(avery, "/invoice history Acme").words
    assert "Nothing matches ‘999999’" in ask(avery, "/invoice history 999999").words
    assert "Write /invoice history 1234" in ask(avery, "/invoice history").words
    assert refusals_of(desk.runtime.database, ADMIN) == [("missed", "/invoice history 999999")]


def test_nobody_sees_the_history_of_what_they_may_not_see(desk: Tallyman, avery: Person) -> None:
    billing = Billing(desk.stripe)
    near = billing.invoice(billing.customer("Near Ltd", company="Near Ltd"))
    far = billing.invoice(billing.customer("Far Ltd", company="Far Ltd"))
    draft = billing.invoice(billing.customer("Near Ltd", company="Near Ltd"), finalize=False)
    desk.backfill()
    grant(avery, "@jamie viewer Near Ltd")
    jamie, kim = desk.person("U0JAMIE"), desk.person(STRANGER)

    assert "History of" in ask(jamie, f"/invoice history {near['number']}").words
    for hidden in (far, draft):
        assert "Nothing matches" in ask(jamie, f"/invoice history {hidden['id']}").words
        pressed = forge(desk, "show_invoice_history", f"{hidden['id']}|1", user="U0JAMIE")
        assert "There is no such invoice" in pressed.words
    assert NO_ROLE in ask(kim, f"/invoice history {near['number']}").words
    jamie.close()
    kim.close()


@pytest.mark.parametrize("value", ["", "in_", "in_1|", "in_1|0", "in_1|x", "1|1", "in_1|1|1"])
def test_a_forged_value_is_refused(desk: Tallyman, value: str) -> None:
    assert "This button names no" in forge(desk, "show_invoice_history", value).words


def test_an_admin_sees_that_the_trail_is_whole_and_what_happened_last(
    desk: Tallyman, avery: Person
) -> None:
    grant(avery, "@jamie viewer")
    young = ask(avery, "/billing audit")
    audit.run(desk.runtime, now=real_now())
    card = ask(avery, "/billing audit")

    assert "It is whole." in young.words
    assert "*All checked*\nNever" in young.words
    assert "ago" in card.words
    _, what = rows_of(card)[0]
    assert what.startswith("Grant role · person Jamie")
    assert what.endswith("Avery Stone · entry 2")
    assert entries_of(desk.runtime.database)[-1].mac[:12] in card.words
    assert "python app.py audit verify" in card.words


def test_a_broken_trail_is_told_to_admins(avery: Person, database_url: str) -> None:
    grant(avery, "@jamie viewer")
    card = ask(avery, "/billing audit")
    with tampering(database_url) as connection:
        connection.execute(text("UPDATE audit_entries SET basis = 'x' WHERE number = 2"))

    avery.click(card, "Look again")
    broken = answered(avery, after=card)

    assert "It is broken. Entry 2 is not what was recorded there." in broken.words


def test_others_than_admins_are_not_told_of_the_trail(desk: Tallyman, avery: Person) -> None:
    grant(avery, "@jamie approver")
    jamie = desk.person("U0JAMIE")

    typed = ask(jamie, "/billing audit")
    pressed = forge(desk, "show_audit", "now", user="U0JAMIE")

    assert NOT_COVERED in typed.words
    assert NOT_COVERED in pressed.words
    jamie.close()


def test_what_an_admin_does_is_recorded_with_the_right_they_used(
    desk: Tallyman, avery: Person
) -> None:
    grant(avery, "@jamie viewer")
    ask(avery, "/billing roles revoke @jamie viewer")
    ask(avery, "/billing channels allow #general")
    ask(avery, "/billing channels remove #general")

    deeds = entries_of(desk.runtime.database, by=ADMIN)

    assert [deed.action for deed in deeds] == [
        *("grant_role.done", "revoke_role.done", "allow_channel.done", "remove_channel.done"),
    ]
    assert {deed.basis for deed in deeds} == {"admin"}
    assert deeds[0].subject_id == "U0JAMIE"
    assert deeds[0].details == {"role": "viewer"}
    assert all(len(deed.request_id) == 8 for deed in deeds)
    assert timedelta(0) <= deeds[-1].at - deeds[0].at < timedelta(minutes=5)
