"""How each account is dealt with: what was set for it, for its organisation, or holds for all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from bot.among import is_among
from bot.database import Reading
from bot.models import AccountTerms, CustomerChannel, Person
from bot.queries.invoice_rows import ACCOUNTS

_OWN = AccountTerms.__table__.alias("own")
_WIDER = AccountTerms.__table__.alias("wider")
_CHANNELS = CustomerChannel.__table__
_PEOPLE = Person.__table__


class Preference(StrEnum):
    """How a customer wants to hear from us."""

    NONE = "none"
    MAIL = "email"
    SLACK = "slack"
    BOTH = "both"


class Language(StrEnum):
    """What is written to a customer is written in one of these."""

    ENGLISH = "en"
    GERMAN = "de"


class Source(StrEnum):
    """Where a term comes from: set for the account, for its organisation, or what holds for all."""

    OWN = "own"
    ORGANISATION = "organisation"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Full hours of the account's day between which nothing is sent, over midnight or not."""

    from_hour: int
    until_hour: int

    def has(self, moment: datetime) -> bool:
        """Whether it is quiet at a moment, given in the account's zone."""
        if self.from_hour <= self.until_hour:
            return self.from_hour <= moment.hour < self.until_hour
        return moment.hour >= self.from_hour or moment.hour < self.until_hour


@dataclass(frozen=True, slots=True)
class AccountChannel:
    """A customer's channel: `is_theirs` unless another customer's account has it by now.

    Shape: `team_ids` are the organisations at Slack that read along when it was chosen.
    """

    id: str
    name: str
    is_theirs: bool
    team_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one account.

    Shape: `cadence` has days after the due date, ascending, those before it negative. `weekdays`
        are ISO's numbers, 1 for Monday. `sources` has the name of each field but itself, `has_own`
        says whether anything was set for the account itself.
    """

    account_id: int
    owner_id: str | None
    owner_name: str | None
    preference: Preference
    channel: AccountChannel | None
    language: Language
    quiet_hours: QuietHours
    weekdays: frozenset[int]
    cadence: tuple[int, ...]
    is_opted_out: bool
    is_thanked: bool
    sources: Mapping[str, Source]
    changed_by: str | None
    changed_at: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether the account wants to hear nothing from us by itself."""
        return self.is_opted_out or self.preference is Preference.NONE


# The columns that are set and inherited each by itself; the quiet hours are one term.
DEFAULTS: Mapping[str, Any] = {
    "owner_id": None,
    "preference": Preference.MAIL.value,
    "channel_id": None,
    "language": Language.ENGLISH.value,
    "quiet_hours": (18, 8),
    "weekdays": "12345",
    "cadence": "-3,1,7,14,30",
    "is_opted_out": False,
    "is_thanked": False,
}
TERMS = tuple(DEFAULTS)


def find_terms(session: Reading, account_ids: Collection[int]) -> dict[int, Terms]:
    """What holds for these accounts, by their ids: every account that exists has terms."""
    ids = {"account_ids": list(account_ids)}
    rows = session.connection().execute(_FOUND, ids).all()
    held = [_held(row) for row in rows]
    channels = _channels(session, {values["channel_id"] for values, _ in held} - {None})
    people = _people(session, {values["owner_id"] for values, _ in held} - {None})
    return {
        row.id: _terms_of(row, values, sources, channels=channels, people=people)
        for row, (values, sources) in zip(rows, held, strict=True)
    }


@lru_cache(maxsize=1024)
def parse_cadence(text: str) -> tuple[int, ...]:
    """The days of a cadence as its column keeps them."""
    return tuple(sorted({int(day) for day in text.split(",") if day}))


_FOUND = (
    select(
        ACCOUNTS.c.id,
        ACCOUNTS.c.parent_id,
        *(column.label(f"own_{column.name}") for column in _OWN.c),
        *(column.label(f"wider_{column.name}") for column in _WIDER.c),
    )
    .select_from(
        ACCOUNTS.outerjoin(_OWN, _OWN.c.account_id == ACCOUNTS.c.id).outerjoin(
            _WIDER, _WIDER.c.account_id == ACCOUNTS.c.parent_id
        )
    )
    .where(is_among(ACCOUNTS.c.id, "account_ids"))
)


# Of the account in a statement of others: who looks after it, by itself or by its organisation.
OWNER_ID: ColumnElement[str | None] = func.coalesce(
    *(
        select(_OWN.c.owner_id)
        .where(_OWN.c.account_id == account_id)
        .correlate(ACCOUNTS)
        .scalar_subquery()
        for account_id in (ACCOUNTS.c.id, ACCOUNTS.c.parent_id)
    )
)


def _held(row: Row[Any]) -> tuple[dict[str, Any], dict[str, Source]]:
    """Each term with where it comes from: the nearest that is set."""
    values, sources = dict(DEFAULTS), dict.fromkeys(TERMS, Source.DEFAULT)
    for source, prefix in ((Source.ORGANISATION, "wider"), (Source.OWN, "own")):
        for term in TERMS:
            value = _set(row, prefix, term)
            if value is not None:
                values[term], sources[term] = value, source
    return values, sources


def _set(row: Row[Any], prefix: str, term: str) -> Any:
    named = row._mapping  # noqa: SLF001 - SQLAlchemy's public way to a column by a made name
    if term != "quiet_hours":
        return named[f"{prefix}_{term}"]
    hours = tuple(named[f"{prefix}_quiet_{edge}_hour"] for edge in ("from", "until"))
    return None if None in hours else hours


def _terms_of(
    row: Row[Any],
    values: Mapping[str, Any],
    sources: Mapping[str, Source],
    *,
    channels: Mapping[str, Row[Any]],
    people: Mapping[str, str],
) -> Terms:
    channel = channels.get(values["channel_id"])
    return Terms(
        account_id=row.id,
        owner_id=values["owner_id"],
        owner_name=people.get(values["owner_id"], values["owner_id"]),
        preference=_preference(values["preference"]),
        channel=channel
        and AccountChannel(
            channel.channel_id,
            channel.name,
            is_theirs=channel.owner_account_id in {row.id, row.parent_id},
            team_ids=tuple(filter(None, channel.team_ids.split(","))),
        ),
        language=_language(values["language"]),
        quiet_hours=QuietHours(*values["quiet_hours"]),
        weekdays=frozenset(map(int, values["weekdays"])),
        cadence=parse_cadence(values["cadence"]),
        is_opted_out=values["is_opted_out"],
        is_thanked=values["is_thanked"],
        sources=sources,
        changed_by=row.own_changed_by,
        changed_at=row.own_changed_at,
    )


def _preference(word: str) -> Preference:
    """A word that only a newer version knows is none here, and nothing goes out by it."""
    return Preference(word) if word in set(Preference) else Preference.NONE


def _language(word: str) -> Language:
    return Language(word) if word in set(Language) else Language.ENGLISH


def _channels(session: Reading, ids: Collection[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    found = select(_CHANNELS).where(is_among(_CHANNELS.c.channel_id, "ids"))
    rows = session.connection().execute(found, {"ids": list(ids)})
    return {row.channel_id: row for row in rows}


def _people(session: Reading, ids: Collection[str]) -> dict[str, str]:
    if not ids:
        return {}
    found = select(_PEOPLE.c.id, _PEOPLE.c.real_name).where(is_among(_PEOPLE.c.id, "ids"))
    rows = session.connection().execute(found, {"ids": list(ids)})
    return {row.id: row.real_name for row in rows}
