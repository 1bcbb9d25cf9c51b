"""A deployment without a public address, started and ended as an operator does it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing import Billing, day
from tests.following import wait_until
from tests.processes import Outside, outside, started

APP_TOKEN = "xapp-fake-tallyman"

pytestmark = pytest.mark.slow
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])


@pytest.fixture
def out() -> Iterator[Outside]:
    """Both services, with Socket Mode switched on, and one invoice."""
    with outside(now=day("2026-11-02")) as opened:
        opened.slack.sockets.is_enabled = True
        billing = Billing(opened.stripe)
        billing.invoice(billing.customer("Acme", company="Acme"), ("Calls", 12_345))
        yield opened
        assert opened.slack.problems == []


def settings_of(out: Outside, database_url: str, token: str = APP_TOKEN) -> dict[str, str]:
    """What such a deployment sets; a signing secret is not among it."""
    return out.settings(database_url, SLACK_APP_TOKEN=token, SLACK_SIGNING_SECRET="")


@on_sqlite
def test_a_process_connects_answers_and_ends_in_order(
    out: Outside, empty_database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(out, empty_database_url)
    with started(folder=tmp_path, settings=settings) as tallyman:
        tallyman.wait_until_ready()
        tallyman.wait_until_said('"filled"')
        wait_until(lambda: len(out.slack.sockets) == 1)
        assert "USD 123.45" in out.ask("/invoice 1001", of=tallyman)

        tallyman.end()

        wait_until(lambda: len(out.slack.sockets) == 0)
        assert "Traceback" not in tallyman.said
        assert "ack_lost" not in tallyman.said


@on_postgresql
def test_one_of_two_processes_ends_and_nobody_notices(
    out: Outside, empty_database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(out, empty_database_url)
    with (
        started(folder=tmp_path, settings=settings) as first,
        started("web", folder=tmp_path, settings=settings) as second,
    ):
        first.wait_until_said('"filled"')
        second.wait_until_ready()
        wait_until(lambda: len(out.slack.sockets) == 2)
        heard: list[str] = []
        is_over = threading.Event()

        def ask() -> None:
            while not is_over.is_set():
                heard.append(out.ask("/invoice 1001", of=first))

        asking = threading.Thread(target=ask)
        asking.start()
        wait_until(lambda: len(heard) > 5)
        second.end()
        asked = len(heard)
        wait_until(lambda: len(heard) > asked + 5)
        is_over.set()
        asking.join()

        assert [each for each in heard if "USD 123.45" not in each] == []


@on_sqlite
def test_a_token_that_slack_refuses_is_said_once_and_the_process_stays(
    out: Outside, empty_database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(out, empty_database_url, token="xapp-wrong")
    with started(folder=tmp_path, settings=settings) as tallyman:
        tallyman.wait_until_said("Slack does not accept SLACK_APP_TOKEN (invalid_auth)")
        tallyman.wait_until_said('"filled"')
        tallyman.wait_until_ready()

        assert tallyman.said.count("SLACK_APP_TOKEN") == 1
        assert "xapp-wrong" not in tallyman.said
