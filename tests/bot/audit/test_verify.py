"""Whoever changes the trail is found out, whatever they change; triggers stop the clumsy ones."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text, update
from sqlalchemy.exc import DBAPIError

from bot.audit.anchors import Anchor, find_anchor, parse_anchor
from bot.audit.deeds import By, Stage
from bot.audit.entries import ENTRIES, HEAD, PRIVATE
from bot.audit.erase import erase
from bot.audit.keys import keys_of
from bot.audit.record import BY_SHELL
from bot.audit.refusals import record_refusal
from bot.audit.verify import verify
from bot.database import Database, Snapshot
from bot.errors import BadRequest
from bot.models import Moment
from bot.settings import Settings
from tests.bot.audit.trailing import KEY, NOW, check, engine_for, tampering, write
from tests.trail import entries_of

OTHER_KEY = "another-key-that-has-32-characters"
BOTH = Settings(_env_file=None, audit_key=f"{KEY},{OTHER_KEY}")
LAST = 9


@pytest.fixture(scope="module")
def trail_url(shared_database_url: str) -> str:
    """Nine entries with everything that there is: two keys, a refusal, somebody forgotten."""
    database = Database(shared_database_url)
    write(database, 2, settings=Settings(_env_file=None, audit_key=OTHER_KEY))
    write(database, 2, settings=BOTH)
    write(database, 1, settings=BOTH, by="U2JAMIE")
    with database.writing() as session:
        record_refusal(session, BOTH, By("U9KIM", ""), Stage.REFUSED, details={}, now=NOW)
    with database.writing() as session:
        assert erase(session, BOTH, "U1AVERY", BY_SHELL, now=NOW) == 1
    write(database, 2, settings=BOTH, by="U1AVERY")
    assert check(database, settings=BOTH).broken is None
    assert len(entries_of(database)) == LAST
    database.close()
    return shared_database_url


@contextlib.contextmanager
def tampering_for_a_moment(url: str) -> Iterator[Connection]:
    """As the owner tampers, but all of it is undone at the end of the block."""
    with contextlib.suppress(_UndoneError), tampering(url) as connection:
        yield connection
        raise _UndoneError


class _UndoneError(Exception):
    """Rolls back."""


def found_by(connection: Connection) -> str | None:
    """What a check says of the trail as this transaction sees it."""
    return verify(Snapshot(connection), keys_of(BOTH)).broken


NUMBERS = st.integers(1, LAST)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=16)
MOMENTS = st.timedeltas(timedelta(days=-9), timedelta(days=9)).map(lambda by: NOW + by)


def values_of(column: Any) -> st.SearchStrategy[Any]:
    """Other values that the database takes in a column."""
    if isinstance(column.type, Moment):
        values: st.SearchStrategy[Any] = MOMENTS
    elif column.type.python_type is bool:
        values = st.booleans()
    else:
        values = st.integers(-(2**31), 2**31 - 1) if column.type.python_type is int else TEXTS
    return st.none() | values if column.nullable else values


@st.composite
def changes(draw: st.DrawFn) -> tuple[Any, Any]:
    """Another value for one column of an entry."""
    column = draw(st.sampled_from([each for each in ENTRIES.c if each.name != "number"]))
    return column, draw(values_of(column))


QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(number=NUMBERS, change=changes())
def test_any_change_to_an_entry_is_found(
    trail_url: str, number: int, change: tuple[Any, Any]
) -> None:
    column, value = change
    with tampering_for_a_moment(trail_url) as connection:
        is_there = ENTRIES.c.number == number
        assume(
            connection.execute(ENTRIES.select().where(is_there)).mappings().one()[column] != value
        )
        connection.execute(update(ENTRIES).where(is_there).values({column: value}))

        assert found_by(connection) is not None


# The seventh tells of forgetting somebody whom the first one names, and the last one has no next.
NAMED = {7: "What entry 1 names was forgotten, and no entry tells", LAST: "its head says 9"}


@pytest.mark.parametrize("number", range(1, LAST + 1))
def test_a_missing_entry_is_named(trail_url: str, number: int) -> None:
    with tampering_for_a_moment(trail_url) as connection:
        connection.execute(ENTRIES.delete().where(ENTRIES.c.number == number))

        assert NAMED.get(number, f"Entry {number} is missing") in str(found_by(connection))


@QUICK
@given(first=NUMBERS, second=NUMBERS)
def test_entries_that_change_places_are_found(trail_url: str, first: int, second: int) -> None:
    assume(first != second)
    with tampering_for_a_moment(trail_url) as connection:
        for old, new in ((first, 100), (second, first), (100, second)):
            moved = update(ENTRIES).where(ENTRIES.c.number == old).values(number=new)
            connection.execute(moved)

        assert found_by(connection) is not None


@QUICK
@given(copied=NUMBERS, place=st.sampled_from([-5, 0, LAST + 1, LAST + 2, 10**6]))
def test_an_entry_that_was_put_in_is_found(trail_url: str, copied: int, place: int) -> None:
    with tampering_for_a_moment(trail_url) as connection:
        row = connection.execute(ENTRIES.select().where(ENTRIES.c.number == copied)).one()
        connection.execute(insert(ENTRIES).values(row._asdict() | {"number": place}))

        assert found_by(connection) is not None


@pytest.mark.parametrize("column", [each.name for each in HEAD.c])
def test_any_change_to_the_head_is_found(trail_url: str, column: str) -> None:
    other = 4 if column in {"id", "number"} else "x"
    with tampering_for_a_moment(trail_url) as connection:
        connection.execute(update(HEAD).values({column: other}))

        assert found_by(connection) is not None


@pytest.mark.parametrize("column", ["about", "is_name", "salt", "value", "erased_in"])
def test_any_change_to_what_is_private_is_found(trail_url: str, column: str) -> None:
    other = {"is_name": False, "erased_in": 7}.get(column, "x")
    with tampering_for_a_moment(trail_url) as connection:
        is_jamie = PRIVATE.c.value == "U2JAMIE"
        connection.execute(update(PRIVATE).where(is_jamie).values({column: other}))

        assert found_by(connection) is not None


def test_what_was_forgotten_without_a_record_is_found(trail_url: str) -> None:
    gone = {"about": "", "salt": "", "value": ""}
    with tampering_for_a_moment(trail_url) as connection:
        is_jamie = PRIVATE.c.value == "U2JAMIE"
        ref = connection.execute(PRIVATE.select().where(is_jamie)).one().ref
        for erased_in in (7, 8, 99, None):
            forgotten = update(PRIVATE).where(PRIVATE.c.ref == ref)
            connection.execute(forgotten.values(**gone, erased_in=erased_in))
            assert found_by(connection) is not None
    with tampering_for_a_moment(trail_url) as connection:
        connection.execute(PRIVATE.delete().where(PRIVATE.c.value == "U2JAMIE"))

        assert "was taken away" in str(found_by(connection))


def test_a_trail_that_ends_earlier_is_found_by_its_head(trail_url: str) -> None:
    with tampering_for_a_moment(trail_url) as connection:
        connection.execute(ENTRIES.delete().where(ENTRIES.c.number > 7))
        last = connection.execute(ENTRIES.select().where(ENTRIES.c.number == 7)).one()
        connection.execute(update(HEAD).values(number=7, mac=last.mac, key_name=last.key_name))

        assert "was not left at entry 7 by Tallyman" in str(found_by(connection))


def test_an_older_head_and_end_are_found_by_an_anchor(
    database: Database, database_url: str
) -> None:
    write(database, 3)
    with database.looking() as reading:
        older = reading.connection().execute(HEAD.select()).one()
    write(database, 2)
    with database.looking() as reading:
        anchor = find_anchor(reading, until=datetime.max.replace(tzinfo=NOW.tzinfo))
    assert anchor is not None
    assert anchor.number == 5
    assert check(database, anchor=anchor).broken is None
    with tampering(database_url) as connection:
        connection.execute(ENTRIES.delete().where(ENTRIES.c.number > 3))
        connection.execute(update(HEAD).values(older._asdict()))

    assert check(database).broken is None
    assert "the end was cut off" in str(check(database, anchor=anchor).broken)
    by_hash = Anchor(None, anchor.mac)
    assert "No entry has the hash" in str(check(database, anchor=by_hash).broken)
    write(database, 3)
    assert "is not the one that the anchor was taken of" in str(
        check(database, anchor=anchor).broken
    )


def test_a_short_look_finds_what_is_new_and_leaves_what_is_old(
    database: Database, database_url: str
) -> None:
    write(database, 6)
    with tampering(database_url) as connection:
        connection.execute(update(ENTRIES).where(ENTRIES.c.number == 2).values(basis="x"))

    assert check(database, newest=3).broken is None
    assert check(database, newest=3).checked == 3
    assert "Entry 2 is not what was recorded" in str(check(database).broken)
    assert "Entry 2 is not what was recorded" in str(check(database, newest=100).broken)


def test_an_empty_trail_is_whole(database: Database) -> None:
    verdict = check(database)

    assert (verdict.checked, verdict.head, verdict.broken) == (0, None, None)


@pytest.mark.parametrize("written", ["4182:" + "9f" * 32, "9f" * 32, " #4182:9F9F9F9F9F9F9F9F "])
def test_an_anchor_is_read_as_it_is_written(written: str) -> None:
    assert str(parse_anchor(written)).endswith("9f9f9f9f9f9f9f9f")


@pytest.mark.parametrize("written", ["", "4182", "4182:9f", "x" * 64, "1" * 70, "-1:" + "9f" * 32])
def test_what_is_no_anchor_is_refused(written: str) -> None:
    with pytest.raises(BadRequest):
        parse_anchor(written)


CLUMSY = [
    "UPDATE audit_entries SET basis = 'x'",
    "UPDATE audit_entries SET number = 12 WHERE number = 2",
    "DELETE FROM audit_entries WHERE number = 2",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head SELECT 2, number, mac, key_name, seal FROM audit_head",
    "UPDATE audit_private_texts SET value = 'x'",
    "DELETE FROM audit_private_texts",
    """
    INSERT INTO audit_entries SELECT 9 AS number, at, actor_ref, basis, action, subject_kind,
    subject_id, account_id, invoice_id, request_id, details, is_after_break, key_name, mac
    FROM audit_entries WHERE number = 1
    """,
    """
    INSERT INTO audit_entries SELECT * FROM audit_entries WHERE true
    ON CONFLICT (number) DO UPDATE SET basis = 'x'
    """,
    """
    INSERT INTO audit_private_texts SELECT * FROM audit_private_texts WHERE true
    ON CONFLICT (ref) DO UPDATE SET value = 'x'
    """,
]
CLUMSY_ON_SQLITE = [
    "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries",
    "REPLACE INTO audit_private_texts SELECT * FROM audit_private_texts",
    "REPLACE INTO audit_head SELECT * FROM audit_head",
    "UPDATE OR REPLACE audit_entries SET number = 1 WHERE number = 2",
]
CLUMSY_ON_POSTGRESQL = [
    "TRUNCATE audit_entries",
    "TRUNCATE audit_head",
    "TRUNCATE audit_private_texts",
    "SET session_replication_role = replica; DELETE FROM audit_entries",
]


def test_the_database_itself_lets_nobody_change_the_trail(
    database: Database, database_url: str
) -> None:
    write(database, 3)
    also = CLUMSY_ON_SQLITE if database.is_sqlite else CLUMSY_ON_POSTGRESQL

    with engine_for(database_url) as engine:
        for statement in (*CLUMSY, *also):
            with pytest.raises(DBAPIError, match="audit"), engine.begin() as connection:
                connection.execute(text(statement))

    assert check(database).broken is None
    assert len(entries_of(database)) == 3
