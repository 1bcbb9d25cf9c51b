"""Sending a payment link (B3): the way, the preview, the promise, and what came of it.

Each step reads the invoice anew. What was previewed is named by a digest, so that what goes out is
what somebody has seen, or nothing.
"""

from datetime import datetime

from bot import effects, mailing
from bot.access import Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import monotonic_seconds, real_now
from bot.errors import BadRequest, Refused
from bot.operations import decide_mail, send_payment_link
from bot.pay_links import read_link, write_mail
from bot.queries.asking import AskedInvoice, get_asked
from bot.views import action_values, actions
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
    link_preview,
    links_copied,
    mail_decided,
    sending,
)
from bot.views.text import account_name, invoice_name
from handlers.slack.context import Ask
from handlers.slack.documents import ask_stripe
from handlers.slack.requests import Submission
from handlers.slack.sending import (
    STRIPE_SECONDS_MAX,
    digest_of,
    last_sent,
    line_of,
    outcome_of,
    read_parts,
    state_of,
)

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
    if last is not None and state_of(last) is State.IN_DOUBT:
        return outcome_of(last)
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
    invoice_id, way_text, after, digest = read_parts(submission.subject, SUBJECT_PARTS)
    asked = _allowed(ask, actions.parse_show_invoice(invoice_id))
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
                line=line_of(asked),
                way=way,
                recipient=asked.email or "",
                after=int(after),
                asked_at=ask.sight.now,
            ),
            press=submission.view_id,
            now=real_now(),
        )
        is_own = effects.find_by_press(session, submission.view_id) is not None
    if not is_own:
        raise Refused("This link was sent while you looked at it. Nothing more is sent.")
    return sending(_words_of(asked))


def send_again(ask: Ask, value: str) -> Message:
    """Send a mail again of which nobody knows whether it has arrived."""
    return _decide(ask, value, is_again=True)


def has_arrived(ask: Ask, value: str) -> Message:
    """Let such a mail be."""
    return _decide(ask, value, is_again=False)


def _decide(ask: Ask, value: str, *, is_again: bool) -> Message:
    effect_id = action_values.parse_effect(value)
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


def _form(ask: Ask, asked: AskedInvoice) -> Message:
    settings, email = ask.desk.runtime.settings, asked.email
    ways = _ways(ask, asked)
    note = ""
    if not email:
        note = "Stripe has no e-mail address of this customer, so nothing can be sent by e-mail."
    elif not mailing.has_mail(settings) and asked.is_automatic:
        note = "Stripe sends no e-mail for invoices that it charges automatically."
    last = _last_words(ask, asked)
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
    desk, line = ask.desk, line_of(asked)
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
    last = _last(ask, asked)
    after = str(last.id if last else 0)
    subject = "|".join((asked.row.id, way.value, after, _digest(asked, way, mail)))
    form = Form(actions.CONFIRM_PAYMENT_LINK, "Send", subject=subject)
    return link_preview(_words_of(asked), way, mail, form=form)


def _mail_of(ask: Ask, asked: AskedInvoice, way: Way) -> MailText | None:
    if way is not Way.MAIL:
        return None
    return write_mail(ask.desk.runtime, [line_of(asked)])


def _words_of(asked: AskedInvoice) -> Asked:
    return Asked(
        what=f"invoice {invoice_name(asked.row)}",
        account=account_name(asked.row.account),
        amount=asked.row.remaining,
        recipient=asked.email,
    )


def _last(ask: Ask, asked: AskedInvoice) -> effects.Effect | None:
    subject = send_payment_link.subject_of(asked.row.id)
    return last_sent(ask, subject, send_payment_link.KIND)


def _digest(asked: AskedInvoice, way: Way, mail: MailText | None) -> str:
    words = (mail.subject, mail.text) if mail else ()
    return digest_of(way.value, asked.email or "", str(asked.row.remaining), *words)


def _last_words(ask: Ask, asked: AskedInvoice) -> LastSent | None:
    last = _last(ask, asked)
    if last is None or state_of(last) is not State.SENT:
        return None
    at = datetime.fromisoformat(last.payload["asked_at"])
    return LastSent(last.asked_by, at, asked.row.account.time_zone)
