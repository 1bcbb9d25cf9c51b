"""Forgetting somebody leaves the chain whole; a flood of refusals is counted, not kept whole."""

from datetime import timedelta

from sqlalchemy import select

from bot.audit.deeds import PERSON, By, Deed, Private, Stage, Subject
from bot.audit.erase import TEXTS_AN_ENTRY, erase
from bot.audit.record import BY_SHELL, record
from bot.audit.refusals import WHOLE_A_MINUTE, record_refusal
from bot.audit.trail import ERASED
from bot.database import Database
from bot.models import AuditEntry, PrivateText, RefusalCount
from tests.bot.audit.trailing import NOW, SETTINGS, check, engine_for, write
from tests.trail import entries_of

JAMIE = "U2JAMIE"
JAMIE_WROTE = Private("call me: jamie@acme.example", about=JAMIE)
GRANT = Deed("grant_role", Stage.DONE, By("U1AVERY", "admin"), Subject(PERSON, JAMIE))


def refuse(database: Database, user_id: str, *, minutes: int = 0) -> None:
    """Somebody asks in vain."""
    with database.writing() as session:
        by = By(user_id, "")
        details = {"wanted": Private("/invoice jane@acme.example", about=user_id)}
        now = NOW + timedelta(minutes=minutes)
        record_refusal(session, SETTINGS, by, Stage.REFUSED, details=details, now=now)


def forget(database: Database, user_id: str) -> int:
    """What the shell does."""
    with database.writing() as session:
        return erase(session, SETTINGS, user_id, BY_SHELL, now=NOW)


def test_who_was_forgotten_is_nowhere_and_the_chain_is_whole(
    database: Database, database_url: str
) -> None:
    write(database, 2, by=JAMIE)
    with database.writing() as session:
        deed = Deed("grant_role", Stage.DONE, GRANT.by, GRANT.subject, details={"why": JAMIE_WROTE})
        record(session, SETTINGS, deed, now=NOW)
    refuse(database, JAMIE)

    count = forget(database, JAMIE)

    assert count == 3
    assert check(database).broken is None
    entries = entries_of(database)
    assert [one.actor_id for one in entries] == [ERASED, ERASED, "U1AVERY", ERASED, ""]
    assert (entries[2].subject_id, entries[2].details) == (ERASED, {"why": ERASED})
    assert entries[3].details["wanted"] == ERASED
    assert (entries[4].action, entries[4].basis) == ("erase_person.done", "shell")
    with engine_for(database_url) as engine, engine.connect() as connection:
        for kept in (AuditEntry, PrivateText, RefusalCount):
            rows = connection.execute(kept.__table__.select()).all()
            assert "JAMIE" not in str(rows).upper()


def test_what_others_did_keeps_their_names(database: Database) -> None:
    write(database, 1)
    write(database, 1, by=JAMIE)

    forget(database, JAMIE)

    first, second, _ = entries_of(database)
    assert first.actor_id == "U1AVERY"
    assert second.details["note"] == "Jane asked for it, 0"


def test_somebody_who_acts_again_after_being_forgotten_is_somebody_new(database: Database) -> None:
    write(database, 1, by=JAMIE)
    forget(database, JAMIE)
    write(database, 1, by=JAMIE)

    assert [one.actor_id for one in entries_of(database)] == [ERASED, "", JAMIE]
    assert forget(database, JAMIE) == 1
    assert check(database).broken is None


def test_a_customer_is_forgotten_by_their_id_at_stripe(database: Database) -> None:
    write(database, 2)

    assert forget(database, "cus_1") == 2
    assert {one.details.get("note", ERASED) for one in entries_of(database)} == {ERASED}
    assert check(database).broken is None


def test_nobody_is_forgotten_where_nobody_is_known(database: Database) -> None:
    write(database)

    assert forget(database, "U9NOBODY") == 0
    assert len(entries_of(database)) == 1


def test_very_many_texts_take_several_entries(database: Database) -> None:
    notes = [Private(f"note {number}", about="cus_1") for number in range(TEXTS_AN_ENTRY + 1)]
    for some in (notes[:200], notes[200:]):
        deed = Deed("note", Stage.DONE, None, Subject("customer", "cus_1"), details={"some": some})
        with database.writing() as session:
            record(session, SETTINGS, deed, now=NOW)

    assert forget(database, "cus_1") == len(notes)
    assert [one.action for one in entries_of(database)[2:]] == ["erase_person.done"] * 2
    assert check(database).broken is None


def test_one_person_has_one_reference_in_all_entries(database: Database) -> None:
    write(database, 3)

    with database.reading() as session:
        names = session.scalars(select(PrivateText.value).where(PrivateText.is_name)).all()
    assert names == ["U1AVERY"]


def test_a_flood_of_refusals_is_counted_and_does_not_fill_the_trail(database: Database) -> None:
    for _ in range(WHOLE_A_MINUTE + 85):
        refuse(database, "U9KIM")
    refuse(database, "U8LEE")
    refuse(database, "U9KIM", minutes=1)

    entries = entries_of(database, by="U9KIM")

    told = [one.details["times_this_minute"] for one in entries]
    assert told == [*range(1, WHOLE_A_MINUTE + 1), 100, 1]
    assert len(entries_of(database, by="U8LEE")) == 1
    with database.reading() as session:
        times = select(RefusalCount.times).where(RefusalCount.user_id == "U9KIM")
        assert sorted(session.scalars(times)) == [1, WHOLE_A_MINUTE + 85]
