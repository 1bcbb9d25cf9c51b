"""The account that somebody works with: which one it is, what that means, and the way out."""

from dataclasses import replace

from bot.queries.cards import AccountRef
from bot.views import actions, blocks
from bot.views.blocks import Element, Message
from bot.views.fields import text_field
from bot.views.forms import Form
from bot.views.text import account_name, literal

USE_ALL = "use all"
NAME_MAX = 200
# Where the account is written. Another name than the buttons of the answer have, which would
# otherwise be taken for the same line by the focus, and by an Enter too many.
ACCOUNT_LINE = "account"


def chosen_card(account: AccountRef | None, *, is_new: bool) -> Message:
    """Which account somebody works with, from now on or at present; None for all of theirs."""
    now = " now" if is_new else ""
    if account is None:
        said = f"You{now} work with all your accounts."
        note = "`/billing use Acme` chooses one: what you then ask without a name is about it."
        parts = [blocks.rich_text(blocks.text(said, is_bold=True))]
        parts.append(blocks.context(blocks.mrkdwn(note)))
        parts.append(blocks.actions([choose_button()]))
        return Message(text=said, blocks=tuple(parts))
    said = f"You{now} work with {account_name(account)}."
    note = (
        "Commands that name no account are about it, such as `/invoice list`; those that name one "
        "are about that one. `/billing use all` goes back to all your accounts."
    )
    its_own = actions.account_text(account.id)
    parts = [
        blocks.rich_text(blocks.emoji("pushpin"), blocks.text(f" {said}", is_bold=True)),
        blocks.context(blocks.mrkdwn(note)),
        blocks.actions(
            [
                blocks.button(
                    "Its invoices",
                    action_id=actions.action_id(actions.SHOW_ACCOUNT, "chosen"),
                    value=actions.format_show_account(its_own),
                ),
                leave_button(),
            ]
        ),
    ]
    return Message(text=literal(said), blocks=tuple(parts))


def choose_form() -> Message:
    """A dialog that asks which account somebody wants to work with."""
    asked = text_field(
        ACCOUNT_LINE,
        "Account",
        hint="A name or a part of it, an id, an e-mail address or a domain; or all.",
        characters_max=NAME_MAX,
        is_first=True,
    )
    form = Form(actions.USE_ACCOUNT, "Work with it")
    head = "Choose an account"
    return Message(text=head, blocks=(blocks.header(head), asked), form=form)


def choose_button() -> Element:
    """What asks for the account to work with."""
    return blocks.button("Choose an account", action_id=actions.CHOOSE_ACCOUNT, value="any")


def leave_button() -> Element:
    """What ends working with one account."""
    return blocks.button("Work with all accounts", action_id=actions.USE_ACCOUNT, value=USE_ALL)


def with_chosen(
    message: Message, account: AccountRef, *, way_out: Element | None = None
) -> Message:
    """An answer that is about the chosen account alone, with words that say so at its end.

    Shape: `way_out` shows the same for all accounts; without one the button ends the choice.
    """
    note = blocks.section(
        blocks.plain_text(f"Only {account_name(account)}, the account that you work with."),
        accessory=way_out or leave_button(),
    )
    return replace(message, blocks=(*message.blocks, note))
