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
from bot.errors import Refused
from bot.operations import decide_mail, send_payment_link
from bot.pay_links import content_of, read_link
from bot.queries.addressees import Addressee, Addressees, Way, find_addressees
from bot.queries.asking import AskedInvoice, get_asked
from bot.queries.terms import Language
from bot.views import action_values, actions
from bot.views.blocks import Message
from bot.views.forms import Form
from bot.views.letters import MailText
from bot.views.payment_links import (
    WAY,
    Asked,
    LastSent,
    State,
    link_form,
    link_preview,
    links_copied,
    mail_decided,
    sending,
)
from bot.views.promise_words import pause_notes
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
    words_of,
)
from handlers.slack.ways import CONTACTS_UNUSED, COPY, choices_of, find_way, list_ways, notes_on

# The invoice, the way's value, the number of the last time before, and the digest.
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
    value = submission.text(WAY)
    addressee = find_way(_ways(ask, asked, _addressees(ask, asked)), value)
    return _copied(ask, asked) if addressee.way is Way.COPY else _preview(ask, asked, value)


def confirmed_payment_link(ask: Ask, submission: Submission) -> Message:
    """The promise to send what was previewed; another preview where that has changed.

    Raises: what ask_for_payment_link raises.
    """
    invoice_id, value, after, digest = read_parts(submission.subject, SUBJECT_PARTS)
    asked = _allowed(ask, actions.parse_show_invoice(invoice_id))
    found = _addressees(ask, asked)
    addressee = find_way(_ways(ask, asked, found), value)
    language = found.terms.language
    if digest != _digest(asked, addressee, _content(ask, asked, addressee, language)):
        return _preview(ask, asked, value, has_changed=True)
    desk = ask.desk
    with desk.runtime.database.writing() as session:
        send_payment_link.request(
            session,
            ask.actor,
            desk.runtime.settings,
            send_payment_link.Sending(
                account_id=asked.row.account.id,
                line=line_of(asked),
                addressee=addressee,
                language=language,
                after=int(after),
                asked_at=ask.sight.now,
            ),
            press=submission.view_id,
            now=real_now(),
        )
        is_own = effects.find_by_press(session, submission.view_id) is not None
    if not is_own:
        raise Refused("This link was sent while you looked at it. Nothing more is sent.")
    return sending(_words_of(asked, addressee))


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
    found = _addressees(ask, asked)
    has_mail = mailing.has_mail(ask.desk.runtime.settings)
    notes = [*pause_notes([asked.pause]), *notes_on(found)]
    if not has_mail and found.are_contacts:
        notes.append(CONTACTS_UNUSED)
    if not has_mail and asked.is_automatic:
        notes.append("Stripe sends no e-mail for invoices that it charges automatically.")
    elif not has_mail and not asked.email:
        notes.append("Stripe has no e-mail address of this customer.")
    elif has_mail and not found.mails:
        notes.append("No e-mail address of this customer is known, here or at Stripe.")
    return link_form(
        _words_of(asked),
        choices_of(_ways(ask, asked, found)),
        subject=asked.row.id,
        last=_last_words(ask, asked),
        notes=notes,
    )


def _addressees(ask: Ask, asked: AskedInvoice) -> Addressees:
    at_stripe = [(asked.email, asked.customer_id)] if asked.email else []
    with ask.desk.runtime.database.looking() as session:
        return find_addressees(session, asked.row.account.id, at_stripe=at_stripe)


def _ways(ask: Ask, asked: AskedInvoice, found: Addressees) -> dict[str, Addressee]:
    """The ways that are possible: our own mail, else Stripe's, the channel, and to copy."""
    # Source: docs.stripe.com/api/invoices/send, read 2026-11: not for automatic collection.
    by_stripe = None if asked.is_automatic else asked.email
    has_mail = mailing.has_mail(ask.desk.runtime.settings)
    return list_ways(found, has_mail=has_mail, by_stripe=by_stripe)


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


def _preview(ask: Ask, asked: AskedInvoice, value: str, *, has_changed: bool = False) -> Message:
    found = _addressees(ask, asked)
    addressee = find_way(_ways(ask, asked, found), value)
    content = _content(ask, asked, addressee, found.terms.language)
    last = _last(ask, asked)
    after = str(last.id if last else 0)
    subject = "|".join((asked.row.id, value, after, _digest(asked, addressee, content)))
    form = Form(actions.CONFIRM_PAYMENT_LINK, "Send", subject=subject)
    words = _words_of(asked, addressee)
    return link_preview(words, addressee.way, content, form=form, has_changed=has_changed)


def _content(
    ask: Ask, asked: AskedInvoice, addressee: Addressee, language: Language
) -> MailText | Message | None:
    """What goes out, but for the link itself; None for what Stripe words."""
    return content_of(ask.desk.runtime, [line_of(asked)], addressee.way, language)


def _words_of(asked: AskedInvoice, addressee: Addressee = COPY) -> Asked:
    return Asked(
        what=f"invoice {invoice_name(asked.row)}",
        account=account_name(asked.row.account),
        amount=asked.row.remaining,
        recipient=addressee.name,
    )


def _last(ask: Ask, asked: AskedInvoice) -> effects.Effect | None:
    subject = send_payment_link.subject_of(asked.row.id)
    return last_sent(ask, subject, send_payment_link.KIND)


def _digest(asked: AskedInvoice, addressee: Addressee, content: MailText | Message | None) -> str:
    where = (addressee.way.value, addressee.to, str(asked.row.remaining))
    return digest_of(*where, *words_of(content))


def _last_words(ask: Ask, asked: AskedInvoice) -> LastSent | None:
    last = _last(ask, asked)
    if last is None or state_of(last) is not State.SENT:
        return None
    at = datetime.fromisoformat(last.payload["asked_at"])
    return LastSent(last.asked_by, at, asked.row.account.time_zone)
