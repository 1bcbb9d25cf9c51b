"""The shell's commands about the audit trail: verify, export, erase."""

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from bot.audit.anchors import parse_anchor
from bot.audit.erase import erase
from bot.audit.export import csv_lines, ndjson_lines
from bot.audit.record import BY_SHELL
from bot.audit.trail import stream_entries
from bot.clock import parse_day, real_now, start_of_day, zone_of
from bot.errors import BadRequest
from bot.operations.verify_audit import verify_audit
from bot.queries.contacts import about_contact, list_contact_ids
from bot.runtime import Runtime
from bot.setting_values import is_mail_address
from bot.views.text import count_text
from handlers.spoken import EXIT_DRIFT, spoken

Opened = Callable[[], AbstractContextManager[Runtime]]

_PERSON = re.compile(r"[UW][A-Z0-9]{1,31}|cus_[A-Za-z0-9]{1,250}", re.ASCII)


class Format(StrEnum):
    """How the trail is written down."""

    NDJSON = "ndjson"
    CSV = "csv"


_WRITERS = {Format.NDJSON: ndjson_lines, Format.CSV: csv_lines}

AnchorText = Annotated[
    str, typer.Option("--anchor", help="An anchor from the log; its entry has to be there.")
]
FormatName = Annotated[Format, typer.Option("--format", help="One JSON object a line, or CSV.")]
From = Annotated[str, typer.Option("--from", help="The first day, such as 2026-10-01.")]
To = Annotated[str, typer.Option("--to", help="The last day.")]
Person = Annotated[
    str, typer.Argument(help="A member id, U…, a customer, cus_…, or a contact’s e-mail address.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def add_audit_commands(shell: typer.Typer, opened: Opened) -> None:
    """Put `audit` and what comes after it into the shell."""
    audit = typer.Typer(help="The audit trail: every deed, chained so that changes show.")
    shell.add_typer(audit, name="audit")

    @audit.command()
    def verify(anchor: AnchorText = "") -> None:
        """Check that the audit trail is what was recorded; exit code 3 when it is not."""
        with spoken(), opened() as runtime:
            taken = parse_anchor(anchor) if anchor else None
            verdict = verify_audit(runtime, anchor=taken)
            if verdict.broken is None:
                entries = "1 entry" if verdict.checked == 1 else f"{verdict.checked:,} entries"
                place = f" Its anchor: {verdict.head}" if verdict.head else ""
                _say(f"The audit trail is whole: {entries}.{place}")
                return
        Console(stderr=True, highlight=False).print(
            f"The audit trail is broken. {verdict.broken}",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(EXIT_DRIFT)

    @audit.command()
    def export(form: FormatName = Format.NDJSON, first_day: From = "", last_day: To = "") -> None:
        """Write the audit trail to standard output; days are in ACCOUNT_TIME_ZONE."""
        with spoken(), opened() as runtime:
            since, until = _moments(runtime, first_day, last_day)
            with runtime.database.looking() as reading:
                for line in _WRITERS[form](stream_entries(reading, since=since, until=until)):
                    sys.stdout.write(line)

    @audit.command(name="erase")
    def forget(person: Person, yes: Yes = False) -> None:  # noqa: FBT002 - a flag of the shell
        """Forget what the audit trail says of a person or customer; it verifies as before."""
        with spoken():
            _check_person(person)
            if not yes:
                typer.confirm(f"Forget {person} for good?", abort=True)
            with opened() as runtime, runtime.database.writing() as session:
                count = sum(
                    erase(session, runtime.settings, about, BY_SHELL, now=real_now())
                    for about in _abouts(session, person)
                )
            forgotten = f"Forgotten: {count_text(count, 'text')} about {person}."
            _say(forgotten if count else f"Nothing names {person}.")


def _check_person(person: str) -> None:
    if not _PERSON.fullmatch(person) and not is_mail_address(person):
        raise BadRequest(
            f"‘{person[:40]}’ is neither a member (U…), a customer (cus_…) nor the e-mail address "
            "of a contact."
        )


def _abouts(session: Session, person: str) -> list[str]:
    """By what the trail knows somebody: a contact may be one of several accounts."""
    if not is_mail_address(person):
        return [person]
    return [about_contact(one) for one in list_contact_ids(session, person)]


def _moments(
    runtime: Runtime, first_day: str, last_day: str
) -> tuple[datetime | None, datetime | None]:
    """From the first moment of a day to the end of another; None for no bound."""
    zone = zone_of(runtime.settings.account_time_zone)
    since = start_of_day(parse_day(first_day), zone) if first_day else None
    after = parse_day(last_day) + timedelta(days=1) if last_day else None
    until = start_of_day(after, zone) if after else None
    if since and until and until <= since:
        raise BadRequest(f"--from {first_day} is after --to {last_day}.")
    return since, until


def _say(text: str) -> None:
    Console(highlight=False).print(text, markup=False, soft_wrap=True)
