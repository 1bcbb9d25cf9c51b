"""What the tests of the audit trail have in common: deeds to record, and hands that tamper."""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, create_engine, text

from bot.audit.anchors import Anchor
from bot.audit.deeds import By, Deed, Private, Stage, Subject
from bot.audit.keys import keys_of
from bot.audit.record import record
from bot.audit.verify import Verdict, verify
from bot.database import Database
from bot.settings import Settings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KEY = "fake-audit-key-of-at-least-32-characters"
SETTINGS = Settings(_env_file=None, audit_key=KEY)
TABLES = ("audit_entries", "audit_head", "audit_private_texts")


def write(
    database: Database,
    number: int = 1,
    *,
    settings: Settings = SETTINGS,
    by: str = "U1AVERY",
    now: datetime = NOW,
) -> list[int]:
    """Record so many deeds, each in a transaction of its own; their numbers."""
    numbers = []
    for each in range(number):
        deed = Deed(
            "void_invoice",
            Stage.DONE,
            By(by, "approver@12", "4f1c0a9b"),
            Subject("invoice", f"in_{each}"),
            account_id=12,
            details={
                "before": {"remaining_minor": 12_345, "currency": "eur"},
                "note": Private(f"Jane asked for it, {each}", about="cus_1"),
                "is_whole": True,
            },
        )
        with database.writing() as session:
            numbers.append(record(session, settings, deed, now=now))
    return numbers


def write_for_ever(database_url: str) -> None:
    """Record one deed after the other, in a process of its own, until that is killed."""
    database = Database(database_url)
    while True:
        write(database)
        # Others want their turn too.
        time.sleep(0.005)


def write_some(database_url: str) -> None:
    """Record some deeds, in a process of its own."""
    write(Database(database_url), 40)


def check(
    database: Database,
    *,
    settings: Settings = SETTINGS,
    anchor: Anchor | None = None,
    newest: int | None = None,
) -> Verdict:
    """Verify the trail."""
    with database.looking() as reading:
        return verify(reading, keys_of(settings), anchor=anchor, newest=newest)


@contextlib.contextmanager
def tampering(url: str) -> Iterator[Connection]:
    """The owner of the database at work, in one transaction, without the guards in their way."""
    with engine_for(url) as engine, engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            )
            for name in triggers.scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection


@contextlib.contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    """Connections of the plainest kind, which set none of our pragmas."""
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
