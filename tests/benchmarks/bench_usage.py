"""`/usage` of one account: what the product adds to a bare Bolt application, in one process.

Budgets, for answers over HTTP: at most 1.5 times a bare Bolt application that runs the card's own
statements by SQLAlchemy and returns the same blocks, and at most 4 times one that answers a
constant. HTTP, which is the same for all of them, is left out here, so these ratios are stricter.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.access import Actor, Role
from bot.clock import real_now
from bot.database import Database, migrate
from bot.queries.accounts import find_accounts
from bot.queries.sight import sight_of
from bot.queries.usage import get_usage
from bot.sandbox.stripe import StandIn
from handlers.slack.bolt import build_dispatch
from jobs import usage
from tests.benchmarks.slack_client import SECRET, TEAM, command_body, signed
from tests.billing import day
from tests.deployment import ADMIN, SECRET_KEY, Tallyman, deployed
from tests.metering import Metering

ACCOUNT = "Measured Calls"
DAYS = 21
ROUNDS, ASKS = 9, 150

Dispatch = Callable[[str, dict[str, str]], Any]


def main() -> None:
    """Let an account use something for three weeks, and ask for it in turn."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'usage.sqlite3'}"
        migrate(url)
        stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
        _use_something(Metering(stripe))
        with deployed(url, now=stripe.clock, stripe=stripe) as tallyman:
            tallyman.backfill()
            usage.run(tallyman.runtime)
            _compare(tallyman)


def _use_something(made: Metering) -> None:
    prices = [
        made.price(name, name.lower(), unit="minute", unit_amount_decimal="1.45")
        for name in ("Inbound", "Outbound", "Transcribed")
    ]
    customer = made.billing.customer(ACCOUNT, company=ACCOUNT, time_zone="Europe/Berlin")
    made.subscribe(customer, *prices)
    for number in range(DAYS):
        at = day("2026-10-01") + timedelta(days=number)
        made.stripe.advance(at)
        for name in ("inbound", "outbound", "transcribed"):
            made.use(customer, name, 100 + number, at)
    made.stripe.advance(day("2026-10-01") + timedelta(days=DAYS))


def _compare(tallyman: Tallyman) -> None:
    product = build_dispatch(tallyman.desk)
    headers = signed(b"")
    body = command_body(ACCOUNT).decode().replace("%2Finvoice", "%2Fusage")
    _, _, answer = product(body, headers)
    if "Transcribed" not in answer:
        raise RuntimeError(f"this is no card: {answer}")
    texts = _statements(tallyman)
    print(f"the card runs {len(texts)} statements")
    ways: dict[str, Dispatch] = {
        "product": product,
        "core": _bare(tallyman, json.loads(answer), texts),
        "constant": _bare(tallyman, json.loads(answer), []),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, dispatch in ways.items():
            began = time.process_time()
            for _ in range(ASKS):
                dispatch(body, headers)
            taken[name].append((time.process_time() - began) / ASKS * 1000)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"  {name:9s} {median:5.2f} ms of the processor")
    for name, budget in (("core", 1.5), ("constant", 4.0)):
        ratio = medians["product"] / medians[name]
        print(f"  against {name}: {ratio:.2f} × (budget with HTTP {budget} ×)")


def _statements(tallyman: Tallyman) -> list[str]:
    """The statements that the card runs, as the driver gets them."""
    seen: list[str] = []
    runtime = tallyman.runtime
    actor = Actor(ADMIN, TEAM, {Role.ADMIN: None})
    sight = sight_of(actor, runtime.settings, now=runtime.clock.now(), real_now=real_now())
    with runtime.database.looking() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(lambda text: seen.append(text) if "SELECT" in text else None)
        (account,) = find_accounts(session, ACCOUNT, sight=sight).exact
        get_usage(session, account, None, sight=sight)
        driver.set_trace_callback(None)
    return seen


def _bare(tallyman: Tallyman, answer: dict[str, Any], texts: list[str]) -> Dispatch:
    """Bolt with nothing around it, which runs these statements and returns the product's blocks."""
    database = Database(str(tallyman.runtime.settings.database_url))
    app = App(
        request_verification_enabled=False,
        signing_secret=SECRET,
        process_before_response=True,
        authorize=lambda **_: AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_id="B1", bot_user_id="U1", bot_token="xoxb-fake"
        ),
    )

    @app.command("/usage")
    def answer_usage(ack: Ack) -> None:
        if texts:
            with database.looking() as session:
                for text in texts:
                    session.connection().exec_driver_sql(text).all()
        ack(blocks=answer["blocks"], text=answer["text"], response_type="ephemeral")

    return lambda body, headers: app.dispatch(BoltRequest(body=body, headers=dict(headers)))


if __name__ == "__main__":
    main()
