"""Socket Mode: the way in that needs no public address, kept open whatever happens to it.

One connection is in use. The next is opened before the old one goes, when Slack announces that, and
at once when it is lost or silent. Any number of processes may do so, up to Slack's ten connections.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.errors import BotError, Misconfigured, Unavailable
from bot.slack_failures import RateLimited
from bot.telemetry import get_logger
from handlers.slack.bolt import build_envelope_dispatch
from handlers.slack.connection import Connection, Pace
from handlers.slack.context import Desk
from handlers.slack.envelopes import Envelope, Envelopes

log = get_logger("slack.socket_mode")

ALERT = "slack_socket_mode"
# Operators hear of trouble that lasts; a refusal they hear of at once.
ALERT_AFTER_FAILURES = 5
STOPPING_SECONDS_MAX = 3.0

# Source of the reasons: docs.slack.dev/apis/events-api/using-socket-mode, read 2026-11.
SWITCHED_OFF = "link_disabled"
TOO_MANY = "too_many_websockets"


class SocketMode:
    """Keeps a connection to Slack, and has what comes over it answered."""

    def __init__(self, desk: Desk, *, pace: Pace | None = None) -> None:
        self._desk = desk
        self._app_token = desk.runtime.settings.slack_app_token.get_secret_value()
        self._pace = pace or Pace()
        self._envelopes = Envelopes(build_envelope_dispatch(desk))
        self._stopping = threading.Event()
        self._connections: list[Connection] = []
        self._failures = 0
        self._said = ""
        self._is_alerted = False
        self._thread = threading.Thread(target=self._run, name="slack-socket-mode", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected."""
        self._thread.start()

    def stop(self) -> None:
        """Let the envelopes under way be answered, take no more, and close."""
        self._stopping.set()
        self._envelopes.stop()
        self._close_all()
        self._thread.join(STOPPING_SECONDS_MAX)

    def _close_all(self) -> None:
        for connection in self._connections:
            connection.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._use(self._open())
            except BotError as failed:
                self._failures += 1
                self._report(failed)
                self._stopping.wait(self._waiting_seconds(failed))
            except Exception:
                # Nothing may end this loop for good: nobody would ever be answered again.
                self._failures += 1
                log.exception("connecting_crashed")
                self._stopping.wait(self._backoff_seconds())
        self._close_all()

    def _open(self) -> Connection:
        """A connection that Slack has greeted.

        Raises: Misconfigured when Slack refuses us, Unavailable when it can't be had now.
        """
        url = self._desk.slack.open_socket(self._app_token)
        connection = Connection(url, pace=self._pace, on_envelope=self._take)
        self._connections = [each for each in self._connections if each.is_alive]
        self._connections.append(connection)
        why_not = connection.open()
        if why_not:
            connection.close()
            raise _as_error(why_not)
        return connection

    def _use(self, connection: Connection) -> None:
        """Let the former ones go, and stay with this one until another should follow it."""
        for former in self._connections:
            if former is not connection:
                former.retire()
        self._settle()
        began = time.monotonic()
        why_over = connection.wait_until_over(self._pace.renew_seconds)
        if self._stopping.is_set():
            return
        log.info("connecting_anew", why=why_over or "renewed")
        if why_over == SWITCHED_OFF:
            refused = _as_error(why_over)
            self._report(refused)
            self._stopping.wait(self._waiting_seconds(refused))
        elif time.monotonic() - began >= self._pace.settled_seconds:
            self._failures = 0
        else:
            # A connection that never holds must not become a storm of new ones.
            self._failures += 1
            self._stopping.wait(self._backoff_seconds())

    def _take(self, connection: Connection, envelope: Envelope) -> None:
        def send(ack: str) -> None:
            # Slack takes an ack over any connection; its own may have gone meanwhile.
            ways = (connection, *reversed(self._connections))
            if not any(way.send(ack) for way in ways):
                log.warning("ack_lost")

        self._envelopes.take(envelope, send)

    def _waiting_seconds(self, failed: BotError) -> float:
        if isinstance(failed, RateLimited):
            # Jitter on top: those who were sent away together should not come back together.
            return failed.retry_after_seconds + random.uniform(0, self._pace.backoff_seconds)
        if isinstance(failed, Misconfigured):
            return self._pace.refused_seconds * random.uniform(1.0, 1.25)
        return self._backoff_seconds()

    def _backoff_seconds(self) -> float:
        # The exponent is bounded, or days of failures would make a number beyond floats.
        doubled = self._pace.backoff_seconds * 2 ** min(max(self._failures - 1, 0), 16)
        full = min(doubled, self._pace.backoff_max_seconds)
        return random.uniform(full / 2, full)

    def _report(self, failed: BotError) -> None:
        """Say what is wrong: once in the log, and to the operators when it needs or lasts."""
        if self._stopping.is_set():
            return
        is_refusal = isinstance(failed, Misconfigured)
        is_news = failed.message != self._said
        self._said = failed.message
        if is_news:
            say = log.error if is_refusal else log.warning
            say("not_connected_to_slack", why=failed.message)
        lasts = self._failures >= ALERT_AFTER_FAILURES
        if (is_refusal or lasts) and (is_news or not self._is_alerted):
            self._is_alerted = True
            self._write(
                lambda session: raise_alert(
                    session,
                    kind=ALERT,
                    subject=self._desk.deployment.slack_team_id,
                    detail=failed.message,
                    now=real_now(),
                )
            )

    def _settle(self) -> None:
        """Say that all is well."""
        self._said = ""
        self._is_alerted = False
        log.info("connected_to_slack")
        team_id = self._desk.deployment.slack_team_id
        self._write(
            lambda session: clear_alert(session, kind=ALERT, subject=team_id, now=real_now())
        )

    def _write(self, work: Callable[[Session], None]) -> None:
        try:
            with self._desk.runtime.database.writing() as session:
                work(session)
        except BotError as failed:
            log.warning("alert_unwritten", why=failed.message)


@contextlib.contextmanager
def connected(desk: Desk, *, pace: Pace | None = None) -> Iterator[None]:
    """Socket Mode for the length of a block, where the settings have a token for it."""
    if not desk.runtime.settings.has_socket_mode:
        yield
        return
    socket_mode = SocketMode(desk, pace=pace)
    socket_mode.start()
    try:
        yield
    finally:
        socket_mode.stop()


def _as_error(why: str) -> BotError:
    """Why there is no connection, as what can be done about it."""
    if why == SWITCHED_OFF:
        return Misconfigured(
            "Slack has switched Socket Mode off for this app: switch it on in the app’s settings, "
            "or remove SLACK_APP_TOKEN."
        )
    if why == TOO_MANY:
        return Unavailable("Slack has as many connections of this app as it allows, ten.")
    return Unavailable(f"The connection to Slack could not be opened ({why}).")
