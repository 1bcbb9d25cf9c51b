"""Short numbers are unique, without gaps, in the order of issue, and never change."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.mirror.tickets import NUMBERING
from bot.models import BackfillStep, Invoice
from tests.bot.mirror import dying
from tests.bot.mirror.filling import open_filling
from tests.bot.mirror.numbering import INVOICES, store_pages
from tests.bot.mirror.objects import NOW, at, invoice_object, store_now
from tests.nursery import ROOT, nursery
from tests.processes import run

STORING_SECONDS_MAX = 200.0


def begin_numbering(database: Database) -> None:
    with database.writing() as session:
        session.add(BackfillStep(kind=NUMBERING, cursor=None, objects_count=0, finished_at=NOW))


def numbers_of(database: Database) -> dict[str, int | None]:
    with database.reading() as session:
        rows = session.execute(
            select(Invoice.id, Invoice.short_number).order_by(Invoice.dated_at, Invoice.id)
        )
        return {row.id: row.short_number for row in rows}


def test_a_draft_gets_its_number_when_it_is_finalized(database: Database) -> None:
    begin_numbering(database)
    store_now(database, "invoice", invoice_object("in_1", status="draft"), invoice_object("in_2"))
    assert numbers_of(database) == {"in_1": None, "in_2": 1001}

    store_now(database, "invoice", invoice_object("in_1"), invoice_object("in_2"))

    assert numbers_of(database) == {"in_1": 1002, "in_2": 1001}


def test_of_one_page_the_oldest_gets_the_lowest(database: Database) -> None:
    begin_numbering(database)
    page = [
        invoice_object(f"in_{day}", transitions={"finalized_at": at(f"2026-10-0{day}")})
        for day in (3, 1, 2)
    ]

    store_now(database, "invoice", *page)

    assert numbers_of(database) == {"in_1": 1001, "in_2": 1002, "in_3": 1003}


@pytest.mark.slow
def test_two_processes_that_store_the_same_invoices_number_each_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    begin_numbering(database)
    children = [
        nursery().start(
            *(database_url, str(place)),
            folder=ROOT,
            environment=os.environ,
            output=tmp_path / str(place),
            program=store_pages,
        )
        for place in range(2)
    ]

    codes = [child.wait(STORING_SECONDS_MAX) for child in children]

    assert codes == [0, 0]
    numbers = [number or 0 for number in numbers_of(database).values()]
    assert sorted(numbers) == list(range(1001, 1001 + INVOICES))


@pytest.mark.slow
def test_a_kill_while_numbers_are_given_out_costs_none(
    database: Database, database_url: str
) -> None:
    with open_filling(database_url) as filling:
        filling.standin.seed_invoices(1_100, 1, customers=3)
        told = (database_url, filling.url, "2")
        died = run(*told, folder=ROOT, program=dying.fill_and_number)
        assert died.returncode == -signal.SIGKILL
        given = numbers_of(database)
        assert sorted(filter(None, given.values())) == list(range(1001, 1501))

        filling.fill()

    numbers = numbers_of(database)
    assert list(numbers.values()) == list(range(1001, 2101))
    assert all(numbers[invoice] == number for invoice, number in given.items() if number)
