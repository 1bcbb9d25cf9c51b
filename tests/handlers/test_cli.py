"""The shell, as an operator uses it: words typed, what is printed, and the exit code."""

import contextlib
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing import Billing, day
from tests.following import wait_until
from tests.processes import SECRET_KEY, Outside, outside, run, run_all, started

COMMANDS = {
    *("sandbox", "web", "worker", "migrate", "backfill", "verify", "audit", "jobs"),
    "reminders",
}
NOWHERE = "http://127.0.0.1:9"
HALF_CONFIGURED = {
    "SLACK_BOT_TOKEN": "xoxp-tell-nobody",
    "STRIPE_SECRET_KEY": "pk_live_tell_nobody",
    "BILLING_ADMINS": "xoxb-tell-nobody-either",
    "AUDIT_KEY": "tell-nobody",
    "DATABASE_URL": "mysql://root:tell-nobody@127.0.0.1/books",
    "PORT": "99999",
    "ACCOUNT_TIME_ZONE": "Mars/Olympus",
}

pytestmark = pytest.mark.slow


@pytest.fixture
def out() -> Iterator[Outside]:
    """A Stripe with a customer and two invoices."""
    with outside(now=day("2026-11-02")) as made:
        billing = Billing(made.stripe)
        customer = billing.customer("Acme", company="Acme")
        billing.invoice(customer, ("Calls", 12_345))
        billing.invoice(customer, ("Numbers", 700))
        yield made


def test_help_names_every_command(tmp_path: Path) -> None:
    (helped,) = run_all(("--help", {}), folder=tmp_path)

    assert helped.returncode == 0
    assert set(re.findall(r"^│ (\w+) ", helped.stdout, re.MULTILINE)) == COMMANDS


def test_migrate_makes_the_schema_and_does_no_harm_again(
    empty_database_url: str, tmp_path: Path
) -> None:
    for _ in range(2):
        ran = run("migrate", folder=tmp_path, settings={"DATABASE_URL": empty_database_url})

        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "The database is up to date.\n", "")


def test_backfill_goes_on_where_it_was_killed_and_begins_anew_when_told(
    out: Outside, tmp_path: Path
) -> None:
    settings = out.settings(f"sqlite:///{tmp_path / 'books.sqlite3'}")
    out.stripe.world.faults.set({"slow_seconds": {"/v1/invoices": 20.0}})

    with started("backfill", folder=tmp_path, settings=settings) as cut_off:
        # What follows the subscriptions is slow, so there the process stands and waits.
        wait_until(lambda: "/v1/subscriptions" in paths_asked(out))
        assert cut_off.end(signal.SIGKILL) == -signal.SIGKILL
    out.stripe.world.faults.reset()
    out.stripe.requests.clear()
    went_on = run("backfill", folder=tmp_path, settings=settings)

    assert (went_on.returncode, went_on.stderr.split("\n")[0]) == (0, "Reading invoices …")
    assert went_on.stdout == "The mirror is filled: 9 objects.\n"
    assert "/v1/customers" not in paths_asked(out)

    again, anew = (
        run("backfill", *words, folder=tmp_path, settings=settings) for words in ([], ["--restart"])
    )

    assert "was filled before: 9 objects" in again.stdout
    assert anew.stdout == "The mirror is filled: 9 objects.\n"
    assert "Reading customers …" in anew.stderr


def paths_asked(out: Outside) -> set[str]:
    """What Stripe was asked for and has answered."""
    return {one["path"] for one in list(out.stripe.requests)}


def test_verify_finds_drift_and_repairs_it(out: Outside, tmp_path: Path) -> None:
    file = tmp_path / "books.sqlite3"
    settings = out.settings(f"sqlite:///{file}")
    assert run("backfill", folder=tmp_path, settings=settings).returncode == 0
    with contextlib.closing(sqlite3.connect(file)) as books, books:
        (invoice,) = books.execute("SELECT id FROM invoices LIMIT 1").fetchone()
        books.execute("UPDATE invoices SET total_minor = 1 WHERE id = ?", (invoice,))

    drifted, repaired, clean = (
        run("verify", *words, folder=tmp_path, settings=settings)
        for words in ([], ["--repair"], [])
    )

    assert drifted.returncode == 3
    assert drifted.stdout.splitlines() == [
        f"different invoice {invoice}: total_minor",
        "1 of 9 objects differ. Repair: verify --repair",
    ]
    assert (repaired.returncode, repaired.stdout.splitlines()[-1]) == (
        0,
        "1 of 9 objects differed and were repaired.",
    )
    assert (clean.returncode, clean.stdout) == (
        0,
        "The mirror says what Stripe says: 9 objects compared.\n",
    )


def test_everything_wrong_or_missing_is_one_message_without_any_value(tmp_path: Path) -> None:
    for ran in run_all(
        ("web", HALF_CONFIGURED),
        ("", HALF_CONFIGURED),
        ("backfill", HALF_CONFIGURED),
        folder=tmp_path,
    ):
        named = [line.split(" ")[0] for line in ran.stderr.splitlines()]

        assert ran.returncode == 2
        assert sorted(named[:-1]) == sorted([*HALF_CONFIGURED, "SLACK_SIGNING_SECRET"])
        assert "tell-nobody" not in ran.stderr
        assert "tell_nobody" not in ran.stderr
        assert "Traceback" not in ran.stderr
        assert ran.stdout == ""


def test_processes_of_a_deployment_never_open_the_sandbox(tmp_path: Path) -> None:
    for ran in run_all(("web", {}), ("worker", {}), folder=tmp_path):
        assert ran.returncode == 2
        assert ran.stderr.count(" is missing: ") == 5


def test_settings_are_read_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///named-in-env.sqlite3\n")

    assert run("migrate", folder=tmp_path).returncode == 0

    assert (tmp_path / "named-in-env.sqlite3").stat().st_mode & 0o777 == 0o600


def test_settings_in_another_encoding_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-tell-nobody\n", encoding="utf-16")

    ran = run("web", folder=tmp_path)

    assert (ran.returncode, ran.stderr) == (2, ".env can't be read: it has to be text in UTF-8.\n")


def test_what_stripe_refuses_or_does_not_answer_is_said_in_a_sentence(
    out: Outside, tmp_path: Path
) -> None:
    out.stripe.world.faults.set({"deny": ["invoices"]})

    refused, forbidden, silent = run_all(
        ("backfill", new_books(out, tmp_path, STRIPE_SECRET_KEY="sk_test_other")),
        ("backfill", new_books(out, tmp_path)),
        ("backfill", new_books(out, tmp_path, STRIPE_API_BASE=NOWHERE)),
        folder=tmp_path,
    )

    assert refused.returncode == 2
    assert refused.stderr.startswith("Stripe does not accept STRIPE_SECRET_KEY.")
    assert forbidden.returncode == 2
    assert "STRIPE_SECRET_KEY may not read /v1/invoices" in forbidden.stderr
    assert "rak_invoice_read" in forbidden.stderr
    assert silent.returncode == 1
    assert silent.stderr.startswith("Stripe did not answer /v1/account")
    for ran in (refused, forbidden, silent):
        assert SECRET_KEY not in ran.stderr + ran.stdout
        assert "Traceback" not in ran.stderr


def new_books(out: Outside, folder: Path, **changed: str) -> dict[str, str]:
    """The settings for a database that nobody has used yet."""
    number = len(list(folder.iterdir()))
    file = folder / f"books-{number}.sqlite3"
    file.touch()
    return out.settings(f"sqlite:///{file}", **changed)


def test_a_database_that_can_not_be_reached_is_said_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "no-database.sqlite3").write_text("These are not the books. " * 100)

    absent, garbage, no_folder = run_all(
        ("migrate", {"DATABASE_URL": "postgresql+psycopg://u:tell-nobody@127.0.0.1:9/books"}),
        ("migrate", {"DATABASE_URL": "sqlite:///no-database.sqlite3"}),
        ("migrate", {"DATABASE_URL": "sqlite:///no-database.sqlite3/books.sqlite3"}),
        folder=tmp_path,
    )

    assert (absent.returncode, garbage.returncode, no_folder.returncode) == (1, 2, 2)
    assert absent.stderr.startswith("The database can't be reached: ")
    assert "Connection refused" in absent.stderr
    assert "tell-nobody" not in absent.stderr
    assert "no-database.sqlite3 can't be opened" in garbage.stderr
    assert "The folder of the database, no-database.sqlite3, can't be used" in no_folder.stderr
    assert "Traceback" not in absent.stderr + garbage.stderr + no_folder.stderr
