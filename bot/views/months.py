"""When an account has no invoice for a month."""

from datetime import date

from bot.queries.cards import AccountRef
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.notices import Contact, contact_block
from bot.views.text import account_name, day_text, literal


def no_invoice_in_month(
    account: AccountRef,
    month: str,
    *,
    last_day: date,
    is_over: bool,
    list_text: str,
    contact: Contact,
) -> Message:
    """That there is none, why, and the account's other invoices one press away.

    Shape: `month` as people write it, 2026-10, and `last_day` its last one.
    """
    name = account_name(account)
    if is_over:
        sentence = f"{name} has no invoice for usage that ended in {month}."
    else:
        sentence = (
            f"{month} is not over yet in {account.time_zone}. "
            f"The invoice of {name} appears after {day_text(last_day)}."
        )
    button = blocks.button("Other invoices", action_id=actions.SHOW_ACCOUNT, value=list_text)
    return Message(
        text=literal(sentence),
        blocks=(
            blocks.rich_text(blocks.emoji("calendar"), blocks.text(f" {sentence}")),
            blocks.actions([button]),
            contact_block(contact),
        ),
    )
