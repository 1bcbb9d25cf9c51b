"""Workers that are killed at random again and again: what was promised is done, once each.

No figure but a proof: it fails when anything is lost or happens twice. People ask for deeds of
several kinds in the stand-in Slack, and both stand-ins count what has happened to them. On
PostgreSQL one of three workers dies each time; on SQLite it is the one process that there is.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.database import Database, migrate
from bot.sandbox.stripe import StandIn
from tests.benchmarks.bench_effects import FIRST, bill
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.billing import Billing, day
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.correcting import request
from tests.handlers.slack.pressing import view_of
from tests.processes import ADMIN, Outside, Process, outside
from tests.promises import count_pending, count_posts, open_rooms, promise_post
from tests.workspace import Person

KILLS = int(os.environ.get("BENCH_KILLS", "30"))
WORKERS, ROOMS = 3, 6
# Between two kills; a worker needs two or three seconds to start.
PAUSE_SECONDS = (0.5, 2.0)
POSTS_EACH_TIME = 2
# Every so many kills a balance is charged: its invoices, each told apart by its amount.
KILLS_A_CHARGE, OWED = 5, 3
CHARGED = "charge.succeeded"
KEEPING_SECONDS_MAX = 240.0


def send_link(admin: Person, number: int) -> None:
    """Have Stripe send an invoice, as a dialog of two steps asks for it."""
    card = ask(admin, f"/invoice {number}")
    assert admin.click(card, "Send payment link")["ok"]
    view_of(admin)
    assert admin.submit(way="stripe")["ok"]
    assert admin.submit()["ok"]
    admin.dismiss()


def void(admin: Person, number: int) -> None:
    """Have an invoice voided."""
    request(admin, number)


def give_up(admin: Person, number: int) -> None:
    """Have an invoice marked uncollectible."""
    request(admin, number, "mark_uncollectible")


def charge(admin: Person, debtor: str) -> None:
    """Have all that somebody owes charged to their card, one invoice after the other."""
    card = ask(admin, f'/balance "{debtor}"')
    assert admin.click(card, "charge_balance")["ok"]
    view_of(admin)
    assert admin.submit()["ok"]
    admin.dismiss()


# What people ask for each time, by the event with which Stripe tells that it has happened.
DEEDS: dict[str, Callable[[Person, int], None]] = {
    "invoice.voided": void,
    "invoice.marked_uncollectible": give_up,
    "invoice.sent": send_link,
}


class Workforce:
    """The processes of a deployment: one that serves, and those that are killed."""

    def __init__(self, out: Outside, url: str, folder: Path) -> None:
        self._out, self._folder = out, folder
        self._settings = out.settings(url, APPROVAL_LIMITS="USD 1000000")
        self._is_alone = url.startswith("sqlite")
        self._web = None if self._is_alone else self._start("web")
        self._workers = [self._start_one() for _ in range(1 if self._is_alone else WORKERS)]
        self._serve()

    def kill(self, place: int) -> None:
        """Kill one where it stands, and start another in its place."""
        place %= len(self._workers)
        self._workers[place].end(signal.SIGKILL)
        self._workers[place] = self._start_one()
        if self._is_alone:
            self._serve()

    def end(self) -> None:
        """Let all of them finish."""
        for process in (*self._workers, *([self._web] if self._web else [])):
            process.end()

    def _start_one(self) -> Process:
        return self._start() if self._is_alone else self._start("worker")

    def _start(self, *words: str) -> Process:
        return Process(*words, folder=self._folder, settings=self._settings)

    def _serve(self) -> None:
        serving = self._web or self._workers[0]
        serving.wait_until_ready()
        self._out.slack.request_url = f"{serving.url}/slack/events"


def main() -> None:
    """Kill, ask, wait, and compare what has happened with what was asked for; on both databases."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _prove(f"sqlite:///{folder}/kills.sqlite3", "SQLite", Path(folder))
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder,
        durable_postgresql() as url,
    ):
        _prove(url, "PostgreSQL", Path(folder))


def _prove(url: str, title: str, folder: Path) -> None:
    migrate(url)
    database = Database(url)
    chance = random.Random(5)
    asked: list[tuple[str, str]] = []
    billed = bill(KILLS * len(DEEDS))
    for kill in range(0, KILLS, KILLS_A_CHARGE):
        _owe(billed, f"Debtor {kill}", _owed_by(kill))
    with outside(now=day("2026-11-16"), stripe=billed) as out:
        rooms = open_rooms(out.slack, ROOMS)
        force = Workforce(out, url, folder)
        admin = Person(out.slack_url, ADMIN)
        last = FIRST + KILLS * len(DEEDS) - 1
        wait_until(lambda: "to pay" in ask(admin, f"/invoice {last}").words, seconds=60)
        for kill in range(KILLS):
            for place in range(POSTS_EACH_TIME):
                asked.append(("posted", f"Said once, {kill}.{place}"))
                promise_post(database, chance.choice(rooms), asked[-1][1])
            for place, (event, do) in enumerate(DEEDS.items()):
                number = FIRST + kill * len(DEEDS) + place
                do(admin, number)
                asked.append((event, str(_amount_of(number))))
            if kill % KILLS_A_CHARGE == 0:
                charge(admin, f"Debtor {kill}")
                asked += [(CHARGED, str(amount)) for amount in _owed_by(kill)]
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            force.kill(chance.randrange(WORKERS))
        give_up_at = time.monotonic() + KEEPING_SECONDS_MAX
        while count_pending(database) and time.monotonic() < give_up_at:
            time.sleep(0.5)
        force.end()
        admin.close()
        done = _count_done(out, rooms)
    database.close()
    lost = [deed for deed in asked if not done[deed]]
    twice = [deed for deed in asked if done[deed] > 1]
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(k for k, _ in asked).items())
    print(f"\n{title}: {KILLS} kills, {len(asked)} promised ({kinds})")
    print(f"  {len(lost)} lost, {len(twice)} twice")
    if lost or twice:
        raise SystemExit(f"Lost: {lost}; twice: {twice}")


def _amount_of(number: int) -> int:
    """What an invoice comes to, by which it is told apart at Stripe."""
    return 10_000 + number - FIRST


def _owed_by(kill: int) -> list[int]:
    """What the invoices of a balance come to that is charged after so many kills."""
    return [1_000_000 + kill * OWED + place for place in range(OWED)]


def _owe(stripe: StandIn, name: str, amounts: list[int]) -> None:
    """A customer with a card that works, and what it has to pay."""
    billing = Billing(stripe)
    customer = billing.customer(name, company=name)
    attach = "/v1/payment_methods/pm_card_visa/attach"
    card = stripe.call("POST", attach, {"customer": customer})["id"]
    default = {"invoice_settings": {"default_payment_method": card}}
    stripe.call("POST", f"/v1/customers/{customer}", default)
    for amount in amounts:
        billing.invoice(customer, ("Calls", amount))


def _count_done(out: Outside, rooms: list[str]) -> Counter[tuple[str, str]]:
    """What has happened at both stand-ins, and how often."""
    done = Counter(
        {("posted", text): count for text, count in count_posts(out.slack, rooms).items()}
    )
    for event in out.stripe.world.table("event"):
        if event["type"] in DEEDS:
            done[event["type"], str(event["data"]["object"]["total"])] += 1
        elif event["type"] == CHARGED:
            done[CHARGED, str(event["data"]["object"]["amount"])] += 1
    return done


if __name__ == "__main__":
    main()
