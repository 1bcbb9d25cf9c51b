"""What the audit trail tells of rates and entities: each of their states once, and for good."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.audit.erase import erase
from bot.audit.export import ndjson_lines
from bot.audit.keys import keys_of
from bot.audit.record import BY_SHELL
from bot.audit.trail import ERASED
from bot.audit.verify import Verdict, verify
from bot.clock import real_now
from bot.models import PrivateText
from bot.operations import note_roles
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.letters import follow
from tests.trail import entries_of

CUSTOMERS = 130


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A mirror of many customers, filled a moment ago."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    for number in range(CUSTOMERS):
        billing.customer(f"Acme {number}", company=f"Acme {number}")
    product = stripe.call("POST", "/v1/products", {"name": "Calls"})["id"]
    priced = {"product": product, "currency": "usd", "unit_amount_decimal": "0.4"}
    stripe.call("POST", "/v1/prices", priced)
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.backfill()
        yield tallyman


def told(desk: Tallyman, operation: str) -> list[list[dict[str, Any]]]:
    """The states that each entry of an operation tells of, oldest first."""
    return [
        [{"id": one["id"], **_facts(one["state"])} for one in entry.details["states"]]
        for entry in entries_of(desk.runtime.database)
        if entry.action == f"{operation}.done"
    ]


def _facts(state: str) -> dict[str, Any]:
    return {ERASED: True} if state == ERASED else dict(json.loads(state))


def hear(desk: Tallyman, operation: str, count: int) -> None:
    """Wait until the trail has so many entries of an operation, as Stripe's news come in."""

    def has_come() -> bool:
        follow(desk)
        return len(told(desk, operation)) >= count

    wait_until(has_come)


def check(desk: Tallyman) -> Verdict:
    """What verifying the whole trail says."""
    with desk.runtime.database.looking() as reading:
        return verify(reading, keys_of(desk.runtime.settings))


def one_customer(desk: Tallyman, number: int) -> dict[str, Any]:
    """A customer as Stripe has it."""
    found = desk.stripe.call("GET", "/v1/customers", {"limit": "100"})["data"]
    return next(one for one in found if one["name"] == f"Acme {number}")


def test_the_first_fill_tells_of_each_once_and_some_at_a_time(desk: Tallyman) -> None:
    entities, rates = told(desk, "note_entities"), told(desk, "note_rates")
    some = [one for entry in entities for one in entry]

    assert min(one["name"] for one in some) == "Acme 0"
    assert len({one["id"] for one in some}) == CUSTOMERS
    assert len(entities) <= CUSTOMERS / 20
    assert rates[0][0]["unit_amount_decimal"] == "0.4"
    assert check(desk).broken is None


def test_a_change_is_one_entry_and_what_stays_is_none(desk: Tallyman) -> None:
    customer = one_customer(desk, 100)["id"]
    before = len(told(desk, "note_entities"))

    desk.stripe.call("POST", f"/v1/customers/{customer}", {"address": {"city": "Reno"}})
    hear(desk, "note_entities", before + 1)
    desk.stripe.call("POST", f"/v1/customers/{customer}", {"invoice_prefix": "ACME100"})
    follow(desk)
    desk.stripe.call(
        "POST", f"/v1/customers/{customer}/tax_ids", {"type": "eu_vat", "value": "DE123456789"}
    )
    hear(desk, "note_entities", before + 2)

    moved, taxed = told(desk, "note_entities")[before:]
    assert [one["id"] for one in moved] == [customer]
    assert moved[0]["address"]["city"] == "Reno"
    assert "tax_ids" not in moved[0]
    assert taxed[0]["tax_ids"] == [{"type": "eu_vat", "value": "DE123456789"}]
    assert "invoice_prefix" not in taxed[0]


def test_a_rate_that_changes_and_one_that_ends_are_told(desk: Tallyman) -> None:
    price = desk.stripe.call("GET", "/v1/prices", {"limit": "1"})["data"][0]["id"]
    before = len(told(desk, "note_rates"))

    desk.stripe.call("POST", f"/v1/prices/{price}", {"active": "false"})
    hear(desk, "note_rates", before + 1)

    [[changed]] = told(desk, "note_rates")[before:]
    assert changed["id"] == price
    assert "is_active" in changed
    assert changed["is_active"] is False


def test_who_is_deleted_is_told_as_deleted(desk: Tallyman) -> None:
    customer = one_customer(desk, 101)["id"]
    before = len(told(desk, "note_entities"))

    desk.stripe.call("DELETE", f"/v1/customers/{customer}")
    hear(desk, "note_entities", before + 1)

    [[gone]] = told(desk, "note_entities")[before:]
    assert gone["id"] == customer
    assert gone["deleted_at"]


def test_a_state_is_forgotten_and_the_trail_stays_whole(desk: Tallyman) -> None:
    customer, runtime = one_customer(desk, 102)["id"], desk.runtime

    with runtime.database.writing() as session:
        assert erase(session, runtime.settings, customer, BY_SHELL, now=real_now()) == 1

    some = [one for entry in told(desk, "note_entities") for one in entry]
    assert {"id": customer, ERASED: True} in some
    with runtime.database.looking() as reading:
        left = reading.connection().execute(
            select(PrivateText.about).where(PrivateText.value.contains("Acme 102"))
        )
        assert left.all() == []
    assert check(desk).broken is None


def test_the_export_holds_the_states(desk: Tallyman) -> None:
    lines = list(ndjson_lines(entries_of(desk.runtime.database)))

    assert any("note_entities.done" in line and "Acme 7" in line for line in lines)


def test_roles_of_the_settings_are_told_when_they_change(desk: Tallyman) -> None:
    runtime = desk.runtime
    more = runtime.settings.model_copy(update={"billing_roles": (("U0JAMIE", "viewer"),)})
    before = len(told(desk, "note_roles"))

    for settings in (runtime.settings, more, more, runtime.settings):
        with runtime.database.writing() as session:
            note_roles.request(session, settings, now=real_now())

    first, given, taken = told(desk, "note_roles")[before:]
    assert [one["roles"] for one in first] == [["admin"]] * len(first)
    assert given == [{"id": "U0JAMIE", "roles": ["viewer"]}]
    assert taken == [{"id": "U0JAMIE", "roles": []}]


def test_a_state_that_somebody_has_changed_is_found(desk: Tallyman) -> None:
    customer, database = one_customer(desk, 103)["id"], desk.runtime.database
    changed = update(PrivateText).where(PrivateText.about == customer)
    with database.writing() as session:
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        if is_postgresql:
            session.execute(text("ALTER TABLE audit_private_texts DISABLE TRIGGER ALL"))
        else:
            session.execute(text("DROP TRIGGER audit_private_texts_on_update"))
        session.execute(changed.values(value='{"name":"Somebody else"}'))

    assert "is not what was recorded there" in str(check(desk).broken)
