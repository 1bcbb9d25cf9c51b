"""Whom a request to pay can be sent to for an account, and which way each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.database import Reading
from bot.queries.contacts import KnownFrom, list_contacts
from bot.queries.terms import Preference, Terms, find_terms


class Way(StrEnum):
    """How a link reaches the customer."""

    MAIL = "mail"
    SLACK = "slack"
    STRIPE = "stripe"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody, or a channel, to send something to.

    Shape: `to` is an address or the id of a channel, `name` what people call it, and `about` by
        what the audit trail knows the person, "" for a channel.
    """

    way: Way
    to: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Addressees:
    """All of an account: by e-mail in the order of its contacts, and its own channel, if any.

    Shape: `are_contacts` unless the addresses are those that Stripe has.
    """

    terms: Terms
    mails: tuple[Addressee, ...]
    channel: Addressee | None
    are_contacts: bool

    @property
    def prefers_channel(self) -> bool:
        """Whether the account is written to in its channel first."""
        wanted = self.terms.preference in {Preference.SLACK, Preference.BOTH}
        return wanted and self.channel is not None

    @property
    def is_silent(self) -> bool:
        """Whether the account wants to hear nothing from us by itself."""
        return self.terms.is_silent


def find_addressees(
    session: Reading, account_id: int, *, at_stripe: Sequence[tuple[str, str]]
) -> Addressees:
    """Everybody that an account can be written to.

    `at_stripe` are the addresses of the customers whose invoices are meant, each with the
    customer's id: they stand in where there are no contacts.
    """
    terms = find_terms(session, [account_id])[account_id]
    contacts = [
        line
        for line in list_contacts(session, [account_id])[account_id]
        if line.known_from is not KnownFrom.STRIPE
    ]
    if contacts:
        mails = [Addressee(Way.MAIL, one.email, one.email, one.about) for one in contacts]
    else:
        mails = [Addressee(Way.MAIL, email, email, about) for email, about in at_stripe]
    kept = terms.channel
    channel = Addressee(Way.SLACK, kept.id, f"#{kept.name}") if kept and kept.is_theirs else None
    return Addressees(terms, tuple(mails), channel, are_contacts=bool(contacts))
