"""Keeping people and user groups up: everybody is listed once an hour, and events bring the rest.

Any number of workers may list at the same time: what is written is the same, and older news never
replaces newer.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import TypeVar

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.errors import BotError, Unavailable
from bot.mirror.marks import find_mark, set_mark
from bot.people import (
    CLOCKS_APART,
    drop_missing_groups,
    forget_events,
    store_groups,
    store_people,
)
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.slack_directory import list_slack_groups, list_slack_people
from bot.slack_failures import RateLimited
from bot.telemetry import get_logger
from jobs.looking import looking

log = get_logger("people")

LISTED_EVERY = timedelta(hours=1)
# When each list was last read, among the marks of the mirror.
PEOPLE_LISTED, GROUPS_LISTED = "people_listed", "groups_listed"
# A workspace of 100,000 people, at 500 a page.
PAGES_MAX = 200
# How long, and how often, Slack may ask us to wait during one list.
WAIT_SECONDS_MAX = 60.0
WAITS_MAX = 20
LOOK_SECONDS = 60.0
FAILING = "people_failing"

Answer = TypeVar("Answer")


def run(
    runtime: Runtime, slack: SlackAPI, *, own_team_id: str, stopping: threading.Event | None = None
) -> None:
    """List everybody and every group, unless that was done within the hour.

    Raises: Unavailable when Slack or the database does not answer.
    """
    patience = _Patience(stopping or threading.Event())
    if _is_due(runtime, PEOPLE_LISTED):
        _list_people(runtime, slack, own_team_id, patience)
        _settle(runtime, PEOPLE_LISTED)
    if _is_due(runtime, GROUPS_LISTED):
        _list_groups(runtime, slack, patience)
        _settle(runtime, GROUPS_LISTED)


def _is_due(runtime: Runtime, mark: str) -> bool:
    with runtime.database.reading() as session:
        listed = find_mark(session, mark)
        # A mark in the future, by a clock that has stepped back since, holds nothing up.
        age = None if listed is None else real_now() - listed.real_at
    return age is None or not timedelta(0) <= age < LISTED_EVERY


def _settle(runtime: Runtime, mark: str) -> None:
    now = real_now()
    with runtime.database.writing() as session:
        forget_events(session, now=now)
        set_mark(session, mark, business_at=runtime.clock.now(), real_at=now)
        clear_alert(session, kind=FAILING, subject="list", now=now)


class _Patience:
    """Waits as Slack asks, within bounds, unless the process is to stop."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._left = WAITS_MAX

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What Slack answers in the end.

        Raises: Unavailable when it does not, or when waiting for it would take too long.
        """
        while True:
            try:
                return question()
            except RateLimited as limited:
                self._left -= 1
                if self._left < 0 or limited.retry_after_seconds > WAIT_SECONDS_MAX:
                    raise
                if self._stopping.wait(limited.retry_after_seconds):
                    raise


def _list_people(runtime: Runtime, slack: SlackAPI, own_team_id: str, patience: _Patience) -> None:
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        seen_at = real_now() - CLOCKS_APART
        page = patience.ask(partial(list_slack_people, slack, cursor))
        with runtime.database.writing() as session:
            store_people(session, page.people, own_team_id=own_team_id, seen_at=seen_at)
        cursor = page.cursor
        if cursor is None:
            return
    raise Unavailable(f"Slack's list of people has more than {PAGES_MAX} pages.")


def _list_groups(runtime: Runtime, slack: SlackAPI, patience: _Patience) -> None:
    seen_at = real_now() - CLOCKS_APART
    groups = patience.ask(lambda: list_slack_groups(slack))
    with runtime.database.writing() as session:
        store_groups(session, groups, seen_at=seen_at)
        drop_missing_groups(session, [group.id for group in groups], seen_at=seen_at)


def keeping_people(
    runtime: Runtime, slack: SlackAPI, own_team_id: str
) -> AbstractContextManager[None]:
    """Do the work of `run` in a thread of its own, for the length of a block."""

    def look(stopping: threading.Event) -> None:
        try:
            run(runtime, slack, own_team_id=own_team_id, stopping=stopping)
        except Exception as failed:  # noqa: BLE001 - whatever it is, operators are to hear of it
            if not stopping.is_set():
                _tell(runtime, failed)

    return looking("people", look, every_seconds=LOOK_SECONDS)


def _tell(runtime: Runtime, failed: Exception) -> None:
    """Tell the operators that people are no longer kept up."""
    why = failed.message if isinstance(failed, BotError) else type(failed).__name__
    log.warning("people_failed", why=why)
    try:
        with runtime.database.writing() as session:
            raise_alert(session, kind=FAILING, subject="list", detail=why, now=real_now())
    except BotError as untold:
        log.warning("alert_not_raised", why=untold.message)
