"""Sending a payment link (B3): the way, the preview, the promise, and what came of it.

Each step reads the invoice anew. What was previewed is named by a digest, so that what goes out is
what somebody has seen, or nothing.
"""

import hashlib
from datetime import datetime

from bot import effects, mailing
from bot.access import Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import monotonic_seconds, real_now
from bot.errors import BadRequest, Refused
from bot.operations import decide_mail, send_payment_link
from bot.pay_links import LinkLine, read_link, write_mail
from bot.queries.asking import AskedInvoice, get_asked
from bot.views import actions
from bot.views.blocks import Message
from bot.views.forms import Form
from bot.views.mail import MailText
from bot.views.payment_links import (
    WAY,
    Asked,
    LastSent,
    State,
    Way,
    link_form,
    link_outcome,
    link_preview,
    links_copied,
    mail_decided,
    sending,
)
from bot.views.text import account_name, invoice_name
from handlers.slack.context import Ask
from handlers.slack.documents import ask_stripe
from handlers.slack.requests import Submission

# What somebody who wants to copy a link waits for Stripe; Slack takes three seconds in all.
STRIPE_SECONDS_MAX = 2.0
DIGEST_CHARACTERS = 16
# The invoice, the way, the number of the last time before, and the digest.
SUBJECT_PARTS = 4


def ask_for_payment_link(ask: Ask, value: str) -> Message:
    """The dialog that asks which way the link goes.

    Raises: NotFound for an invoice that this person may not see, NotAllowed where their role does
        not cover it, Refused for one that nobody is to be asked for.
    """
    asked = _allowed(ask, actions.parse_show_invoice(value))
    last = _last(ask, asked)
    if last is not None and last.is_pending:
        raise Refused("A link for this invoice is on its way already. Look again in a minute.")
    if last is not None and _state_of(last) is State.IN_DOUBT:
        return _outcome(last)
    return _form(ask, asked)


def chose_way(ask: Ask, submission: Submission) -> Message:
    """The next step by the way that was chosen: the fresh link, or what exactly goes out.

    Raises: what ask_for_payment_link raises; Unavailable when Stripe is silent.
    """
    asked = _allowed(ask, actions.parse_show_invoice(submission.subject))
    way = _way(ask, asked, submission.text(WAY))
    return _copied(ask, asked) if way is Way.COPY else _preview(ask, asked, way)


def confirmed_payment_link(ask: Ask, submission: Submission) -> Message:
    """The promise to send what was previewed; another preview where that has changed.

    Raises: what ask_for_payment_link raises.
    """
    invoice_id, way_text, after, digest = _read_subject(submission.subject)
    asked = _allowed(ask, invoice_id)
    way = _way(ask, asked, way_text)
    if digest != _digest(asked, way, _mail_of(ask, asked, way)):
        return _preview(ask, asked, way)
    desk = ask.desk
    with desk.runtime.database.writing() as session:
        send_payment_link.request(
            session,
            ask.actor,
            desk.runtime.settings,
            send_payment_link.Sending(
                account_id=asked.row.account.id,
                customer_id=asked.customer_id,
                line=_line_of(asked),
                way=way,
                recipient=asked.email or "",
                after=after,
                asked_at=ask.sight.now,
            ),
            press=submission.view_id,
            now=real_now(),
        )
        is_own = effects.find_by_press(session, submission.view_id) is not None
    if not is_own:
        raise Refused("This link was sent while you looked at it. Nothing more is sent.")
    return sending(_words_of(asked))


def show_link_outcome(ask: Ask, submission: Submission) -> Message | None:
    """What came of the promise; None while nobody knows."""
    with ask.desk.runtime.database.reading() as session:
        effect = effects.find_by_press(session, submission.view_id)
    if effect is None or effect.is_pending:
        return None
    return _outcome(effect)


def send_again(ask: Ask, value: str) -> Message:
    """Send a mail again of which nobody knows whether it has arrived."""
    return _decide(ask, value, is_again=True)


def has_arrived(ask: Ask, value: str) -> Message:
    """Let such a mail be."""
    return _decide(ask, value, is_again=False)


def _decide(ask: Ask, value: str, *, is_again: bool) -> Message:
    effect_id = actions.parse_effect(value)
    with ask.desk.runtime.database.writing() as session:
        was_open = decide_mail.request(
            session,
            ask.actor,
            ask.desk.runtime.settings,
            effect_id=effect_id,
            is_again=is_again,
            now=real_now(),
        )
    return mail_decided(is_again=is_again, was_open=was_open)


def _allowed(ask: Ask, invoice_id: str) -> AskedInvoice:
    with ask.desk.runtime.database.looking() as session:
        asked = get_asked(session, invoice_id, sight=ask.sight)
    require_for(ask.actor, Permission.SEND_LINKS, account_id=asked.row.account.id)
    name = invoice_name(asked.row)
    if not asked.is_owed:
        raise Refused(f"Invoice {name} is {asked.row.status_text}: there is nothing to pay.")
    if asked.hold is not None:
        raise Refused(f"Nobody is asked for invoice {name} now: {asked.hold}.")
    return asked


def _outcome(effect: effects.Effect) -> Message:
    return link_outcome(
        effect.payload["what"],
        _state_of(effect),
        recipient=effect.payload["recipient"],
        why=effect.why or "",
        effect_id=effect.id,
    )


def _form(ask: Ask, asked: AskedInvoice) -> Message:
    settings, email = ask.desk.runtime.settings, asked.email
    ways = _ways(ask, asked)
    note = ""
    if not email:
        note = "Stripe has no e-mail address of this customer, so nothing can be sent by e-mail."
    elif not mailing.has_mail(settings) and asked.is_automatic:
        note = "Stripe sends no e-mail for invoices that it charges automatically."
    last = _last_of(ask, asked)
    return link_form(_words_of(asked), ways, subject=asked.row.id, last=last, note=note)


def _ways(ask: Ask, asked: AskedInvoice) -> list[Way]:
    """The ways that are possible, the best first: our own mail, else Stripe's, and to copy."""
    ways = [Way.COPY]
    if asked.email and mailing.has_mail(ask.desk.runtime.settings):
        return [Way.MAIL, *ways]
    # Source: docs.stripe.com/api/invoices/send, read 2026-11: not for automatic collection.
    if asked.email and not asked.is_automatic:
        return [Way.STRIPE, *ways]
    return ways


def _way(ask: Ask, asked: AskedInvoice, text: str) -> Way:
    if text not in _ways(ask, asked):
        raise BadRequest("That way is not possible for this invoice. Choose another one.")
    return Way(text)


def _copied(ask: Ask, asked: AskedInvoice) -> Message:
    desk, line = ask.desk, _line_of(asked)
    patient_until = monotonic_seconds() + STRIPE_SECONDS_MAX
    url = ask_stripe(
        ask,
        lambda: read_link(desk.runtime, line, patient_until=patient_until),
        patient_until,
    )
    account_id = asked.row.account.id
    deed = Deed(
        send_payment_link.KIND,
        Stage.DONE,
        acting(ask.actor, Permission.SEND_LINKS, account_id=account_id),
        Subject("invoice", asked.row.id),
        account_id=account_id,
        details={"way": Way.COPY.value},
    )
    with desk.runtime.database.writing() as session:
        record(session, desk.runtime.settings, deed, now=real_now())
    return links_copied(_words_of(asked), [(line.name, url)])


def _preview(ask: Ask, asked: AskedInvoice, way: Way) -> Message:
    mail = _mail_of(ask, asked, way)
    after = _number_of_last(ask, asked)
    subject = "|".join((asked.row.id, way.value, str(after), _digest(asked, way, mail)))
    form = Form(actions.CONFIRM_PAYMENT_LINK, "Send", subject=subject)
    return link_preview(_words_of(asked), way, mail, form=form)


def _read_subject(subject: str) -> tuple[str, str, int, str]:
    parts = subject.split("|")
    if len(parts) != SUBJECT_PARTS or not parts[2].isdecimal():
        raise BadRequest("This dialog is not understood any more. Open it anew.")
    return actions.parse_show_invoice(parts[0]), parts[1], int(parts[2]), parts[3]


def _mail_of(ask: Ask, asked: AskedInvoice, way: Way) -> MailText | None:
    if way is not Way.MAIL:
        return None
    return write_mail(ask.desk.runtime, [_line_of(asked)])


def _digest(asked: AskedInvoice, way: Way, mail: MailText | None) -> str:
    """A fingerprint of what goes out, to whom."""
    seen = (way.value, asked.email or "", mail.subject if mail else "", mail.text if mail else "")
    told = "\n".join((*seen, str(asked.row.remaining)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:DIGEST_CHARACTERS]


def _line_of(asked: AskedInvoice) -> LinkLine:
    return LinkLine(
        invoice_id=asked.row.id,
        name=invoice_name(asked.row),
        amount=asked.row.remaining,
        due_on=asked.due_on,
        days_late=asked.row.days_late,
    )


def _words_of(asked: AskedInvoice) -> Asked:
    return Asked(
        what=f"invoice {invoice_name(asked.row)}",
        account=account_name(asked.row.account),
        amount=asked.row.remaining,
        recipient=asked.email,
    )


def _last(ask: Ask, asked: AskedInvoice) -> effects.Effect | None:
    subject = send_payment_link.subject_of(asked.row.id)
    with ask.desk.runtime.database.reading() as session:
        return effects.find_last(session, subject, kind=send_payment_link.KIND)


def _number_of_last(ask: Ask, asked: AskedInvoice) -> int:
    last = _last(ask, asked)
    return last.id if last else 0


def _last_of(ask: Ask, asked: AskedInvoice) -> LastSent | None:
    last = _last(ask, asked)
    if last is None or _state_of(last) is not State.SENT:
        return None
    at = datetime.fromisoformat(last.payload["asked_at"])
    return LastSent(last.asked_by, at, asked.row.account.time_zone)


def _state_of(effect: effects.Effect) -> State:
    if effect.state in {"done", "dismissed"}:
        return State.SENT
    if effect.state == "refused":
        return State.REFUSED
    return State.IN_DOUBT if effect.why == mailing.IN_DOUBT else State.FAILED
