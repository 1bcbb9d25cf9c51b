"""What people are told when a promise to pay has ended."""

from bot.money import Money, money_text
from bot.queries.cards import AccountRef
from bot.queries.promise_payments import Judged
from bot.queries.promise_terms import PromiseState
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.promise_words import STATE_EMOJI, STATE_WORDS
from bot.views.text import account_name, day_text, escape, literal, plain


def promise_ended(judged: Judged) -> Message:
    """How a promise ended, with a way to it and to what can be done about its account."""
    promise, state = judged.promise, judged.verdict.state
    words = f"{plain(promise.account_name)} promised {_promised(judged)}: {_came(judged)}."
    shown = blocks.rich_text(
        blocks.emoji(STATE_EMOJI[state]),
        blocks.text(f" {STATE_WORDS[state]}", is_bold=True),
        blocks.text(f"\n{words}"),
    )
    buttons = [
        blocks.button("Show promise", action_id=actions.SHOW_PROMISE, value=str(promise.id)),
        blocks.button(
            "What to do",
            action_id=actions.SHOW_ACCOUNT_DEEDS,
            value=actions.account_text(promise.account_id),
        ),
    ]
    text = literal(f"{STATE_WORDS[state]}: {words}")
    return Message(text=text, blocks=(shown, blocks.actions(buttons)))


def given_account(account: AccountRef, *, by_id: str) -> Message:
    """What somebody is told who looks after an account from now on."""
    name = account_name(account)
    words = f"<@{by_id}> has asked you to look after *{escape(name)}*."
    button = blocks.button(
        "What to do",
        action_id=actions.SHOW_ACCOUNT_DEEDS,
        value=actions.account_text(account.id),
    )
    shown = (blocks.section(blocks.mrkdwn(words)), blocks.actions([button]))
    return Message(text=f"You are asked to look after {literal(name)}.", blocks=shown)


def _promised(judged: Judged) -> str:
    promise = judged.promise
    due = Money(judged.verdict.due_minor, promise.amount.currency)
    return f"{money_text(due)} by {day_text(promise.promised_on)}"


def _came(judged: Judged) -> str:
    match judged.verdict.state:
        case PromiseState.KEPT:
            return "it has arrived"
        case PromiseState.PARTLY_KEPT:
            paid = Money(judged.verdict.paid_minor, judged.promise.amount.currency)
            return f"only {money_text(paid)} has arrived, so it is chased again"
        case _:
            return "nothing has arrived, so it is chased again"
