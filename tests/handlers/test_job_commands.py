"""`jobs` and `jobs run`, as an operator types them."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from bot.clock import BusinessClock
from bot.queries.jobs import BY_MACHINE
from bot.runtime import Runtime, opened
from bot.settings import Settings
from handlers.cli import Ways, create_shell
from jobs.by_hand import list_timetable, run_by_hand
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.build import make_customer, make_invoice
from tests.deployment import SECRET_KEY

PAST_DUE = next(job for job in TIMETABLE if job.name == "past_due")


@pytest.fixture
def runtime(database_url: str) -> Iterator[Runtime]:
    """Noon of a Sunday, with accounts in two zones."""
    settings = Settings(
        _env_file=None, database_url=database_url, stripe_secret_key=SecretStr(SECRET_KEY)
    )
    clock = BusinessClock()
    clock.follow(datetime(2026, 11, 22, 12, tzinfo=UTC))
    with opened(settings, clock=clock) as made:
        for zone in ("Europe/Berlin", "Asia/Tokyo"):
            customer = make_customer(made.database, zone=zone)
            make_invoice(made.database, customer=customer, due_on=date(2026, 11, 20))
        yield made


def shell(runtime: Runtime, *words: str) -> Result:
    """One command, to its end."""

    def unused(*_words: Any) -> Any:
        raise AssertionError("Nothing is started here.")

    ways: dict[str, Any] = dict.fromkeys(Ways.__dataclass_fields__, unused)
    ways |= {"list_jobs": list_timetable, "run_job": run_by_hand}
    ways["opened"] = lambda: contextlib.nullcontext(runtime)
    return CliRunner().invoke(create_shell(Ways(**ways)), ["jobs", *words])


def days_of(said: Result) -> list[str]:
    """What is said of each day, in one order; in a process of its own nothing is logged."""
    return sorted(line for line in said.stdout.splitlines() if line.startswith("past_due of"))


def test_jobs_are_listed_with_what_was_done_last_and_what_comes_next(runtime: Runtime) -> None:
    before = shell(runtime).stdout
    look(runtime, PAST_DUE)
    after = shell(runtime).stdout

    assert "past_due: at 01:00, for each time zone" in before
    assert "No worker looks after it at present" in before
    assert "Europe/Berlin: not yet; next 22 Nov 2026 01:00" in before
    assert "A worker looks after it; last" in after
    assert "Europe/Berlin: 22 Nov 2026 done" in after
    assert "late (1 new); next 23 Nov 2026 01:00" in after


def test_a_job_is_done_by_hand_once(runtime: Runtime) -> None:
    first, second = shell(runtime, "run", "past_due"), shell(runtime, "run", "past_due")

    assert first.exit_code == second.exit_code == 0
    assert days_of(first) == [
        "past_due of 22 Nov 2026 for Asia/Tokyo is done: 1 new",
        "past_due of 22 Nov 2026 for Europe/Berlin is done: 1 new",
    ]
    assert second.stdout.count("is not done again") == 2
    assert look(runtime, PAST_DUE) == 0


def test_a_day_that_was_missed_is_made_up_for_by_hand(runtime: Runtime) -> None:
    made_up = shell(runtime, "run", "past_due", "--on", "2026-11-21", "--for", "Asia/Tokyo")

    assert days_of(made_up) == ["past_due of 21 Nov 2026 for Asia/Tokyo is done: 1 new"]
    # The newest day is still to be done.
    assert look(runtime, PAST_DUE) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "digests"), "There is no job ‘digests’. The jobs are: "),
        (("run", "past_due", "--on", "2026-11-23"), "23, 01:00 in Asia/Tokyo has not come yet."),
        (("run", "past_due", "--on", "tomorrow"), "‘tomorrow’ is no date."),
        (("run", "past_due", "--for", "Mars"), "past_due is not done for ‘Mars’."),
    ],
)
def test_what_can_not_be_done_is_said(runtime: Runtime, words: tuple[str, ...], said: str) -> None:
    refused = shell(runtime, *words)

    assert refused.exit_code == 1
    assert said in refused.stderr
    assert look(runtime, PAST_DUE) == 2


def test_what_goes_by_the_machines_clock_is_named_so_in_the_timetable() -> None:
    assert {job.name for job in TIMETABLE if not job.reads_mirror} == BY_MACHINE
