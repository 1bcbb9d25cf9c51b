"""The sandbox as a newcomer meets it: one command, a page, two commands in it, and Ctrl-C."""

import contextlib
import re
import signal
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.following import wait_until
from tests.processes import ADMIN, CHANNEL, Process, find_free_port, started
from tests.workspace import Person, Seen

# Fifteen are promised to open in on a machine that does nothing else, which this one is not.
PATIENT_SECONDS_MAX = 200.0
BARE_PORT = 3000
PAGE = re.compile(r"http://127\.0\.0\.1:(\d+)")

pytestmark = pytest.mark.slow


class Sandbox:
    """A sandbox that is open: its process, its page, and somebody at it."""

    def __init__(self, process: Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        process.wait_until_said("Ctrl-C ends it", seconds_max=PATIENT_SECONDS_MAX)
        found = PAGE.search(process.said)
        assert found is not None
        self.page_port = int(found[1])
        self.page_url = found[0]
        self.admin = Person(self.page_url, ADMIN)
        state = httpx.get(f"{self.page_url}/page/state", params={"as": ADMIN}).json()
        self.stripe_url = str(state["stripe"])

    def ask(self, text: str) -> Seen:
        """Type a command; the answer, in which Slack has found nothing to refuse."""
        notices = self.admin.notices()
        self.admin.type(CHANNEL, text)
        assert self.admin.notices() == notices
        return self.admin.see(CHANNEL)

    def turn(self, control: str, **given: Any) -> Any:
        """Use one of the stand-in Stripe's controls."""
        answer = httpx.post(f"{self.stripe_url}/_sandbox/{control}", json=given, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def list_open(self) -> list[dict[str, Any]]:
        """The newest invoices that a customer could pay."""
        answer = httpx.get(f"{self.stripe_url}/_sandbox/open_invoices")
        return list(answer.json()["invoices"])

    def find_leftovers(self) -> list[str]:
        """What is still there of it: folders, and addresses that answer."""
        left = [path.name for path in self.folder.glob("tallyman-*")]
        for url in (self.page_url, self.stripe_url):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(url)
                left.append(url)
        return left


@contextlib.contextmanager
def opened(*words: str, folder: Path, fresh: bool = False) -> Iterator[Sandbox]:
    """A sandbox for the length of a block."""
    settings = {"TMPDIR": str(folder)}
    with started(*words, folder=folder, settings=settings, fresh=fresh) as process:
        sandbox = Sandbox(process, folder)
        try:
            yield sandbox
        finally:
            sandbox.admin.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One for the tests that use it; the last of them kills it."""
    port = str(find_free_port())
    with opened("sandbox", "--page-port", port, folder=tmp_path_factory.mktemp("sandbox")) as made:
        yield made


def test_it_opens_with_a_page_that_answers(sandbox: Sandbox) -> None:
    assert httpx.get(sandbox.page_url).status_code == 200
    assert f"Open {sandbox.page_url} and type /invoice 1234" in sandbox.process.said
    assert "{" not in sandbox.process.said


def test_commands_give_a_card_and_a_list(sandbox: Sandbox) -> None:
    card = sandbox.ask("/invoice 1234")
    assert card.is_ephemeral
    assert "1234" in card.words
    assert "Remaining" in card.words
    assert "Open in Stripe" in card.buttons

    listed = sandbox.ask("/invoice acme")
    assert listed.is_ephemeral
    assert listed.ts != card.ts


def test_what_the_first_steps_name_is_there(sandbox: Sandbox) -> None:
    def steps() -> list[dict[str, Any]]:
        state = httpx.get(f"{sandbox.page_url}/page/state", params={"as": ADMIN}).json()
        return [step for step in state["hints"] if step["text"]]

    typed = [step["text"] for step in steps()]
    assert "/invoice 1234" in typed
    for text in typed:
        assert "Nothing matches" not in sandbox.ask(text).words, text

    assert all(step["done"] for step in steps())


def test_a_payment_makes_the_next_answer_say_paid(sandbox: Sandbox) -> None:
    number = str(sandbox.list_open()[0]["number"])
    assert status_of(sandbox.ask(f"/invoice {number}")) != "Paid"

    sandbox.turn("pay", invoice=sandbox.list_open()[0]["id"])

    wait_until(lambda: status_of(sandbox.ask(f"/invoice {number}")) == "Paid")


def test_a_month_later_there_are_new_invoices_and_the_old_ones_are_later(sandbox: Sandbox) -> None:
    newest = sandbox.list_open()[0]
    oldest = max(
        (one for one in sandbox.list_open() if one["due_date"]), key=lambda one: -one["due_date"]
    )
    before = sandbox.ask(f"/invoice {oldest['number']}").words

    now = datetime.fromisoformat(sandbox.turn("clock", advance_months=1)["iso"])

    after = sandbox.list_open()[0]
    assert after["id"] != newest["id"]
    wait_until(lambda: after["number"] in sandbox.ask(f"/invoice {after['number']}").words)
    card = sandbox.ask(f"/invoice {oldest['number']}").words
    days = (now.date() - datetime.fromtimestamp(oldest["due_date"], now.tzinfo).date()).days
    assert card != before
    assert "Past Due" in card
    assert re.search(rf"\b({days - 1}|{days}|{days + 1}) days", card)


def status_of(card: Seen) -> str:
    """The status that a card shows."""
    found = re.search(r"^ ?(Open|Paid|Past Due|Uncollectible|Void)\b", card.words, re.MULTILINE)
    assert found is not None, card.words
    return found[1]


def test_a_bare_start_opens_it_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        # Taken by us, unless somebody else has it already.
        with contextlib.suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", BARE_PORT)))
        bare = stack.enter_context(opened(folder=tmp_path, fresh=True))
        assert bare.page_port != BARE_PORT
        assert f"Port {BARE_PORT} is taken" in bare.process.said
        assert httpx.get(bare.page_url).status_code == 200

        assert bare.process.end(signal.SIGINT) == 0

        assert bare.find_leftovers() == []
        assert "Traceback" not in bare.process.said


def test_killed_it_takes_its_stand_ins_and_its_folder_along(sandbox: Sandbox) -> None:
    assert sandbox.find_leftovers() != []

    sandbox.process.end(signal.SIGKILL)

    wait_until(lambda: sandbox.find_leftovers() == [])
    assert "Traceback" not in sandbox.process.said
