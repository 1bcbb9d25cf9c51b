"""The statements behind a card, found by running its queries and writing down what they ask."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, event

from bot.database import Reading, Snapshot
from bot.prepared import Prepared
from bot.queries.accounts import find_accounts
from bot.queries.balances import get_balance
from bot.queries.invoices import find_invoice_card
from bot.queries.sight import Sight
from bot.queries.usage import get_usage

# A statement as the queries write it, and the values that it is run with.
Asked = tuple[Executable, Mapping[str, Any]]


def look_up(session: Snapshot, typed: str, *, now: datetime) -> None:
    """Run the queries of the card that a command asks for."""
    sight = Sight(scope=None, drafts=True, now=now, real_now=now, alarm=timedelta(0), zone="UTC")
    command, _, text = typed.partition(" ")
    if command == "/invoice":
        find_invoice_card(session, text, sight=sight)
        return
    (account,) = find_accounts(session, text, sight=sight).exact
    if command == "/balance":
        get_balance(session, account, sight=sight)
    else:
        get_usage(session, account, None, sight=sight)


def asked_for(session: Snapshot, typed: str, *, now: datetime) -> list[Asked]:
    """What a card asks the database, in its order."""
    asked: list[Asked] = []
    with _noting(session, asked):
        look_up(session, typed, now=now)
    return asked


@contextlib.contextmanager
def _noting(session: Snapshot, asked: list[Asked]) -> Iterator[None]:
    run_prepared = Prepared.rows

    def rows(self: Prepared, reading: Reading, values: Mapping[str, Any]) -> list[Any]:
        asked.append((self.statement, dict(values)))
        return list(
            reading.connection().execution_options(noted=True).execute(self.statement, dict(values))
        )

    def note(_connection: Any, statement: Any, many: Any, values: Any, options: Any) -> None:
        if not options.get("noted"):
            asked.append((statement, values or (many[0] if many else {})))

    connection = session.connection()
    event.listen(connection, "before_execute", note)
    Prepared.rows = rows  # type: ignore[method-assign] # nothing else tells what it runs
    try:
        yield
    finally:
        Prepared.rows = run_prepared  # type: ignore[method-assign] # as it was
        event.remove(connection, "before_execute", note)
