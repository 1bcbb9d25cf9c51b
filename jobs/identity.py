"""Seeing, while a process runs, that it serves whom its database serves, with tokens that hold.

A start believes what was recorded of Slack or Stripe where one does not answer: here it is asked
until it has. And a token or key that was changed in `.env` is taken without a restart, after Slack
or Stripe has said that it belongs to the same workspace or account.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.deployment import confirm_slack, confirm_stripe
from bot.errors import BotError, Misconfigured, Unavailable
from bot.runtime import Runtime
from bot.settings import Settings
from bot.slack_api import SlackAPI
from bot.stripe_api import StripeAPI
from bot.telemetry import get_logger

log = get_logger("identity")

# The start has just asked; soon after it, whoever did not answer then is asked again.
FIRST_LOOK_SECONDS = 3.0
LOOK_SECONDS = 60.0
STOPPING_SECONDS_MAX = 1.0

SLACK, STRIPE = "slack_token", "stripe_key"
ADVICE = "Put a new one into .env: it is taken within a minute, and without a restart."


class IdentityLook:
    """Asks Slack and Stripe whom our token and key belong to, and changes them for new ones."""

    def __init__(
        self, runtime: Runtime, slack: SlackAPI, *, reread: Callable[[], Settings] | None = None
    ) -> None:
        self._runtime = runtime
        self._slack = slack
        self._reread = reread
        self._is_stripe_known = False
        # What was said last of each, to say it once; None before the first look.
        self._said: dict[str, str | None] = {SLACK: None, STRIPE: None}

    def run(self) -> bool:
        """One look; whether Slack and Stripe have answered.

        Raises: Misconfigured when what we use belongs to others than were recorded; Unavailable
            when the database does not answer.
        """
        settings = self._current_settings()
        slack = self._look(SLACK, self._look_at_slack, settings)
        return self._look(STRIPE, self._look_at_stripe, settings) and slack

    def _current_settings(self) -> Settings:
        if self._reread is None:
            return self._runtime.settings
        try:
            return self._reread()
        except Misconfigured as wrong:
            # Somebody is just editing the file, or did so badly; the start would name it all.
            log.warning("settings_unread", why=wrong.message)
            return self._runtime.settings

    def _look(self, what: str, look: Callable[[Settings], str], settings: Settings) -> bool:
        try:
            wrong = look(settings)
        except Unavailable as failed:
            log.warning("identity_unchecked", what=what, why=failed.message)
            return False
        if wrong != self._said[what]:
            self._tell(what, wrong)
            self._said[what] = wrong
        return True

    def _look_at_slack(self, settings: Settings) -> str:
        """What is wrong with the token, "" when nothing is."""
        wanted = settings.slack_bot_token.get_secret_value() or self._slack.token
        is_new = wanted != self._slack.token
        try:
            identity = self._slack.identify(wanted)
        except Misconfigured as refused:
            return f"{refused.message} {ADVICE}"
        wrong = self._confirm(lambda session: confirm_slack(session, identity), is_new=is_new)
        if is_new and not wrong:
            self._slack.use_token(wanted)
            log.info("token_exchanged", what=SLACK)
        return wrong

    def _look_at_stripe(self, settings: Settings) -> str:
        """What is wrong with the key, "" when nothing is; a known one is not asked about again."""
        stripe = self._runtime.stripe
        wanted = settings.stripe_secret_key.get_secret_value() or stripe.secret_key
        is_new = wanted != stripe.secret_key
        if self._is_stripe_known and not is_new:
            return ""
        try:
            account_id, is_live = _account_of(wanted, settings) if is_new else stripe.account()
        except Misconfigured as refused:
            return f"{refused.message} {ADVICE}"
        wrong = self._confirm(
            lambda session: confirm_stripe(session, account_id, is_live=is_live), is_new=is_new
        )
        if is_new and not wrong:
            stripe.use_key(wanted)
            log.info("token_exchanged", what=STRIPE)
        self._is_stripe_known = not wrong
        return wrong

    def _confirm(self, confirm: Callable[[Session], None], *, is_new: bool) -> str:
        try:
            with self._runtime.database.writing() as session:
                confirm(session)
        except Misconfigured as other:
            if is_new:
                return f"{other.message} The one before stays in use."
            raise
        return ""

    def _tell(self, what: str, wrong: str) -> None:
        """Tell the operators, or that it is over."""
        now = real_now()
        if wrong:
            log.error("token_at_fault", what=what, why=wrong)
        with self._runtime.database.writing() as session:
            if wrong:
                raise_alert(session, kind=what, subject=what, detail=wrong, now=now)
            else:
                clear_alert(session, kind=what, subject=what, now=now)


def _account_of(secret_key: str, settings: Settings) -> tuple[str, bool]:
    stripe = StripeAPI(
        secret_key,
        api_base=settings.stripe_api_base,
        requests_per_second=settings.stripe_requests_per_second,
    )
    with contextlib.closing(stripe):
        return stripe.account()


@contextlib.contextmanager
def keeping_identity(
    runtime: Runtime, slack: SlackAPI, *, reread: Callable[[], Settings] | None
) -> Iterator[None]:
    """Look again and again, in a thread of its own, for the length of a block.

    Raises: Misconfigured at the end of the block that it ends itself, by a signal, when the process
        turns out to serve others than its database does.
    """
    look = IdentityLook(runtime, slack, reread=reread)
    stopping = threading.Event()
    refusals: list[Misconfigured] = []

    def work() -> None:
        seconds = FIRST_LOOK_SECONDS
        while not stopping.wait(seconds):
            try:
                have_answered = look.run()
            except Misconfigured as refused:
                refusals.append(refused)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            except BotError as failed:
                log.warning("identity_unchecked", why=failed.message)
                have_answered = False
            seconds = LOOK_SECONDS if have_answered else min(seconds * 2, LOOK_SECONDS)

    thread = threading.Thread(target=work, name="identity", daemon=True)
    thread.start()
    try:
        yield
    except SystemExit:
        if refusals:
            raise refusals[0] from None
        raise
    finally:
        stopping.set()
        thread.join(STOPPING_SECONDS_MAX)
