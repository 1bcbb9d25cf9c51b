"""`audit verify`, `audit export` and `audit erase`, as an operator types them."""

import contextlib
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner, Result

from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import real_now
from bot.csv_text import csv_row
from bot.mirror.marks import find_mark
from bot.models import Alert
from bot.queries.audit import VERIFIED
from bot.runtime import Runtime, opened
from bot.settings import Settings
from handlers.cli import Ways, create_shell
from jobs import audit
from tests.billing import day
from tests.bot.audit.trailing import KEY, NOW, tampering, write
from tests.processes import SECRET_KEY, outside, run
from tests.trail import entries_of


@pytest.fixture
def runtime(database_url: str) -> Iterator[Runtime]:
    """What the shell's commands work with."""
    settings = Settings(
        _env_file=None, audit_key=KEY, stripe_secret_key=SECRET_KEY, database_url=database_url
    )
    with opened(settings) as made:
        yield made


def shell(runtime: Runtime, *words: str, typed: str = "") -> Result:
    """One command, to its end."""

    def unused(*_words: Any) -> Any:
        raise AssertionError("Nothing is started here.")

    ways: dict[str, Any] = dict.fromkeys(Ways.__dataclass_fields__, unused)
    ways["opened"] = lambda: contextlib.nullcontext(runtime)
    return CliRunner().invoke(create_shell(Ways(**ways)), ["audit", *words], input=typed)


def anchor_in(said: Result) -> str:
    return said.stdout.split("Its anchor: ")[1].strip()


def test_a_whole_trail_is_told_with_its_anchor(runtime: Runtime) -> None:
    write(runtime.database, 3)

    said = shell(runtime, "verify")
    again = shell(runtime, "verify", "--anchor", anchor_in(said))

    assert said.exit_code == again.exit_code == 0
    assert said.stdout.startswith("The audit trail is whole: 3 entries.")
    with runtime.database.reading() as session:
        assert find_mark(session, VERIFIED) is not None


def test_a_broken_trail_ends_with_3_and_names_the_entry(
    runtime: Runtime, database_url: str
) -> None:
    write(runtime.database, 3)
    with tampering(database_url) as connection:
        connection.execute(text("UPDATE audit_entries SET basis = 'admin' WHERE number = 2"))

    said = shell(runtime, "verify")

    assert (said.exit_code, said.stdout) == (3, "")
    assert said.stderr == "The audit trail is broken. Entry 2 is not what was recorded there.\n"
    with runtime.database.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["audit_broken"]


def test_a_cut_end_is_found_by_the_anchor_that_the_day_left(runtime: Runtime) -> None:
    write(runtime.database, 2)
    said = shell(runtime, "verify", "--anchor", f"7:{'9f' * 32}")

    assert said.exit_code == 3
    assert "The anchor was taken of entry 7, but the trail ends in entry 2" in said.stderr
    assert "An anchor is a number and a hash" in shell(runtime, "verify", "--anchor", "x").stderr


def test_the_trail_is_exported_as_json_lines(runtime: Runtime) -> None:
    write(runtime.database, 2)

    lines = [json.loads(line) for line in shell(runtime, "export").stdout.splitlines()]

    assert [line["number"] for line in lines] == [1, 2]
    assert lines[0]["actor_id"] == "U1AVERY"
    assert lines[0]["details"]["before"] == {"remaining_minor": 12_345, "currency": "eur"}


def test_no_cell_of_the_csv_is_a_formula(runtime: Runtime) -> None:
    with runtime.database.writing() as session:
        deed = Deed("note", Stage.DONE, By("=1+1", "@sum"), Subject("invoice", "-2"))
        record(session, runtime.settings, deed, now=NOW)

    said = shell(runtime, "export", "--format", "csv").stdout

    (row,) = csv.DictReader(io.StringIO(said))
    assert (row["actor_id"], row["basis"], row["subject_id"]) == ("'=1+1", "'@sum", "'-2")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        *((f"{sign}1", f"'{sign}1") for sign in "=+-@＝"),  # noqa: RUF001 - full width is meant
        *(("plain", "plain"), (-5, "-5"), (None, ""), ("a,b", '"a,b"'), ('"', '""""')),
    ],
)
def test_what_a_spreadsheet_would_run_is_written_as_text(
    cell: str | int | None, written: str
) -> None:
    assert csv_row([cell, "x"]) == f"{written},x\r\n"


def test_days_bound_an_export(runtime: Runtime) -> None:
    write(runtime.database, 2)
    (first, _) = entries_of(runtime.database)
    on, before = first.at.date(), first.at.date() - timedelta(days=1)

    def count(*words: str) -> int:
        return len(shell(runtime, "export", *words).stdout.splitlines())

    assert count("--from", str(on), "--to", str(on)) == 2
    assert count("--to", str(before)) == count("--from", str(on + timedelta(days=1))) == 0
    assert "is after" in shell(runtime, "export", "--from", str(on), "--to", str(before)).stderr
    assert "is no date" in shell(runtime, "export", "--from", "soon").stderr


def test_somebody_is_forgotten_after_a_question(runtime: Runtime) -> None:
    write(runtime.database)

    kept = shell(runtime, "erase", "U1AVERY", typed="n\n")
    gone = shell(runtime, "erase", "U1AVERY", typed="y\n")
    nobody = shell(runtime, "erase", "U1AVERY", "--yes")

    assert kept.exit_code == 1
    assert "Forgotten: 1 text about U1AVERY." in gone.stdout
    assert nobody.stdout == "Nothing names U1AVERY.\n"
    assert shell(runtime, "verify").exit_code == 0
    assert "neither a member" in shell(runtime, "erase", "Avery", "--yes").stderr


def test_the_day_leaves_its_anchor_in_the_log_once(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    now = real_now()
    write(runtime.database, 2, now=now)
    tomorrow = now + timedelta(days=1)

    done = [audit.run(runtime, now=each) for each in (now, now, tomorrow)]

    logged = capsys.readouterr().out
    assert done == [True, False, True]
    assert logged.count("audit_anchor ") == 1
    assert f"2:{entries_of(runtime.database)[1].mac}" in logged
    assert now.date().isoformat() in logged


def test_a_broken_trail_raises_an_alert_at_night(runtime: Runtime, database_url: str) -> None:
    write(runtime.database, 2)
    with tampering(database_url) as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE number = 1"))

    audit.run(runtime, now=real_now())

    with runtime.database.reading() as session:
        assert "Entry 1 is missing" in str(session.scalar(select(Alert.detail)))


@pytest.mark.slow
def test_a_process_ends_with_3_and_one_without_its_key_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "books.sqlite3"
    with outside(now=day("2026-11-02")) as out:
        settings = out.settings(f"sqlite:///{file}")
        whole = run("audit", "verify", folder=tmp_path, settings=settings)
        lost = {**settings, "AUDIT_KEY": "another-key-that-has-32-characters"}
        refused = run("audit", "verify", folder=tmp_path, settings=lost)
        with contextlib.closing(sqlite3.connect(file)) as books, books:
            books.execute("DROP TRIGGER audit_entries_on_update")
            books.execute("UPDATE audit_entries SET request_id = 'x'")
        broken = run("audit", "verify", folder=tmp_path, settings=settings)

    assert (whole.returncode, refused.returncode, broken.returncode) == (0, 2, 3)
    assert "The audit trail is whole: 1 entry" in whole.stdout
    assert "AUDIT_KEY does not hold the key" in refused.stderr
    assert "Entry 1 is not what was recorded there." in broken.stderr
