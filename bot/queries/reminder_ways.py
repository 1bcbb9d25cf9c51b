"""To whom a reminder goes, by what the account prefers and what is possible here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.database import Reading
from bot.models import Customer
from bot.queries.addressees import Addressee, Way
from bot.queries.contacts import KnownFrom, list_contacts
from bot.queries.invoice_rows import INVOICES
from bot.queries.terms import Preference, Terms

# People of one account that get a letter each.
LETTERS_MAX = 5

_CUSTOMERS = Customer.__table__
# No join: the conditions on what is owed name columns that customers have too.
EMAIL = (
    select(_CUSTOMERS.c.email)
    .where(_CUSTOMERS.c.id == INVOICES.c.customer_id)
    .correlate(INVOICES)
    .scalar_subquery()
)

# An invoice's id, its customer's, the address that Stripe has of that, and whether it is automatic.
Meant = tuple[str, str, str | None, bool]


@dataclass(frozen=True, slots=True)
class Target:
    """Where one message goes, and which invoices it is about."""

    addressee: Addressee
    invoice_ids: tuple[str, ...]


def list_targets(
    session: Reading,
    meant: Mapping[int, Sequence[Meant]],
    terms: Mapping[int, Terms],
    *,
    has_mail: bool,
) -> dict[int, list[Target]]:
    """For each of these accounts the messages that go out; why_unreached() has the others."""
    contacts = list_contacts(session, list(meant)) if meant else {}
    found: dict[int, list[Target]] = {}
    for account_id, some in meant.items():
        own = terms[account_id]
        named = [
            Addressee(Way.MAIL, one.email, one.email, one.about)
            for one in contacts[account_id]
            if one.known_from is not KnownFrom.STRIPE
        ]
        targets = [*_posts(own, some)]
        if own.preference in {Preference.MAIL, Preference.BOTH}:
            targets += _letters(named, some) if has_mail else _by_stripe(some)
        found[account_id] = targets
    return found


def why_unreached(terms: Terms, meant: Meant, *, has_mail: bool) -> str:
    """Why nobody is written to about an invoice that no target has."""
    _, _, email, is_automatic = meant
    if terms.preference is Preference.SLACK:
        return "its channel is not set, or belongs to another customer by now"
    if not has_mail and is_automatic:
        return "Stripe collects it by itself and sends no reminder of it"
    if not email:
        return "no e-mail address is known" + (", here or at Stripe" if has_mail else " at Stripe")
    return f"more than {LETTERS_MAX} addresses are not written to at once"


def _posts(terms: Terms, meant: Sequence[Meant]) -> list[Target]:
    kept = terms.channel
    wants_it = terms.preference in {Preference.SLACK, Preference.BOTH}
    if not wants_it or kept is None or not kept.is_theirs:
        return []
    channel = Addressee(Way.SLACK, kept.id, f"#{kept.name}")
    return [Target(channel, tuple(one[0] for one in meant))]


def _letters(named: Sequence[Addressee], meant: Sequence[Meant]) -> list[Target]:
    """A letter to each contact; without contacts, one to each address about its own invoices."""
    if named:
        ids = tuple(one[0] for one in meant)
        return [Target(one, ids) for one in named[:LETTERS_MAX]]
    by_address: dict[str, tuple[str, list[str]]] = {}
    for invoice_id, customer_id, email, _ in meant:
        if email:
            by_address.setdefault(email, (customer_id, []))[1].append(invoice_id)
    return [
        Target(Addressee(Way.MAIL, email, email, about), tuple(ids))
        for email, (about, ids) in list(by_address.items())[:LETTERS_MAX]
    ]


def _by_stripe(meant: Sequence[Meant]) -> list[Target]:
    """Stripe's own sending: one for each invoice that it does not collect by itself."""
    return [
        Target(Addressee(Way.STRIPE, email, email, customer_id), (invoice_id,))
        for invoice_id, customer_id, email, is_automatic in meant
        if email and not is_automatic
    ]
