"""One claimed effect from its call to its end: perform, then settle, each at its own risk.

Perform has no transaction open. Settle is one transaction: what the operation writes, and how the
effect has ended. A process that dies between the two performs again, with the same key.
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.database_clock import database_now
from bot.effects import lanes, queue
from bot.effects.outcomes import Done, Outcome, Refused, Unknown
from bot.effects.promises import Effect
from bot.effects.queue import Claim
from bot.errors import BotError, Misconfigured, ToldToWait, Unavailable
from bot.models import Deployment
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.stripe_failures import StripeFailed
from bot.telemetry import effects_settled_total, get_logger

log = get_logger("effects")

# Between tries to write down what has happened, before it is left to the lease.
SETTLE_SECONDS = (0.0, 0.1, 0.5, 2.0)
# While a token or a key is refused, its service is left alone for this long.
MISCONFIGURED_SECONDS = 60.0
# After so many attempts without an answer, some seconds, the operators are told.
ATTEMPTS_QUIET = 4
FAILING = "effects_failing"
SIMPLER = "slack_blocks_refused"


@dataclass(frozen=True, slots=True)
class Means:
    """What a call is made with: the doors to the outside, and the database to read in."""

    runtime: Runtime
    slack: SlackAPI
    deployment: Deployment


class Operation(Protocol):
    """What a module of bot.operations offers to the queue."""

    def perform(self, effect: Effect, means: Means) -> Outcome:
        """Read what is needed, make one call that changes something, and say what came of it.

        An earlier attempt may have done it (`effect.may_have_happened`), under the same `call_key`
        or one before it: so look first. What is raised counts too: ToldToWait as not tried,
        Unavailable as Unknown, and what says no (Refused, NotFound, …) as Refused.
        """
        ...

    def settle(
        self, session: Session, effect: Effect, outcome: Outcome, *, means: Means, now: datetime
    ) -> None:
        """Write what came of it; Unknown only when nobody tries any more."""
        ...


@dataclass(frozen=True, slots=True)
class _Pause:
    """Nothing was done, and a lane is to be left alone for so long; `is_fault` for lack of a right.

    A pause that the service has asked for counts as no attempt.
    """

    why: str
    lane: str
    seconds: float
    is_fault: bool = False


def carry_out(means: Means, operations: Mapping[str, Operation], claim: Claim) -> None:
    """Perform what was claimed and write down what came of it; nothing is raised.

    What can't be written down stays leased; somebody finds it when the lease has run out.
    """
    outcome = _perform(means, operations, claim)
    try:
        _insist(claim, lambda: _write(means, operations, claim, outcome))
    except Exception as failed:
        log.exception("settle_crashed", effect=claim.effect.id, kind=claim.effect.kind)
        unwritten = Unknown(f"What came of it could not be written: {type(failed).__name__}")
        _insist(claim, lambda: _write(means, {}, claim, unwritten))


def _perform(means: Means, operations: Mapping[str, Operation], claim: Claim) -> Outcome | _Pause:
    effect = claim.effect
    if claim.is_beyond:
        return Unknown("The worker was lost each time.")
    try:
        return operations[effect.kind].perform(effect, means)
    except BotError as failed:
        return _judged(claim, failed)
    except Exception as failed:
        log.exception("perform_crashed", effect=effect.id, kind=effect.kind)
        return Unknown(f"It failed here: {type(failed).__name__}")


def _judged(claim: Claim, failed: BotError) -> Outcome | _Pause:
    """What an error of ours means for an effect."""
    match failed:
        case ToldToWait():
            return _Pause(failed.message, claim.lane, failed.retry_after_seconds)
        case Misconfigured():
            service = lanes.service_of(claim.lane)
            return _Pause(failed.message, service, MISCONFIGURED_SECONDS, is_fault=True)
        case StripeFailed():
            return Unknown(failed.message, spends_key=True)
        case Unavailable():
            return Unknown(failed.message)
        case _:
            return Refused(failed.message)


def _insist(claim: Claim, write: Callable[[], None]) -> None:
    """Write what came of a claim, trying again while the database does not answer."""
    for seconds in SETTLE_SECONDS:
        threading.Event().wait(seconds)
        try:
            write()
        except Unavailable as failed:
            log.warning("effect_unwritten", effect=claim.effect.id, why=failed.message)
        else:
            return


def _write(
    means: Means,
    operations: Mapping[str, Operation],
    claim: Claim,
    outcome: Outcome | _Pause,
) -> None:
    """Write what came of a claim, unless somebody else has taken it over meanwhile."""
    with means.runtime.database.writing() as session:
        if not queue.lock_own(session, claim):
            log.warning("effect_taken_over", effect=claim.effect.id, kind=claim.effect.kind)
            return
        now = database_now(session, real_now())
        if isinstance(outcome, _Pause):
            _pause(session, claim, outcome, now=now)
        elif isinstance(outcome, Unknown) and not (
            outcome.is_final or claim.is_last or claim.is_beyond
        ):
            _try_again(session, claim, outcome, now=now)
        else:
            operation = operations.get(claim.effect.kind)
            if operation is not None:
                operation.settle(session, claim.effect, outcome, means=means, now=now)
            _finish(session, claim, outcome, now=now)
    effects_settled_total.labels(claim.effect.kind, type(outcome).__name__.strip("_").lower()).inc()


def _pause(session: Session, claim: Claim, pause: _Pause, *, now: datetime) -> None:
    until = now + timedelta(seconds=pause.seconds)
    lanes.hold(session, pause.lane, until=until)
    if not pause.is_fault:
        queue.hand_back(session, [claim], due_at=until)
        return
    raise_alert(session, kind=FAILING, subject=pause.lane, detail=pause.why, now=now)
    if claim.is_last:
        queue.finish(session, claim, state="dead", now=now, why=pause.why)
    else:
        queue.try_again(session, claim, due_at=until, why=pause.why)


def _try_again(session: Session, claim: Claim, doubt: Unknown, *, now: datetime) -> None:
    full = min(queue.BACKOFF_SECONDS * 2 ** (claim.effect.attempts - 1), queue.BACKOFF_SECONDS_MAX)
    seconds = max(random.uniform(full / 2, full), doubt.again_seconds)
    log.warning("effect_unknown", effect=claim.effect.id, kind=claim.effect.kind, why=doubt.why)
    if claim.effect.attempts >= ATTEMPTS_QUIET:
        raise_alert(session, kind=FAILING, subject=_place_of(claim), detail=doubt.why, now=now)
    queue.try_again(
        session,
        claim,
        due_at=now + timedelta(seconds=seconds),
        why=doubt.why,
        spends_key=doubt.spends_key,
    )


def _finish(session: Session, claim: Claim, outcome: Outcome, *, now: datetime) -> None:
    effect = claim.effect
    if isinstance(outcome, Done):
        queue.finish(session, claim, state="done", now=now, why=None)
        clear_alert(session, kind=FAILING, subject=_place_of(claim), now=now)
        if outcome.refused_blocks is not None:
            detail = f"Slack says {outcome.refused_blocks}; a simpler form is shown instead."
            raise_alert(session, kind=SIMPLER, subject=effect.kind, detail=detail, now=now)
        return
    is_dead = isinstance(outcome, Unknown) or outcome.needs_look
    log.warning("effect_ended", effect=effect.id, kind=effect.kind, why=outcome.why)
    queue.finish(
        session,
        claim,
        state="dead" if is_dead else "refused",
        now=now,
        why=outcome.why,
        # Asked under the same key, Stripe would refuse it again, whatever has changed.
        spends_key=isinstance(outcome, Refused),
        is_doubtful=isinstance(outcome, Unknown),
    )


def _place_of(claim: Claim) -> str:
    """The service that a call goes to, by the name of its lane; its kind where it has none."""
    return lanes.service_of(claim.lane) or claim.effect.kind
