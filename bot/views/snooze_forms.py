"""The dialogs that put off chasing an account, that end that, and that say who looks after it."""

from bot.queries.cards import AccountRef
from bot.queries.likely_days import LikelyDays
from bot.queries.snoozes import SNOOZES_MAX, Snoozable, StandingSnooze
from bot.views import actions, blocks
from bot.views.action_values import format_seen
from bot.views.blocks import Block, Message
from bot.views.day_choice import day_choice
from bot.views.fields import person_field, text_field
from bot.views.forms import Form
from bot.views.promise_words import SNOOZE_EMOJI
from bot.views.text import account_name, count_text, day_text, escape, literal, plain

# The names of the fields.
REASON, OWNER = "reason", "owner"
REASON_MAX, NOTE_MAX = 300, 200


def snooze_form(found: Snoozable, *, days: LikelyDays, days_max: int) -> Message:
    """Until when nobody is chased, and why; with the way to end what stands."""
    head, name = "Snooze", account_name(found.account)
    left = SNOOZES_MAX - found.taken - 1
    shown = [
        blocks.header(head),
        blocks.rich_text(blocks.text(name, is_bold=True)),
        *([_standing(found.standing)] if found.standing else []),
        *day_choice("Nobody is chased until", days, hint=f"Within {days_max} days."),
        text_field(REASON, "Why", hint="It stands beside the account.", characters_max=REASON_MAX),
        blocks.context(
            blocks.plain_text(
                f"After this it can be snoozed {count_text(left, 'time') if left else 'no'} more"
                f"{'' if left else ' times'} while this debt is past due."
            )
        ),
    ]
    standing_id = found.standing.id if found.standing else 0
    subject = format_seen(actions.account_text(found.account.id), standing_id)
    form = Form(actions.SNOOZE_ACCOUNT, "Snooze", subject=subject)
    return Message(text=literal(f"{head} {name}"), blocks=tuple(shown), form=form)


def snoozed(found: Snoozable, note: str) -> Message:
    """How an account stands after somebody has snoozed it, or ended that."""
    name = account_name(found.account)
    shown = [
        blocks.header("Snooze"),
        blocks.section(blocks.plain_text(note)),
        blocks.rich_text(blocks.text(name, is_bold=True)),
        *([_standing(found.standing)] if found.standing else []),
    ]
    return Message(text=literal(f"{note} {name}"), blocks=tuple(shown))


def owner_form(account: AccountRef, *, owner_id: str | None, proposed_id: str) -> Message:
    """Who looks after an account; the one who is proposed where nobody does."""
    head, name = "Assign", account_name(account)
    shown = (
        blocks.header(head),
        blocks.rich_text(blocks.text(name, is_bold=True)),
        person_field(
            OWNER,
            "Who looks after it",
            initial=owner_id or proposed_id,
            hint="They are told what is past due there. Leave it empty for nobody.",
        ),
    )
    subject = format_seen(actions.account_text(account.id), owner_id or "")
    form = Form(actions.ASSIGN_OWNER, "Assign", subject=subject)
    return Message(text=literal(f"{head} {name}"), blocks=shown, form=form)


def assigned(account: AccountRef, note: str) -> Message:
    """Who looks after it from now on."""
    name, said = account_name(account), plain(note, limit=NOTE_MAX)
    shown = (
        blocks.header("Assign"),
        blocks.rich_text(blocks.text(name, is_bold=True), blocks.text(f"\n{said}")),
    )
    return Message(text=literal(f"{name}: {said}"), blocks=shown)


def _standing(snooze: StandingSnooze) -> Block:
    words = (
        f"Snoozed until {day_text(snooze.until_on)} by {plain(snooze.by, limit=60)}: "
        f"‘{plain(snooze.reason, limit=REASON_MAX)}’"
    )
    end = blocks.button("End it now", action_id=actions.END_SNOOZE, value=str(snooze.id))
    return blocks.section(blocks.mrkdwn(f":{SNOOZE_EMOJI}: {escape(words)}"), accessory=end)
