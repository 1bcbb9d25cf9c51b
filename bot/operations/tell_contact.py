"""Tell somebody at a customer by e-mail that it has changed whom we write to there."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from bot import effects, mailing
from bot.audit.deeds import By, Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.errors import Refused
from bot.mail_api import Mail
from bot.operations import announce
from bot.pay_links import language_of, sender_name
from bot.queries.contacts import ContactLine
from bot.queries.terms import find_terms
from bot.slack_posting import Place
from bot.views.account import contact_untold
from bot.views.contact_mail import News, contact_mail

KIND = "tell_contact"
KEY_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell what, about which account."""

    account_id: int
    account: str
    contact: ContactLine
    news: News


def request(
    session: Session, telling: Telling, *, key: str, asked_by: str, now: datetime
) -> effects.Effect:
    """Promise the mail; `key` names the change and the person, and the same one is one mail."""
    terms = find_terms(session, [telling.account_id])[telling.account_id]
    # An address may be longer than a key can be.
    named = sha256(key.encode()).hexdigest()[:KEY_CHARACTERS]
    return effects.promise(
        session,
        kind=KIND,
        subject=f"account:{telling.account_id}",
        key=f"{KIND}:{telling.account_id}:{named}",
        now=now,
        lane=mailing.LANE,
        payload={
            "what": f"whom {telling.account} is written to",
            "account": telling.account_id,
            "name": telling.account,
            "news": telling.news.value,
            "recipient": telling.contact.email,
            "about": telling.contact.about,
            "language": terms.language.value,
        },
        asked_by=asked_by,
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Send it, unless it may have left before."""
    if effect.may_have_happened and mailing.is_in_doubt(effect, means.runtime):
        return effects.Unknown(mailing.IN_DOUBT, is_final=True)
    settings = means.runtime.settings
    written = contact_mail(
        News(effect.payload["news"]),
        account=effect.payload["name"],
        support=settings.support_email or settings.support_phone,
        sender=sender_name(means.runtime),
        language=language_of(effect.payload),
    )
    mail = Mail(
        key=effect.key,
        recipient=effect.payload["recipient"],
        subject=written.subject,
        text=written.text,
        html=written.html,
    )
    try:
        return mailing.hand_over(effect, means, mail)
    except Refused as refused:
        return effects.Refused(refused.message, needs_look=False)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record it; whoever changed the contacts hears of one who could not be told."""
    told = effect.payload
    is_done = isinstance(outcome, effects.Done)
    why = "" if isinstance(outcome, effects.Done) else outcome.why
    deed = Deed(
        KIND,
        Stage.SETTLED if is_done else Stage.FAILED,
        By(effect.asked_by or "", basis=""),
        Subject("account", str(told["account"])),
        account_id=told["account"],
        details={
            "news": told["news"],
            "recipient": Private(told["recipient"], about=told["about"]),
        }
        | ({} if is_done else {"why": why}),
    )
    record(session, means.runtime.settings, deed, now=now)
    if is_done or effect.asked_by is None:
        return
    message = contact_untold(told["name"], told["recipient"], why)
    key = f"{effect.key}:{effect.attempts}"
    announce.request(session, Place(effect.asked_by), message, key=key, now=now)
