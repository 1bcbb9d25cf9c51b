"""Sending the links to a whole balance (B4): one action per currency, everything in one message.

The sum is read again at each step. When it is another one by now, the preview is shown anew.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot import effects, mailing
from bot.access import Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import monotonic_seconds, real_now
from bot.errors import NotFound, Refused
from bot.money import Money
from bot.operations import send_balance_links
from bot.pay_links import LinkLine, content_of, read_link
from bot.queries.accounts import find_account
from bot.queries.addressees import Addressee, Addressees, Way, find_addressees
from bot.queries.asking import INVOICES_MAX, AskedInvoice, list_asked
from bot.queries.cards import AccountRef
from bot.views import action_values, actions
from bot.views.blocks import Message
from bot.views.forms import Form
from bot.views.letters import MailText
from bot.views.payment_links import (
    WAY,
    Asked,
    State,
    balance_form,
    link_preview,
    links_copied,
    nothing_to_pay,
    sending,
)
from bot.views.promise_words import pause_notes
from bot.views.text import account_name, count_text, invoice_name
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
from handlers.slack.ways import choices_of, find_way, list_ways, notes_on

# As many as a dialog can show, and as many as are read from Stripe at once.
COPIED_MAX, READ_AT_ONCE = 20, 8
# The account and the currency, the way's value, the number of the last time before, and the digest.
SUBJECT_PARTS = 5


@dataclass(frozen=True, slots=True)
class _Balance:
    """What an account may be asked for in a currency, and what is held."""

    account: AccountRef
    currency: str
    free: tuple[AskedInvoice, ...]
    held: tuple[AskedInvoice, ...]

    found: Addressees

    @property
    def lines(self) -> list[LinkLine]:
        """What is asked for, in the order of the message."""
        return [line_of(one) for one in self.free]

    @property
    def sum(self) -> Money:
        """What is asked for in all."""
        return Money(sum(one.row.remaining.minor for one in self.free), self.currency)

    @property
    def value(self) -> str:
        """What a button carries about it."""
        return action_values.format_balance_links(self.account.id, self.currency)

    def asked(self, recipient: str | None = None) -> Asked:
        """It in words."""
        return Asked(
            what=count_text(len(self.free), "invoice"),
            account=account_name(self.account),
            amount=self.sum,
            recipient=recipient,
            is_many=len(self.free) > 1,
        )


def ask_for_balance_links(ask: Ask, value: str) -> Message:
    """The dialog that asks whom the links go to; or that there is nothing to pay.

    Raises: NotFound for an account that this person may not see, NotAllowed where their role does
        not cover it, Refused for more invoices than one message can name.
    """
    balance = _balance(ask, value)
    if not balance.free:
        return nothing_to_pay(account_name(balance.account), _holds(balance))
    last = last_sent(ask, _subject(balance), send_balance_links.KIND)
    if last is not None and last.is_pending:
        raise Refused("The links are on their way already. Look again in a minute.")
    if last is not None and state_of(last) is State.IN_DOUBT:
        return outcome_of(last)
    return balance_form(
        balance.asked(),
        choices_of(_ways(ask, balance)),
        holds=_holds(balance),
        subject=balance.value,
        notes=_notes(ask, balance),
    )


def chose_balance_way(ask: Ask, submission: Submission) -> Message:
    """The next step: the fresh links, or what exactly goes out; raises as opening it does."""
    balance = _balance(ask, submission.subject)
    if not balance.free:
        return nothing_to_pay(account_name(balance.account), _holds(balance))
    chosen = submission.text(WAY)
    return _copied(ask, balance) if chosen == Way.COPY else _preview(ask, balance, chosen)


def confirmed_balance_links(ask: Ask, submission: Submission) -> Message:
    """The promise to send what was previewed; another preview where that has changed."""
    account, currency, place, after, digest = read_parts(submission.subject, SUBJECT_PARTS)
    balance = _balance(ask, f"{account}|{currency}")
    if not balance.free:
        return nothing_to_pay(account_name(balance.account), _holds(balance))
    addressee, language = find_way(_ways(ask, balance), place), balance.found.terms.language
    if digest != _digest(ask, balance, addressee):
        return _preview(ask, balance, place, has_changed=True)
    desk = ask.desk
    with desk.runtime.database.writing() as session:
        send_balance_links.request(
            session,
            ask.actor,
            desk.runtime.settings,
            send_balance_links.Sending(
                account_id=balance.account.id,
                currency=currency,
                what=f"{balance.asked().what} of {account_name(balance.account)}",
                lines=tuple(balance.lines),
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
        raise Refused("These links were sent while you looked at them. Nothing more is sent.")
    return sending(balance.asked(addressee.name))


def _balance(ask: Ask, value: str) -> _Balance:
    account_id, currency = action_values.parse_balance_links(value)
    with ask.desk.runtime.database.looking() as session:
        account = find_account(session, account_id, sight=ask.sight)
        if account is None:
            raise NotFound("There is no such account.")
        require_for(ask.actor, Permission.SEND_LINKS, account_id=account_id)
        asked = list_asked(session, account, currency, sight=ask.sight)
        free = tuple(one for one in asked if one.hold is None)
        at_stripe = {one.email: one.customer_id for one in reversed(free) if one.email}
        found = find_addressees(session, account_id, at_stripe=list(reversed(at_stripe.items())))
    if len(asked) > INVOICES_MAX:
        raise Refused(
            f"{account_name(account)} has more than {INVOICES_MAX} open invoices. Send their links "
            "company by company, or from the invoices’ own cards."
        )
    return _Balance(
        account=account,
        currency=currency,
        free=free,
        held=tuple(one for one in asked if one.hold is not None),
        found=found,
    )


def _holds(balance: _Balance) -> list[str]:
    return [f"{invoice_name(one.row)}: {one.hold}" for one in balance.held]


def _subject(balance: _Balance) -> str:
    return send_balance_links.subject_of(balance.account.id, balance.currency)


def _ways(ask: Ask, balance: _Balance) -> dict[str, Addressee]:
    return list_ways(balance.found, has_mail=mailing.has_mail(ask.desk.runtime.settings))


def _notes(ask: Ask, balance: _Balance) -> list[str]:
    notes = [*pause_notes(one.pause for one in balance.free), *notes_on(balance.found)]
    if not mailing.has_mail(ask.desk.runtime.settings):
        notes.append("Several links in one e-mail need a mail server here: SMTP_URL is not set.")
    elif not balance.found.mails:
        notes.append("No e-mail address of these customers is known, here or at Stripe.")
    return notes


def _preview(ask: Ask, balance: _Balance, place: str, *, has_changed: bool = False) -> Message:
    addressee = find_way(_ways(ask, balance), place)
    last = last_sent(ask, _subject(balance), send_balance_links.KIND)
    digest = _digest(ask, balance, addressee)
    subject = "|".join((balance.value, place, str(last.id if last else 0), digest))
    form = Form(actions.CONFIRM_BALANCE_LINKS, "Send", subject=subject)
    content = _content(ask, balance, addressee)
    asked = balance.asked(addressee.name)
    return link_preview(asked, addressee.way, content, form=form, has_changed=has_changed)


def _content(ask: Ask, balance: _Balance, addressee: Addressee) -> MailText | Message | None:
    language = balance.found.terms.language
    return content_of(ask.desk.runtime, balance.lines, addressee.way, language)


def _digest(ask: Ask, balance: _Balance, addressee: Addressee) -> str:
    content = _content(ask, balance, addressee)
    return digest_of(addressee.way.value, addressee.to, *words_of(content))


def _copied(ask: Ask, balance: _Balance) -> Message:
    if len(balance.free) > COPIED_MAX:
        raise Refused(f"More than {COPIED_MAX} links can’t be shown at once. Send them by e-mail.")
    runtime, lines = ask.desk.runtime, balance.lines
    patient_until = monotonic_seconds() + STRIPE_SECONDS_MAX

    def read_all() -> list[str]:
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            return list(
                pool.map(lambda line: read_link(runtime, line, patient_until=patient_until), lines)
            )

    urls = ask_stripe(ask, read_all, patient_until)
    deed = Deed(
        send_balance_links.KIND,
        Stage.DONE,
        acting(ask.actor, Permission.SEND_LINKS, account_id=balance.account.id),
        Subject("account", str(balance.account.id)),
        account_id=balance.account.id,
        details={"way": Way.COPY.value, "invoices": [line.invoice_id for line in lines]},
    )
    with runtime.database.writing() as session:
        record(session, runtime.settings, deed, now=real_now())
    links = [(line.name, url) for line, url in zip(lines, urls, strict=True)]
    return links_copied(balance.asked(), links)
