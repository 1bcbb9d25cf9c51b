"""A request to support about an invoice that is missing, written for the person who sends it."""

from urllib.parse import quote

from bot.queries.months import MonthStanding
from bot.views import blocks
from bot.views.blocks import Block, Message
from bot.views.months import standing_sentence
from bot.views.notices import Contact
from bot.views.text import account_name, is_address, literal, month_text, plain

# A name takes up to twelve signs for each of its own in an address, and an address has 3,000.
NAME_MAX = 80
CUSTOMERS_MAX = 3
TITLE = "Ask support"


def support_request(standing: MonthStanding, *, contact: Contact) -> Message:
    """What is missing, the request ready to send, and whom to send it to."""
    month = month_text(standing.month.first_day)
    name = account_name(standing.account, limit=2 * NAME_MAX)
    missing = standing_sentence(standing)
    subject = f"Missing invoice for {standing.month}"
    body = _request_text(standing)
    parts = [
        blocks.header(TITLE),
        blocks.rich_text(
            *(blocks.text("Account: ", is_bold=True), blocks.text(f"{name}\n")),
            *(blocks.text("Month: ", is_bold=True), blocks.text(f"{month}\n")),
            *(blocks.text("What is missing: ", is_bold=True), blocks.text(missing)),
        ),
        blocks.preformatted(f"{subject}\n\n{body}"),
        _recipients(contact, subject, body),
    ]
    return Message(text=literal(f"{subject}: {name}."), blocks=tuple(parts))


def _request_text(standing: MonthStanding) -> str:
    account = standing.account
    name = account_name(account, limit=NAME_MAX)
    customers = ", ".join(plain(one, limit=40) for one in account.customer_ids[:CUSTOMERS_MAX])
    about = f"{name} ({customers})" if customers else name
    return (
        f"Account: {about}\nMonth: {standing.month} ({account.time_zone})\n"
        "Missing: the invoice for the usage that ended in this month. It was not issued.\n"
        "Please issue it, or tell us why there is none."
    )


def _recipients(contact: Contact, subject: str, body: str) -> Block:
    """A link that opens the request as an e-mail, and the phone; or whom to ask instead."""
    email, phone = contact.email and plain(contact.email), contact.phone and plain(contact.phone)
    words = []
    if email and is_address(email):
        url = f"mailto:{email}?subject={quote(subject)}&body={quote(body)}"
        words += [
            blocks.emoji("envelope"),
            blocks.text(" "),
            blocks.link(f"Write this to {email}", url=url),
        ]
    elif email:
        words.append(blocks.text(f"Write this to {email}"))
    if phone:
        words.append(blocks.text(f"{' or call' if words else 'Call'} {phone}", is_bold=not words))
    if not words:
        words.append(
            blocks.text(
                "No support contact is set up here. Send this to whoever runs this billing desk."
            )
        )
    return blocks.rich_text(*words)
