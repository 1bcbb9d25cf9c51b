"""A deployment's processes: how they start, what they answer, how they end, what they survive."""

import contextlib
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.mirror.backfill import LOT_PAGES_MAX
from bot.runtime import opened
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from bot.settings import Settings
from bot.slack_api import SlackAPI
from bot.stripe_api import PAGE_ROWS_MAX
from jobs import people
from tests.billing import Billing, Json, day
from tests.following import wait_until
from tests.processes import BOT_TOKEN, Outside, find_free_port, outside, run, run_all, started

NOWHERE = "http://127.0.0.1:9"
TODAY = day("2026-11-02")
# Far beyond a test: whatever arrives until then has come another way.
NO_SWEEP = {"STRIPE_EVENTS_SECONDS": "3600"}
# Longer than any start or end takes on a machine that is busy, and shorter than Stripe is silent.
PATIENT_SECONDS_MAX = 100.0
SILENT_SECONDS = 1_000.0
# More than two lots of a filling.
INVOICES = 2 * LOT_PAGES_MAX * PAGE_ROWS_MAX + 50

pytestmark = pytest.mark.slow
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])


@dataclass(frozen=True, slots=True)
class Office:
    """Both services, a customer with two invoices, and a database that has mirrored them."""

    out: Outside
    billing: Billing
    customer: str
    first: Json
    books: Path

    def copy_books(self, folder: Path, name: str = "books", **changed: str) -> dict[str, str]:
        """Settings with a copy of the database."""
        shutil.copy(self.books, folder / f"{name}.sqlite3")
        return self.out.settings(f"sqlite:///{name}.sqlite3", **changed)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """What the tests of a later start begin with."""
    folder = tmp_path_factory.mktemp("office")
    with outside(now=TODAY) as out:
        billing = Billing(out.stripe)
        customer = billing.customer("Acme", company="Acme")
        first = billing.invoice(customer, ("Calls", 12_345))
        billing.invoice(customer, ("Numbers", 700))
        filled = run("backfill", folder=folder, settings=out.settings("sqlite:///books.sqlite3"))
        assert filled.returncode == 0, filled.stderr
        meet_everybody(out, folder / "books.sqlite3")
        yield Office(out, billing, customer, first, folder / "books.sqlite3")


def meet_everybody(out: Outside, books: Path) -> None:
    """Let the books know who is in the workspace, as a worker's first minute does."""
    given = out.settings(f"sqlite:///{books}")
    settings = Settings(
        _env_file=None,
        database_url=given["DATABASE_URL"],
        stripe_secret_key=SecretStr(given["STRIPE_SECRET_KEY"]),
    )
    slack = SlackAPI(given["SLACK_BOT_TOKEN"], base_url=given["SLACK_API_BASE_URL"])
    with opened(settings) as runtime, contextlib.closing(slack):
        people.run(runtime, slack, own_team_id=out.slack.workspace.team.id)


@on_postgresql
def test_web_and_worker_started_at_once_on_nothing_make_one_schema_and_answer(
    empty_database_url: str, tmp_path: Path
) -> None:
    with outside(now=TODAY) as out:
        billing = Billing(out.stripe)
        customer = billing.customer("Acme", company="Acme")
        first = billing.invoice(customer, ("Calls", 12_345))
        port = find_free_port()
        secret = out.deliver_to(f"http://127.0.0.1:{port}")
        settings = out.settings(empty_database_url, STRIPE_WEBHOOK_SECRET=secret, **NO_SWEEP)

        with (
            started("worker", folder=tmp_path, settings=settings, fresh=True) as worker,
            started(
                "web", folder=tmp_path, settings=settings | {"PORT": str(port)}, fresh=True
            ) as web,
        ):
            web.wait_until_ready()
            worker.wait_until_said('"filled"')
            assert "USD 123.45" in out.ask("/invoice 1001", of=web)
            assert count_schemas(empty_database_url) == 1

            billing.pay(first)
            wait_until(lambda: "Paid" in out.ask("/invoice 1001", of=web))

            for process in (web, worker):
                assert process.end() == 0, process.said
                assert "Traceback" not in process.said
        assert out.slack.problems == []


def count_schemas(database_url: str) -> int:
    """How many versions of the schema the database says it has."""
    with psycopg.connect(plain(database_url)) as connection:
        return len(connection.execute("SELECT * FROM alembic_version").fetchall())


def plain(database_url: str) -> str:
    """The address as psycopg itself takes it."""
    url = make_url(database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def test_alone_it_follows_stripe_by_asking_and_is_the_only_one_on_its_file(
    office: Office, tmp_path: Path
) -> None:
    settings = office.copy_books(tmp_path)

    with started(folder=tmp_path, settings=settings) as alone:
        alone.wait_until_ready()
        assert "USD 123.45" in office.out.ask("/invoice 1001", of=alone)
        assert run("verify", folder=tmp_path, settings=settings).returncode == 0

        office.billing.invoice(office.customer, ("Brought by the sweep", 4_242))
        wait_until(lambda: "42.42" in office.out.ask("/invoice acme", of=alone))
        assert httpx.post(f"{alone.url}/stripe/webhook", content=b"{}").status_code == 404

        with started("worker", folder=tmp_path, settings=settings) as second:
            assert second.wait_for_the_end() == 2
            assert f"Another process (id {alone.popen.pid}) already works on" in second.said
        assert alone.end() == 0, alone.said
    assert office.out.slack.problems == []


def test_it_tells_whether_it_lives_and_is_ready_and_what_it_has_counted(
    office: Office, tmp_path: Path
) -> None:
    with started("web", folder=tmp_path, settings=office.copy_books(tmp_path)) as web:
        web.wait_until_ready()
        office.out.ask("/invoice 1001", of=web)
        httpx.post(f"{web.url}/slack/events", content=b"unsigned")

        assert httpx.get(f"{web.url}/livez").text == "ok"
        assert httpx.get(f"{web.url}/readyz").json() == {"ready": True}
        metrics = httpx.get(f"{web.url}/metrics")
        assert 'tallyman_requests_total{outcome="200",way="slack"} 1.0' in metrics.text
        assert 'tallyman_requests_total{outcome="unsigned",way="slack"} 1.0' in metrics.text
        assert "Acme" not in metrics.text
        passed_on = {"X-Forwarded-For": "203.0.113.7"}
        assert httpx.get(f"{web.url}/metrics", headers=passed_on).status_code == 403


def test_a_worker_with_a_port_tells_the_same_of_itself_and_nothing_else(
    office: Office, tmp_path: Path
) -> None:
    port = find_free_port()
    settings = office.copy_books(tmp_path, WORKER_PORT=str(port), PORT=str(port))

    with started("worker", folder=tmp_path, settings=settings) as worker:
        worker.wait_until_ready()

        assert httpx.get(f"{worker.url}/readyz").json() == {"ready": True}
        assert "tallyman_alerts_raised_total" in httpx.get(f"{worker.url}/metrics").text
        assert httpx.post(f"{worker.url}/slack/events", content=b"{}").status_code == 404
        books = office.copy_books(tmp_path, "other", WORKER_PORT=str(port))
        webs = office.copy_books(tmp_path, "third", PORT=str(port))
        refused = run_all(("worker", books), ("web", webs), folder=tmp_path)
        for taken in refused:
            assert taken.returncode == 2
            assert f"PORT {port} can't be had at 127.0.0.1" in taken.stderr
        assert worker.end() == 0


def test_without_its_database_it_says_so_and_makes_no_new_one(
    office: Office, tmp_path: Path
) -> None:
    with started("web", folder=tmp_path, settings=office.copy_books(tmp_path)) as web:
        web.wait_until_ready()
        assert "USD 123.45" in office.out.ask("/invoice 1001", of=web)

        for file in tmp_path.glob("books.sqlite3*"):
            file.unlink()

        assert "The database did not answer" in office.out.ask("/invoice 1001", of=web)
        assert httpx.get(f"{web.url}/readyz").status_code == 503
        assert httpx.get(f"{web.url}/livez").status_code == 200
        assert list(tmp_path.glob("books.sqlite3")) == []
        assert web.end() == 0


@pytest.mark.parametrize("who", ["SLACK_API_BASE_URL", "STRIPE_API_BASE"])
def test_while_slack_or_stripe_is_away_it_starts_and_says_how_old_its_figures_are(
    office: Office, tmp_path: Path, who: str
) -> None:
    settings = office.copy_books(tmp_path) | {who: NOWHERE, "MIRROR_ALARM_MINUTES": "0.001"}

    with started(folder=tmp_path, settings=settings) as alone:
        alone.wait_until_ready()
        assert '"identity_unchecked"' in alone.said
        if who == "STRIPE_API_BASE":
            answer = office.out.ask("/invoice 1001", of=alone)
            assert "USD 123.45" in answer
            assert "may be out of date" in answer or "being read for the first time" in answer
        else:
            assert "USD 123.45" in office.out.ask("/invoice 1001", of=alone)
        assert alone.end() == 0


def test_a_stripe_that_never_answers_holds_no_later_start_up(
    office: Office, tmp_path: Path
) -> None:
    settings = office.copy_books(tmp_path)
    office.out.stripe.world.faults.set({"slow_seconds": {"/": SILENT_SECONDS}})
    try:
        with started(folder=tmp_path, settings=settings) as alone:
            assert alone.wait_until_ready() < PATIENT_SECONDS_MAX
            assert "USD 123.45" in office.out.ask("/invoice 1001", of=alone)
            assert alone.end() == 0
    finally:
        office.out.stripe.world.faults.reset()


def test_another_workspace_account_or_mode_is_refused_at_the_start(
    office: Office, tmp_path: Path
) -> None:
    live = StripeStandIn(now=TODAY, livemode=True, secret_key="sk_live_fake")
    foreign = StripeStandIn(now=TODAY, account="acct_1Other", secret_key="sk_test_fake_other")
    with (
        outside(now=TODAY, team_id="T0OTHER") as other,
        outside(now=TODAY, stripe=live) as in_live_mode,
        outside(now=TODAY, stripe=foreign) as elsewhere,
    ):
        slack = {"SLACK_API_BASE_URL": f"{other.slack_url}/api/"}
        slack_away = {"SLACK_API_BASE_URL": NOWHERE}
        account = {
            "STRIPE_API_BASE": elsewhere.stripe_url,
            "STRIPE_SECRET_KEY": "sk_test_fake_other",
        }
        mode = {"STRIPE_API_BASE": in_live_mode.stripe_url, "STRIPE_SECRET_KEY": "sk_live_fake"}
        refused = run_all(
            ("web", office.copy_books(tmp_path, "workspace", **slack)),
            # Also while the other one is away.
            ("worker", office.copy_books(tmp_path, "account", **account, **slack_away)),
            ("web", office.copy_books(tmp_path, "mode", **mode)),
            ("web", office.copy_books(tmp_path, "key", **mode | {"STRIPE_API_BASE": NOWHERE})),
            ("backfill", office.copy_books(tmp_path, "shell", **account)),
            folder=tmp_path,
        )

    assert [each.returncode for each in refused] == [2] * 5
    for each, sentence in zip(
        refused,
        (
            "serves the Slack workspace T0TALLYMAN, but SLACK_BOT_TOKEN belongs to T0OTHER",
            "but STRIPE_SECRET_KEY belongs to the Stripe account acct_1Other in test mode",
            "belongs to the Stripe account acct_1Tallyman in live mode",
            "belongs to the Stripe account acct_1Tallyman in live mode",
            "acct_1Other",
        ),
        strict=True,
    ):
        assert sentence in each.stderr


def test_a_slack_that_was_away_at_the_start_and_is_another_one_ends_the_process(
    office: Office, tmp_path: Path
) -> None:
    port = find_free_port()
    slack = {"SLACK_API_BASE_URL": f"http://127.0.0.1:{port}/api/"}
    other = SlackStandIn("manifest.json", bot_token=BOT_TOKEN, team_id="T0OTHER")

    with started("web", folder=tmp_path, settings=office.copy_books(tmp_path, **slack)) as web:
        web.wait_until_ready()
        with serving(open_workspace(other).app, port=port):
            assert web.wait_for_the_end() == 2

        assert "serves the Slack workspace T0TALLYMAN" in web.said


@on_postgresql
def test_a_first_filling_that_is_cut_off_twice_ends_with_every_number_once(
    empty_database_url: str, tmp_path: Path
) -> None:
    with outside(now=TODAY) as out:
        out.stripe.seed_invoices(INVOICES, 1)
        settings = out.settings(empty_database_url)

        for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
            # Each has enough to store some, and waits for the rest for ever: none is through early.
            out.stripe.world.faults.set(
                {
                    "black_hole": True,
                    "black_hole_path": "/v1/invoices",
                    "black_hole_after": LOT_PAGES_MAX,
                }
            )
            with started("worker", folder=tmp_path, settings=settings) as worker:
                worker.wait_until_said('"kind": "invoice"')
                assert worker.end(number) == code, worker.said
                assert '"filled"' not in worker.said
        out.stripe.world.faults.reset()
        with started("worker", folder=tmp_path, settings=settings) as worker:
            worker.wait_until_said('"filled"')
            assert worker.end() == 0

    assert read_short_numbers(empty_database_url) == list(range(1001, 1001 + INVOICES))


def read_short_numbers(database_url: str) -> list[int]:
    """Every short number that was given, in order."""
    query = "SELECT short_number FROM invoices WHERE short_number IS NOT NULL ORDER BY short_number"
    with psycopg.connect(plain(database_url)) as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


# What no line may hold: tokens, keys, secrets, e-mail addresses, card numbers.
SECRETS = re.compile(
    r"xox[a-z]-|xapp-|[sr]k_(test|live)_|whsec_|tell.nobody|4242|[\w.+-]+@[\w-]+\.\w+|Traceback"
)
SPILLED = (
    "xoxb-1234-abcd sk_test_51Spilled whsec_spilled tell-nobody 4242 4242 4242 4242 a@b.example"
)


def test_nothing_printed_holds_a_secret_whatever_comes_in(office: Office, tmp_path: Path) -> None:
    port = find_free_port()
    secret = office.out.deliver_to(f"http://127.0.0.1:{port}")
    changed = {"PORT": str(port), "STRIPE_WEBHOOK_SECRET": secret, "LOG_LEVEL": "DEBUG"}
    settings = office.copy_books(tmp_path) | changed

    with started(folder=tmp_path, settings=settings) as alone:
        alone.wait_until_ready()
        for path in ("/slack/events", "/stripe/webhook", f"/{SPILLED}"):
            for body in (SPILLED, f"payload={SPILLED}", f'{{"token": "{SPILLED}"}}', "[" * 9_000):
                httpx.post(f"{alone.url}{path}", content=body, headers={"X-Spilled": SPILLED})
        office.out.ask(f"/invoice {SPILLED}", of=alone)
        office.out.ask(f"/invoice list text:'{SPILLED}'", of=alone)
        office.billing.customer(SPILLED)
        (tmp_path / "books.sqlite3").unlink()
        office.out.ask(f"/invoice {SPILLED}", of=alone)
        assert alone.end() == 0

        assert "slack_request_refused" in alone.said
        assert "stripe_request_refused" in alone.said
        assert SECRETS.findall(alone.said) == []
        assert [line for line in alone.said.splitlines() if not line.startswith("{")] == []
