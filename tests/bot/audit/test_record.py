"""Recording deeds: with the deed or not at all, numbered without gaps, readable afterwards."""

import contextlib
import os
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.audit.deeds import By, Deed, Private, Stage, Subject
from bot.audit.record import begin, record
from bot.audit.trail import list_entries_of_invoice
from bot.database import Database
from bot.errors import Misconfigured
from bot.settings import Settings
from tests.bot.audit.trailing import (
    KEY,
    NOW,
    SETTINGS,
    check,
    tampering,
    write,
    write_for_ever,
    write_some,
)
from tests.following import wait_until
from tests.nursery import ROOT, nursery
from tests.trail import entries_of

WRITING_SECONDS_MAX = 100.0
DEED = Deed("void_invoice", Stage.REQUESTED, By("U1", "admin"), Subject("invoice", "in_1"))


def test_an_entry_says_who_did_what_to_which_thing_and_when(database: Database) -> None:
    (number,) = write(database)

    (entry,) = entries_of(database)

    assert entry.number == number == 1
    assert (entry.actor_id, entry.basis) == ("U1AVERY", "approver@12")
    assert (entry.action, entry.subject_kind, entry.subject_id) == (
        *("void_invoice.done", "invoice", "in_0"),
    )
    assert (entry.account_id, entry.invoice_id, entry.request_id) == (12, "in_0", "4f1c0a9b")
    assert entry.details == {
        "before": {"remaining_minor": 12_345, "currency": "eur"},
        "note": "Jane asked for it, 0",
        "is_whole": True,
    }
    # PostgreSQL's own clock counts there.
    assert entry.at == NOW or not database.is_sqlite
    assert check(database).broken is None


def test_what_tallyman_does_by_itself_has_no_person(database: Database) -> None:
    with database.writing() as session:
        record(session, SETTINGS, replace(DEED, by=None), now=NOW)

    (entry,) = entries_of(database)
    assert (entry.actor_id, entry.basis) == ("", "tallyman")


def test_a_deed_that_is_rolled_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    write(database)
    with contextlib.suppress(KeyError), database.writing() as session:
        record(session, SETTINGS, DEED, now=NOW)
        raise KeyError
    write(database)

    assert [one.number for one in entries_of(database)] == [1, 2]
    assert check(database).broken is None


def test_deeds_about_an_invoice_are_found_by_it_newest_first(database: Database) -> None:
    write(database, 3)
    dispute = replace(DEED, subject=Subject("dispute", "7"), invoice_id="in_1")
    with database.writing() as session:
        record(session, SETTINGS, dispute, now=NOW)

    with database.looking() as reading:
        found = list_entries_of_invoice(reading, "in_1", limit=10)

    assert [one.number for one in found] == [4, 2]


@pytest.mark.parametrize(
    "details",
    [{"rate": 0.1}, {"at": NOW}, {"raw": b"x"}, {1: "x"}, {"set": {1}}, {"much": "x" * 50_000}],
)
def test_what_has_no_one_way_to_be_written_is_refused(
    database: Database, details: dict[str, object]
) -> None:
    with pytest.raises((TypeError, ValueError)), database.writing() as session:
        record(session, SETTINGS, replace(DEED, details=details), now=NOW)

    assert entries_of(database) == []


def test_odd_characters_are_kept_or_left_out_but_never_fail(database: Database) -> None:
    note = "\u202e \x00 \ud800 ‘Ünïcode’ \U0001f4b6"
    odd = replace(DEED, details={"plain": note, "private": Private(note, about="cus_1")})
    with database.writing() as session:
        record(session, SETTINGS, odd, now=NOW)

    (entry,) = entries_of(database)
    assert entry.details == {
        "plain": note,
        "private": note.replace("\x00", "").replace("\ud800", "?"),
    }
    assert check(database).broken is None


def test_many_threads_write_one_chain(database: Database) -> None:
    def work() -> None:
        write(database, 25)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.number for one in entries_of(database)] == list(range(1, 201))
    assert check(database).broken is None


def wait_until_longer(database: Database, *, by: int) -> None:
    before = len(entries_of(database))
    wait_until(lambda: len(entries_of(database)) >= before + by)


@pytest.mark.slow
def test_processes_write_one_chain_and_one_that_is_killed_leaves_it_whole(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    start = partial(nursery().start, database_url, folder=ROOT, environment=os.environ)
    busy = start(program=write_for_ever, output=tmp_path / "busy")
    # Until it has begun, nobody could tell its entries from those of the others.
    wait_until_longer(database, by=1)
    other = start(program=write_some, output=tmp_path / "other")
    write(database, 20)
    wait_until_longer(database, by=20)
    busy.kill()
    write(database, 5)
    code = other.wait(WRITING_SECONDS_MAX)

    numbers = [one.number for one in entries_of(database)]
    assert code == 0
    assert len(numbers) > 65
    assert numbers == list(range(1, len(numbers) + 1))
    assert check(database).broken is None


def test_a_trail_is_begun_once_and_by_nobody(database: Database) -> None:
    for _ in range(2):
        begin(database, SETTINGS, now=NOW)

    (entry,) = entries_of(database)
    assert (entry.action, entry.actor_id) == ("begin_audit.done", "")


def test_a_key_that_was_replaced_still_verifies_what_it_wrote(database: Database) -> None:
    write(database, 2)
    rotated = Settings(_env_file=None, audit_key=f"another-key-that-has-32-characters,{KEY}")
    begin(database, rotated, now=NOW)
    write(database, 2, settings=rotated)

    assert check(database, settings=rotated).broken is None
    assert "Entry 3 was written with a key" in str(check(database).broken)


def test_a_start_without_the_key_of_the_trail_is_refused(database: Database) -> None:
    write(database)
    lost = Settings(_env_file=None, audit_key="another-key-that-has-32-characters")

    with pytest.raises(Misconfigured, match="put the former one behind it"):
        begin(database, lost, now=NOW)


@pytest.mark.parametrize(
    "vandalism",
    [
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 1",
        "UPDATE audit_head SET seal = 'x'",
        "DELETE FROM audit_entries WHERE number = 3",
        "DELETE FROM audit_entries",
    ],
)
def test_deeds_go_on_after_vandalism_and_the_trail_tells_of_it(
    database: Database, database_url: str, vandalism: str
) -> None:
    write(database, 3)
    with tampering(database_url) as connection:
        connection.execute(text(vandalism))

    numbers = write(database, 2)

    assert len(numbers) == 2
    assert f"Before entry {numbers[0]} was recorded" in str(check(database).broken)
