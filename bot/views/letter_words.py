"""Every word that customers are written, in each language, in one place.

A language is one table below. What is in braces is filled in by bot.views.letters, which knows how
the language writes days, amounts and counts; names from outside stand in braces only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.queries.terms import Language


@dataclass(frozen=True, slots=True)
class Words:
    """What letters are made of in one language.

    Shape: `amount` has {code} and {digits}, `day` has {day}, {month} and {year}.
    """

    months: tuple[str, ...]
    day: str
    amount: str
    group: str
    point: str
    invoice: tuple[str, str]
    days: tuple[str, str]
    more: str
    hello: str
    closing: str
    closing_here: str
    # An invoice in a line of its own, and what stands behind its name.
    name: str
    due: str
    due_late: str
    # The request to pay, of one invoice and of several.
    one_subject: str
    one_opening: str
    one_link: str
    button: str
    several_subject: str
    several_opening: str
    to_pay_for: str
    pay: str
    link_here: str
    # News about who is written to.
    contact_subject: str
    contact_added: str
    contact_removed: str
    contact_changed: str
    contact_doubt: str
    contact_doubt_to: str


ENGLISH = Words(
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    day="{day} {month} {year}",
    amount="{code} {digits}",
    group=",",
    point=".",
    invoice=("{count} invoice", "{count} invoices"),
    days=("{count} day", "{count} days"),
    more="and {count} more",
    hello="Hello,",
    closing=(
        "If you have paid in the meantime, thank you: there is nothing left to do. If something "
        "is not right, please answer this e-mail."
    ),
    closing_here=(
        "If you have paid in the meantime, thank you: there is nothing left to do. If something "
        "is not right, please tell us here."
    ),
    name="Invoice {name}",
    due=" (due {day})",
    due_late=" (due {day}, {days} ago)",
    one_subject="Invoice {name}: {amount} to pay",
    one_opening="{amount} is to be paid for invoice {facts}.",
    one_link="You can see the invoice and pay it here:",
    button="See the invoice and pay",
    several_subject="{count}: {amount} to pay",
    several_opening="{amount} is to be paid for {count}. Each has a page of its own:",
    to_pay_for="to pay for {count}",
    pay="Pay",
    link_here="(the link, fresh from Stripe, stands here)",
    contact_subject="Who hears from us about the billing of {account}",
    contact_added="From now on we write to this address about the billing of {account}.",
    contact_removed=(
        "From now on we no longer write to this address about the billing of {account}."
    ),
    contact_changed="The people whom we write to about the billing of {account} have changed.",
    contact_doubt="If you did not expect this, please answer this e-mail.",
    contact_doubt_to="If you did not expect this, please tell us: {contact}.",
)

GERMAN = Words(
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"),
        *("Oktober", "November", "Dezember"),
    ),
    day="{day}. {month} {year}",
    amount="{digits} {code}",
    group=".",
    point=",",
    invoice=("{count} Rechnung", "{count} Rechnungen"),
    days=("{count} Tag", "{count} Tagen"),
    more="und {count} weitere",
    hello="Guten Tag,",
    closing=(
        "Falls Sie inzwischen bezahlt haben: vielen Dank, es ist nichts mehr zu tun. Falls etwas "
        "nicht stimmt, antworten Sie bitte auf diese E-Mail."
    ),
    closing_here=(
        "Falls Sie inzwischen bezahlt haben: vielen Dank, es ist nichts mehr zu tun. Falls etwas "
        "nicht stimmt, sagen Sie es uns bitte hier."
    ),
    name="Rechnung {name}",
    due=" (fällig am {day})",
    due_late=" (fällig am {day}, vor {days})",
    one_subject="Rechnung {name}: {amount} zu zahlen",
    one_opening="Für Rechnung {facts} sind {amount} zu zahlen.",
    one_link="Hier können Sie die Rechnung ansehen und bezahlen:",
    button="Rechnung ansehen und bezahlen",
    several_subject="{count}: {amount} zu zahlen",
    several_opening="Für {count} sind {amount} zu zahlen. Jede hat ihre eigene Seite:",
    to_pay_for="zu zahlen für {count}",
    pay="Bezahlen",
    link_here="(hier steht der Link, frisch von Stripe)",
    contact_subject="Wem wir zur Abrechnung von {account} schreiben",
    contact_added="Ab jetzt schreiben wir zur Abrechnung von {account} an diese Adresse.",
    contact_removed=(
        "Ab jetzt schreiben wir zur Abrechnung von {account} nicht mehr an diese Adresse."
    ),
    contact_changed="Wem wir zur Abrechnung von {account} schreiben, hat sich geändert.",
    contact_doubt="Falls Sie das nicht erwartet haben, antworten Sie bitte auf diese E-Mail.",
    contact_doubt_to=(
        "Falls Sie das nicht erwartet haben, melden Sie sich bitte bei uns: {contact}."
    ),
)

WORDS: Mapping[Language, Words] = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN}
