"""Whatever is sent twice at the same moment is done once, by every press and dialog of a deed.

What a deed does at Stripe is counted there, in test_every_deed; here it is what is written down.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.models import Account, Approval, Digest, DisputeCase, Invoice, PromiseToPay, Snooze
from bot.operations.change_contacts import fingerprint
from bot.sandbox.stripe import StandIn
from bot.views import actions as a
from bot.views.notices import FAILURE_TEXT
from tests.billing import Billing, Json, day
from tests.deployment import ADMIN, SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import TEAM
from tests.handlers.slack.ways_in import (
    CHANNEL,
    PRESSED,
    SENT,
    WayIn,
    Whose,
    body_of,
    bring,
    choice,
    find_way,
    text,
    ticks,
)
from tests.trail import entries_of

JAMIE = "U0JAMIE"
AVERY, COLLEAGUE = Whose(ADMIN, TEAM, TEAM), Whose(JAMIE, TEAM, TEAM)
DAY = {"when": choice("2026-11-17")}
NEW_CONTACT = "@{account}|{no_contacts}|ada@acme.example"
ABOVE_LIMIT = {"invoices": ticks("{large}"), "note": text("As agreed.")}
OWNER: Json = {"type": "users_select", "selected_user": JAMIE}


@dataclass(frozen=True, slots=True)
class Twice:
    """Something to be sent twice, and the one entry that the trail has of it afterwards."""

    way: WayIn
    entry: str
    whose: Whose = AVERY
    filled: Json = field(default_factory=dict)
    carries: str | None = None


def press(name: str, entry: str, *, carries: str | None = None) -> Twice:
    """A button."""
    return Twice(find_way(PRESSED, name), entry, carries=carries)


def dialog(
    name: str,
    entry: str,
    filled: Json | None = None,
    *,
    whose: Whose = AVERY,
    carries: str | None = None,
) -> Twice:
    """A dialog, with what is filled in beside the usual."""
    return Twice(find_way(SENT, name), entry, whose, filled or {}, carries)


WRITE_OFF = dialog(
    a.WRITE_OFF_ACCOUNT,
    "mark_uncollectible.requested",
    {"reason": choice("insolvent")},
    whose=COLLEAGUE,
)
# In this order: what comes first makes what those after it are about.
STEPS = (
    dialog(a.CONFIRM_TERMS, "change_terms.done"),
    dialog(a.RECORD_PROMISE, "record_promise.done", DAY),
    dialog(a.CANCEL_PROMISE, "cancel_promise.done"),
    dialog(a.RECORD_PROMISE, "record_promise.requested", {**DAY, **ABOVE_LIMIT}),
    dialog(a.SNOOZE_ACCOUNT, "snooze_account.done", DAY),
    press(a.END_SNOOZE, "end_snooze.done"),
    dialog(a.ASSIGN_OWNER, "assign_owner.done", {"owner": OWNER}),
    dialog(a.OPEN_DISPUTE, "open_dispute.done"),
    dialog(a.ASSIGN_DISPUTE, "assign_dispute.done", {"owner": OWNER}),
    dialog(a.CLOSE_DISPUTE, "close_dispute.done"),
    dialog(a.REOPEN_DISPUTE, "reopen_dispute.done"),
    WRITE_OFF,
    dialog(a.QUESTION_CORRECTION, "mark_uncollectible.questioned"),
    dialog(a.ANSWER_APPROVER, "mark_uncollectible.answered", whose=COLLEAGUE),
    dialog(a.REJECT_CORRECTION, "mark_uncollectible.rejected"),
    WRITE_OFF,
    dialog(a.WITHDRAW_CORRECTION, "mark_uncollectible.withdrawn", whose=COLLEAGUE),
    dialog(a.CONFIRM_CONTACTS, "change_contacts.done", carries=NEW_CONTACT),
    dialog(a.SET_DIGEST, "set_digest.done"),
    press(a.STOP_DIGEST, "stop_digest.done"),
    press(a.GRANT_ROLE, "grant_role.done"),
    press(a.REVOKE_ROLE, "revoke_role.done", carries="roles revoke <@U0KIM> admin"),
    press(a.SWITCH_REMINDERS, "switch_reminders.done"),
)


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over an account that is past due, with two people who may do anything."""
    stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    for minor in (10_000, 90_000):
        billing.invoice(customer, ("Calls", minor), due=day("2026-11-04"))
    stripe.advance(day("2026-11-16"))
    told: dict[str, Any] = {"billing_admins": f"{ADMIN},{JAMIE}", "promise_limits": "USD 700"}
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.backfill()
        yield tallyman
        wrong = [one for one in tallyman.slack.problems if one.error != "not_found"]
        assert wrong == []


def test_each_step_of_a_day_is_made_once(desk: Tallyman) -> None:
    for place, step in enumerate(STEPS):
        way = replace(step.way, filled={**step.way.filled, **step.filled})
        if step.carries is not None:
            way = replace(way, carries=step.carries)
        body = body_of(desk, way, ids(desk), step.whose)

        with ThreadPoolExecutor(2) as threads:
            sent = [threads.submit(bring, desk, body) for _ in range(2)]
        answers = [one.result().answer.decode() for one in sent]
        answers.append(bring(desk, body).answer.decode())

        assert not any(FAILURE_TEXT in one for one in answers), step
        wait_until(partial(is_done, desk, place + 1))
        assert done(desk) == Counter(one.entry for one in STEPS[: place + 1]), (step, answers)
    assert not any(FAILURE_TEXT in one for one in shown(desk))


def test_a_test_of_a_digest_is_posted_once_however_often_it_is_pressed(desk: Tallyman) -> None:
    bring(desk, body_of(desk, find_way(SENT, a.SET_DIGEST), ids(desk), AVERY))
    press_it = find_way(PRESSED, a.TEST_DIGEST)
    body = body_of(desk, press_it, ids(desk), AVERY)

    before = len(shown(desk))
    for sent in (body, body, body_of(desk, press_it, ids(desk), AVERY)):
        bring(desk, sent)

    wait_until(lambda: len(shown(desk)) == before + 3)
    said = "".join(shown(desk)[before:])
    assert said.count("A test is on its way to") == 1
    assert said.count("A test was posted a moment ago in") == 2


def shown(desk: Tallyman) -> list[str]:
    """What stands below what was pressed, oldest first."""
    return [str(one.blocks) for one in desk.slack.list_messages(CHANNEL, viewer=ADMIN)]


def is_done(desk: Tallyman, count: int) -> bool:
    """Whether there are so many entries."""
    return done(desk).total() >= count


def done(desk: Tallyman) -> Counter[str]:
    """How often the trail has each of these entries."""
    wanted = {step.entry for step in STEPS}
    found = (one.action for one in entries_of(desk.runtime.database))
    return Counter(action for action in found if action in wanted)


def ids(desk: Tallyman) -> dict[str, Any]:
    """What there is by now, the newest of each."""
    last = {"promise": PromiseToPay, "snooze": Snooze, "dispute": DisputeCase}
    last |= {"approval": Approval, "digest": Digest}
    with desk.runtime.database.reading() as session:
        newest: dict[str, Any] = {
            name: session.scalars(select(kind.id).order_by(kind.id.desc())).first()  # type: ignore[attr-defined]  # each of them has one
            for name, kind in last.items()
        }
        account = session.scalars(select(Account.id)).one()
        free, large = session.scalars(select(Invoice.id).order_by(Invoice.total_minor))
    return newest | {
        "account": account,
        "free": free,
        "large": large,
        "no_contacts": fingerprint([]),
    }
