"""Socket Mode: the same answers without a public address, whatever happens to the connection."""

import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest

from handlers.slack.connection import Pace
from handlers.slack.socket_mode import ALERT, connected
from tests.alerts import list_alerts
from tests.billing import Billing, day
from tests.deployment import APP_TOKEN, HASTY, IMPATIENT, Tallyman, deployed
from tests.following import wait_until
from tests.relay import relaying
from tests.workspace import Person

# What only a connection does, it does without the database.
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
OPEN = "apps.connections.open"


@pytest.fixture
def tallyman(database_url: str) -> Iterator[Tallyman]:
    """A Tallyman that is connected, with three invoices."""
    with opened_by_socket(database_url) as opened:
        yield opened


@contextlib.contextmanager
def opened_by_socket(database_url: str, *, pace: Pace = HASTY) -> Iterator[Tallyman]:
    """The same for the length of a block."""
    with deployed(
        database_url, now=day("2026-11-16"), pace=pace, slack_app_token=APP_TOKEN
    ) as opened:
        billing = Billing(opened.stripe)
        acme = billing.customer("Acme Inc.", company="Acme")
        for number in range(3):
            opened.stripe.advance(day(f"2026-11-{17 + number}"))
            billing.invoice(acme, (f"Calls {number}", 1_000 + number), due=day("2026-12-24"))
        opened.backfill()
        wait_until(lambda: len(opened.slack.sockets) == 1)
        yield opened
        assert opened.slack.problems == []


@pytest.fixture
def avery(tallyman: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = tallyman.person()
    yield person
    person.close()


def is_answered(person: Person) -> bool:
    """Whether a command is answered with a card right now."""
    assert person.type("general", "/invoice 1002")["ok"]
    return "USD 10.01" in person.see("general").words


def alerts_of(tallyman: Tallyman) -> list[str]:
    with tallyman.runtime.database.reading() as session:
        return [each.detail for each in list_alerts(session) if each.kind == ALERT]


def count_calls(tallyman: Tallyman, method: str) -> int:
    return sum(call.method == method for call in tallyman.slack.calls)


def assert_unhurried(tallyman: Tallyman) -> None:
    """See that who was refused does not ask again sooner than it should."""
    before, began = count_calls(tallyman, OPEN), time.monotonic()
    time.sleep(1.2)
    asked = count_calls(tallyman, OPEN) - before
    assert asked <= (time.monotonic() - began) / HASTY.refused_seconds + 1


def test_a_command_and_a_press_are_answered(tallyman: Tallyman, avery: Person) -> None:
    assert is_answered(avery)
    at_the_start = {call.method for call in tallyman.slack.calls}
    card = avery.see("general")

    assert card.is_ephemeral
    assert avery.click(card, "show_invoice:next")["ok"]

    wait_until(lambda: "USD 10.02" in avery.see("general").words)
    assert at_the_start == {"auth.test", OPEN, "users.list", "usergroups.list"}
    assert {call.method for call in tallyman.slack.calls} == at_the_start


def test_whoever_has_no_role_hears_the_same_as_over_http(tallyman: Tallyman) -> None:
    kim = tallyman.person("U0KIM")
    kim.type("general", "/invoice 1002")

    assert "USD" not in kim.see("general").words
    kim.close()


def test_slack_s_address_is_closed_and_the_others_are_open(tallyman: Tallyman) -> None:
    assert httpx.post(f"{tallyman.url}/slack/events", trust_env=False).status_code == 404
    assert httpx.post(f"{tallyman.url}/stripe/webhook", trust_env=False).status_code == 400
    assert httpx.get(f"{tallyman.url}/readyz", trust_env=False).json() == {"ready": True}
    metrics = httpx.get(f"{tallyman.url}/metrics", trust_env=False).text
    assert "tallyman_slack_connections 1.0" in metrics


@on_sqlite
def test_it_comes_back_after_a_drop(tallyman: Tallyman, avery: Person) -> None:
    tallyman.slack.sockets.drop()

    wait_until(lambda: tallyman.slack.sockets.opened == 2)
    assert is_answered(avery)


@on_sqlite
@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "something new"])
def test_the_next_connection_is_there_before_the_old_one_goes(
    tallyman: Tallyman, avery: Person, reason: str
) -> None:
    tallyman.slack.sockets.disconnect(reason, after_seconds=30.0)

    wait_until(lambda: tallyman.slack.sockets.opened == 2)
    assert is_answered(avery)
    wait_until(lambda: len(tallyman.slack.sockets) == 1)
    assert is_answered(avery)
    assert (tallyman.slack.sockets.opened, tallyman.slack.sockets.most_at_once) == (2, 2)


@on_sqlite
def test_a_connection_that_falls_silent_is_replaced(database_url: str) -> None:
    with (
        opened_by_socket(database_url, pace=IMPATIENT) as tallyman,
        relaying(tallyman.slack_url) as relay,
    ):
        tallyman.slack.url = relay.url
        opened = tallyman.slack.sockets.opened
        tallyman.slack.sockets.drop()
        wait_until(lambda: tallyman.slack.sockets.opened > opened)

        opened = tallyman.slack.sockets.opened
        relay.fall_silent()

        wait_until(lambda: tallyman.slack.sockets.opened > opened)
        with contextlib.closing(tallyman.person()) as avery:
            wait_until(lambda: len(tallyman.slack.sockets) == 1)
            assert is_answered(avery)


def test_an_envelope_that_comes_twice_is_answered_once(tallyman: Tallyman, avery: Person) -> None:
    avery.type("general", "/invoice acme")
    listed = avery.see("general")
    before = len(avery.messages("general"))
    tallyman.slack.faults.duplicate_deliveries_next = 1

    assert avery.click(listed, "show_invoice:0")["ok"]

    wait_until(lambda: len(avery.messages("general")) > before)
    presses = [each for each in tallyman.slack.deliveries if each.kind == "block_actions"]
    assert [each.error for each in presses] == [None, None]
    tallyman.desk.slack.close()
    assert len(avery.messages("general")) == before + 1


@on_sqlite
def test_a_second_process_may_connect_and_the_first_may_go(
    tallyman: Tallyman, avery: Person
) -> None:
    with connected(tallyman.desk, pace=HASTY):
        wait_until(lambda: len(tallyman.slack.sockets) == 2)
        assert all(is_answered(avery) for _ in range(4))

    wait_until(lambda: len(tallyman.slack.sockets) == 1)
    assert all(is_answered(avery) for _ in range(2))


@on_sqlite
def test_slack_s_wish_to_be_left_alone_is_respected(tallyman: Tallyman, avery: Person) -> None:
    tallyman.slack.faults.set({"methods": [OPEN], "ratelimited_next": 1, "retry_after": 2})
    dropped_at = time.monotonic()
    tallyman.slack.sockets.drop()

    wait_until(lambda: tallyman.slack.sockets.opened == 2)

    assert time.monotonic() - dropped_at >= 2
    assert count_calls(tallyman, OPEN) == 3
    assert is_answered(avery)


def test_failures_of_slack_are_outlasted_and_told_when_they_last(
    tallyman: Tallyman, avery: Person
) -> None:
    tallyman.slack.faults.set({"methods": [OPEN], "fail_before_next": 1000})
    tallyman.slack.sockets.drop()
    wait_until(lambda: alerts_of(tallyman))

    tallyman.slack.faults.reset()

    wait_until(lambda: alerts_of(tallyman) == [])
    assert is_answered(avery)


def test_socket_mode_switched_off_and_on_again(tallyman: Tallyman, avery: Person) -> None:
    tallyman.slack.sockets.is_enabled = False
    tallyman.slack.sockets.disconnect("link_disabled", after_seconds=0.0)
    wait_until(lambda: alerts_of(tallyman))
    assert_unhurried(tallyman)

    tallyman.slack.sockets.is_enabled = True

    wait_until(lambda: len(tallyman.slack.sockets) == 1)
    wait_until(lambda: alerts_of(tallyman) == [])
    assert is_answered(avery)


def test_a_token_that_slack_refuses_is_one_sentence_and_no_storm(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed(database_url, now=day("2026-11-16"), slack_app_token="xapp-wrong") as tallyman:
        wait_until(lambda: alerts_of(tallyman))
        assert_unhurried(tallyman)

        (sentence,) = alerts_of(tallyman)
        assert sentence.startswith("Slack does not accept SLACK_APP_TOKEN (invalid_auth): ")
        assert capsys.readouterr().out.count("not_connected_to_slack") == 1
        assert httpx.get(f"{tallyman.url}/livez", trust_env=False).text == "ok"
