"""Handing a promised mail over, once: whatever may have left is never sent again by itself.

No mail server can be asked whether it has a mail. So what is about to be handed over is written
down first, and only a definite no takes that back; whoever finds it there later asks a person.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot import effects
from bot.clock import real_now
from bot.database import insert_into
from bot.errors import BotError, Misconfigured
from bot.mail_api import Mail, MailInDoubt, send_mail
from bot.models import Effect, MailAttempt
from bot.runtime import Runtime
from bot.setting_values import parse_mail_address, parse_smtp_url
from bot.settings import Settings

LANE = "mail"
IN_DOUBT = "The mail server did not say whether it took the mail."

_ATTEMPTS: Any = MailAttempt.__table__


def has_mail(settings: Settings) -> bool:
    """Whether mail of our own words can be sent."""
    return bool(settings.smtp_url.get_secret_value())


def hand_over(effect: effects.Effect, means: effects.Means, mail: Mail) -> effects.Outcome:
    """Give the mail of an effect to the mail server, unless it may have it already.

    Raises: what send_mail raises of mails that have certainly not been sent.
    """
    runtime, now = means.runtime, real_now()
    url = runtime.settings.smtp_url.get_secret_value()
    if not url:
        raise Misconfigured("SMTP_URL is not set any more, so no mail can be sent.")
    if not _begin(runtime, effect, now=now):
        return effects.Unknown(IN_DOUBT, is_final=True)
    sender = parse_mail_address(runtime.settings.mail_from)
    try:
        send_mail(parse_smtp_url(url), sender, mail, now=now)
    except MailInDoubt:
        return effects.Unknown(IN_DOUBT, is_final=True)
    except BotError:
        _take_back(runtime, effect)
        raise
    return effects.Done()


def is_in_doubt(effect: effects.Effect, runtime: Runtime) -> bool:
    """Whether the mail of an effect may have left, and no person has asked for it once more."""
    found = select(_ATTEMPTS.c.key).where(
        _ATTEMPTS.c.key == effect.key, _ATTEMPTS.c.attempts_max >= effect.attempts_max
    )
    with runtime.database.looking() as reading:
        return reading.connection().execute(found).first() is not None


def _begin(runtime: Runtime, effect: effects.Effect, *, now: datetime) -> bool:
    """Write down that the mail is about to leave; False where it may have left before."""
    with runtime.database.writing() as session:
        told = {"attempts_max": effect.attempts_max, "begun_at": now}
        new = insert_into(session, _ATTEMPTS).values(key=effect.key, **told)
        begun = new.on_conflict_do_update(
            index_elements=[_ATTEMPTS.c.key],
            set_=told,
            where=_ATTEMPTS.c.attempts_max < effect.attempts_max,
        ).returning(_ATTEMPTS.c.key)
        return session.execute(begun).first() is not None


def _take_back(runtime: Runtime, effect: effects.Effect) -> None:
    with runtime.database.writing() as session:
        session.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.key == effect.key))


def purge_attempts(session: Session, *, before: datetime, limit: int) -> int:
    """Forget attempts of long ago whose promise is forgotten, at most so many; how many."""
    is_wanted = exists().where(Effect.key == MailAttempt.key)
    old = select(MailAttempt.key).where(MailAttempt.begun_at < before, ~is_wanted).limit(limit)
    gone = delete(MailAttempt).where(MailAttempt.key.in_(old.scalar_subquery()))
    return len(session.execute(gone.returning(MailAttempt.key)).all())
