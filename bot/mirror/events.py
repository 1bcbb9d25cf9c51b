"""What Stripe tells us of, as hints: read from its bytes, and kept once, however often it comes.

Webhook and sweep both end here. An event may be late, double, out of order, or forged by whoever
got hold of the secret: so all that follows from one is that its objects are read from Stripe again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from bot.alerts import raise_alert
from bot.bells import ring
from bot.database import insert_into
from bot.deployment import find_deployment
from bot.errors import BadRequest
from bot.json_keys import has_repeated_key
from bot.mirror.fields import dict_at, id_at, moment_at, text_at
from bot.mirror.hints import Wanted, usable_id, wanted_by
from bot.mirror.news import BELL
from bot.mirror.rows import table_of
from bot.models import ReceivedEvent
from bot.telemetry import events_received_total, events_unknown_total

WEBHOOK, SWEEP = "webhook", "sweep"
IS_KEPT, IS_NOTED, IS_UNKNOWN, IS_REJECTED = "kept", "noted", "unknown", "rejected"

# The widths of columns; an event's own id and type must fit them as they are.
_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)
KIND_CHARACTERS_MAX = 64
ID_CHARACTERS_MAX = 255
_YEAR_1970 = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class EventHint:
    """What an event says about itself.

    Shape: `wanted` without repeats; empty when it is about nothing that the mirror reads.
    `account` is set for events of connected accounts alone. `is_live` None when it does not say.
    """

    id: str
    type: str
    object_kind: str | None
    object_id: str | None
    account: str | None
    is_live: bool | None
    api_version: str | None
    created_at: datetime
    wanted: tuple[Wanted, ...]


class Arrival(NamedTuple):
    """An event on its way into the database, with its body as it came."""

    hint: EventHint
    body: bytes


@dataclass(frozen=True, slots=True)
class StripeIdentity:
    """The account and the mode whose events count."""

    account_id: str
    is_live: bool


def find_identity(session: Session) -> StripeIdentity | None:
    """Whose events count, or None before the first start has recorded it."""
    recorded = find_deployment(session)
    if recorded is None:
        return None
    return StripeIdentity(recorded.stripe_account_id, recorded.is_live)


def load_event(body: bytes) -> dict[str, Any]:
    """The JSON object in these bytes.

    Raises: BadRequest for anything else. The parser itself refuses what is no UTF-8, nested deeper
        than 1024, or a number beyond all numbers; of a repeated key it takes the last.
    """
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("The event is no JSON.") from None
    if not isinstance(event, dict):
        raise BadRequest("The event is no JSON object.")
    return event


def parse_event(body: bytes) -> EventHint:
    """Read an event from its bytes, as they come in.

    Raises: BadRequest when it is no event, says something twice, or has no id or type of its own.
    """
    event = load_event(body)
    if has_repeated_key(body, event):
        raise BadRequest("The event says something twice.")
    return hint_of(event)


def hint_of(event: dict[str, Any]) -> EventHint:
    """What an event hints at, a snapshot event or a thin one.

    Raises: BadRequest when it has no id or type of its own.
    Source: docs.stripe.com/event-destinations: a snapshot has the object in
        `data.object`; a thin event has `related_object` and its time as text.
    """
    event_id, event_type = event.get("id"), event.get("type")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise BadRequest("The event has no id.")
    if not isinstance(event_type, str) or not _EVENT_TYPE.fullmatch(event_type):
        raise BadRequest("The event has no type.")
    subject = subject_of(event)
    live = event.get("livemode")
    return EventHint(
        id=event_id,
        type=event_type,
        object_kind=text_at(subject, "object", characters_max=KIND_CHARACTERS_MAX),
        object_id=usable_id(id_at(subject, "id")),
        account=text_at(event, "account", characters_max=ID_CHARACTERS_MAX),
        is_live=live if isinstance(live, bool) else None,
        api_version=text_at(event, "api_version"),
        created_at=moment_at(event, "created") or _thin_moment(event) or _YEAR_1970,
        wanted=wanted_by(event_type, subject, _previous_of(event)),
    )


def subject_of(event: dict[str, Any]) -> dict[str, Any]:
    """The object that an event is about, as it was then; of a thin event, its kind and id."""
    related = dict_at(event, "related_object")
    if related:
        return {"object": related.get("type"), "id": related.get("id")}
    return dict_at(dict_at(event, "data"), "object")


def _previous_of(event: dict[str, Any]) -> dict[str, Any] | None:
    """What the fields that changed said before; None where the event does not tell."""
    previous = dict_at(event, "data").get("previous_attributes")
    return previous if isinstance(previous, dict) else None


def _thin_moment(event: dict[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(event.get("created") or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def keep(
    session: Session,
    arrivals: Sequence[Arrival],
    *,
    way: str,
    now: datetime,
    identity: StripeIdentity | None,
) -> int:
    """Keep events that are not kept yet; how many were new.

    Events of another account or mode than `identity` are kept as rejected; those about nothing
    that the mirror reads as unknown. None, when nobody knows who we are yet, accepts all.
    """
    if not arrivals:
        return 0
    rows = [_row(arrival, way=way, now=now, identity=identity) for arrival in arrivals]
    # Always in the same order, so that two processes with the same events never wait for each
    # other. RETURNING names the new ones: psycopg gives no row count here.
    rows.sort(key=itemgetter("id"))
    statement = insert_into(session, table_of(ReceivedEvent)).on_conflict_do_nothing()
    answer = session.execute(statement.returning(ReceivedEvent.id), rows)
    new = set(answer.scalars())
    if new:
        ring(session, BELL)
    for row in rows:
        outcome = row["state"] if row["id"] in new else "repeated"
        events_received_total.labels(way, outcome).inc()
        if outcome == IS_UNKNOWN:
            events_unknown_total.inc()
        elif outcome == IS_REJECTED:
            # Somebody gave our address or secret to another account.
            raise_alert(session, kind="foreign_events", subject=way, detail=row["note"], now=now)
    return len(new)


def _row(
    arrival: Arrival, *, way: str, now: datetime, identity: StripeIdentity | None
) -> dict[str, Any]:
    hint = arrival.hint
    why = _why_rejected(hint, identity)
    return {
        "id": hint.id,
        "type": hint.type,
        "object_kind": hint.object_kind,
        "object_id": hint.object_id,
        "created_at": hint.created_at,
        "received_at": now,
        "way": way,
        "state": IS_REJECTED if why else IS_KEPT if hint.wanted else IS_UNKNOWN,
        "note": why,
        "body": arrival.body,
    }


def _why_rejected(hint: EventHint, identity: StripeIdentity | None) -> str | None:
    if identity is None:
        return None
    if hint.account not in {None, identity.account_id}:
        return f"It is about the Stripe account {hint.account}, not {identity.account_id}."
    if hint.is_live not in {None, identity.is_live}:
        mode = "live" if hint.is_live else "test"
        return f"It is about {mode} mode, which {identity.account_id} is not mirrored in."
    return None
