"""How digests are set up: the list of channels that get one, one of them, and the dialog for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.queries.cards import AccountRef
from bot.queries.digests import DigestSetup
from bot.views import actions, blocks, dialogs
from bot.views.ageing import BEHIND
from bot.views.blocks import Block, Message
from bot.views.digest import WEEKDAYS
from bot.views.digest_words import scope_words
from bot.views.fields import (
    channel_field,
    menu_field,
    person_field,
    radio_field,
    search_field,
    text_field,
    ticks_field,
)
from bot.views.forms import Form
from bot.views.freshness import warning
from bot.views.roles import done_line
from bot.views.text import (
    account_name,
    capital,
    count_text,
    day_text,
    escape,
    fit,
    literal,
    plain,
)

HEAD = "Digests of past due accounts"
# The names of the fields.
CHANNEL, ACCOUNT, OWNER, CURRENCY = "channel", actions.FIND_ACCOUNT, "owner", "currency"
MINIMUM, HOUR, ZONE, DAYS, NOTHING = "minimum", "hour", actions.FIND_ZONE, "weekdays", "nothing"

PAGE_ROWS = 12
NAME_MAX = 80
WORKDAYS = frozenset(range(1, 6))
EVERY_DAY = frozenset(range(1, 8))
NEW = "new"
SAY, STAY_SILENT = "say", "silent"
MINIMUM_CHARACTERS_MAX = 13


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What stands in the dialog when it opens; `digest_id` None for a new digest."""

    digest_id: int | None
    channel_id: str | None
    account: AccountRef | None = None
    owner_id: str | None = None
    currency: str | None = None
    minimum: int | None = None
    hour: int = 8
    time_zone: str = "UTC"
    weekdays: frozenset[int] = WORKDAYS
    is_quiet: bool = False


def digest_list(
    setups: Sequence[DigestSetup], *, page: int = 1, said: str | None = None
) -> Message:
    """The channels that get a digest, a page of them, below what has just been said."""
    pages = max(1, -(-len(setups) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    parts = [blocks.header(HEAD), *([done_line(said)] if said else [])]
    first = (page - 1) * PAGE_ROWS
    parts += [_row(place, one) for place, one in enumerate(setups[first : first + PAGE_ROWS])]
    if not setups:
        none = "No channel gets one. Each morning it says who is past due and what has changed."
        parts.append(blocks.section(blocks.plain_text(none)))
    buttons = [
        blocks.button("Set up a digest", action_id=actions.SET_DIGEST, value=NEW, style="primary")
    ]
    for text, place, number in (("‹ Back", "previous", page - 1), ("More ›", "next", page + 1)):
        if 1 <= number <= pages:
            name = actions.action_id(actions.SHOW_DIGESTS, place)
            buttons.append(blocks.button(text, action_id=name, value=str(number)))
    parts.append(blocks.actions(buttons))
    count = count_text(len(setups), "channel") if setups else "No channel"
    text = f"{count} with a digest of past due accounts."
    return Message(text=literal(f"{said} {text}" if said else text), blocks=tuple(parts))


def digest_card(
    setup: DigestSetup, *, next_on: date | None, is_member: bool = True, said: str | None = None
) -> Message:
    """One channel's digest, and what can be done about it.

    Shape: `is_member` is False where the bot has to be invited first.
    """
    facts = {
        "When": capital(times_words(setup)),
        "About": capital(scope_words(setup.scope)),
        "Nothing past due": "No message" if setup.is_quiet else "It says so",
        "Last one": day_text(setup.last_on) if setup.last_on else "Not yet",
        "Next one": day_text(next_on) if next_on else "Not planned",
    }
    parts: list[Block] = [
        blocks.header(fit(f"Digest in #{plain(setup.channel_name, limit=NAME_MAX)}", 150)),
        *([done_line(said)] if said else []),
        *([] if is_member else [warning(invite_words(setup.channel_name))]),
        blocks.fields(
            [blocks.mrkdwn(f"*{label}*\n{escape(fit(fact, 300))}") for label, fact in facts.items()]
        ),
        blocks.actions(
            [
                _button("Preview", actions.action_id(actions.PREVIEW_DIGEST, BEHIND), setup),
                _button("Change", actions.SET_DIGEST, setup),
                _button("Send a test", actions.TEST_DIGEST, setup),
                blocks.button(
                    "Stop",
                    action_id=actions.STOP_DIGEST,
                    value=str(setup.id),
                    style="danger",
                    confirm=dialogs.confirmation(
                        "Stop this digest?",
                        "No more are posted there. What was posted stays.",
                        yes="Stop it",
                    ),
                ),
                blocks.button("All digests", action_id=actions.SHOW_DIGESTS, value="1"),
            ]
        ),
    ]
    text = f"The digest in #{plain(setup.channel_name, limit=NAME_MAX)}: {times_words(setup)}."
    return Message(text=literal(f"{said} {text}" if said else text), blocks=tuple(parts))


def times_words(setup: DigestSetup) -> str:
    """When a digest is posted: "Mon to Fri at 08:00 Europe/Berlin"."""
    return f"{days_words(setup.weekdays)} at {setup.hour:02}:00 {setup.time_zone}"


def days_words(weekdays: Collection[int]) -> str:
    """Days of the week by ISO's numbers: "every day", "Mon to Fri", "Tue, Thu"."""
    if set(weekdays) == EVERY_DAY:
        return "every day"
    if set(weekdays) == WORKDAYS:
        return "Mon to Fri"
    return ", ".join(WEEKDAYS[day - 1] for day in sorted(weekdays))


def invite_words(channel_name: str) -> str:
    """What would let the bot post there."""
    return f"I am not in #{plain(channel_name, limit=NAME_MAX)}. Invite me with /invite @Tallyman."


def digest_form(filled: Prefilled, *, channel_name: str = "", currencies: Sequence[str]) -> Message:
    """The dialog that sets a digest up, or changes it; its channel stays what it is then."""
    head = "Set up a digest" if filled.digest_id is None else "Change the digest"
    where = (
        channel_field(CHANNEL, "Channel", initial=filled.channel_id, is_internal=True)
        if filled.digest_id is None
        else blocks.section(blocks.plain_text(f"In #{plain(channel_name, limit=NAME_MAX)}"))
    )
    parts = [blocks.header(head), where, *_when(filled), *_what(filled, currencies)]
    subject = NEW if filled.digest_id is None else str(filled.digest_id)
    form = Form(actions.SET_DIGEST, "Save", subject=subject)
    return Message(text=head, blocks=tuple(parts), form=form)


def _when(filled: Prefilled) -> list[Block]:
    hours = [(str(hour), f"{hour:02}:00") for hour in range(24)]
    return [
        menu_field(HOUR, "Hour", hours, initial=str(filled.hour)),
        search_field(ZONE, "Time zone", "Europe/Berlin", initial=(filled.time_zone,) * 2),
        ticks_field(
            DAYS,
            "Days",
            [(str(place + 1), day) for place, day in enumerate(WEEKDAYS)],
            ticked=[str(day) for day in filled.weekdays],
        ),
        radio_field(
            NOTHING,
            "When nothing is past due",
            [(SAY, "Say so"), (STAY_SILENT, "Post nothing")],
            initial=STAY_SILENT if filled.is_quiet else SAY,
        ),
    ]


def _what(filled: Prefilled, currencies: Sequence[str]) -> list[Block]:
    return [
        search_field(
            ACCOUNT,
            "Only this account, with its companies",
            "All accounts",
            initial=_account_option(filled.account),
            is_optional=True,
        ),
        person_field(OWNER, "Only what this person looks after", initial=filled.owner_id),
        *_currency_field(filled, currencies),
        text_field(
            MINIMUM,
            "Only from this amount on",
            initial="" if filled.minimum is None else str(filled.minimum),
            hint="What an account is past due with, in whole units of each currency: 500.",
            is_optional=True,
            characters_max=MINIMUM_CHARACTERS_MAX,
        ),
    ]


def _account_option(account: AccountRef | None) -> tuple[str, str] | None:
    if account is None:
        return None
    return actions.account_text(account.id), fit(account_name(account), blocks.OPTION_TEXT_MAX)


def _currency_field(filled: Prefilled, currencies: Sequence[str]) -> list[Block]:
    offered = sorted({*currencies, *([filled.currency] if filled.currency else [])})
    if not offered:
        return []
    choices = [(each, each.upper()) for each in offered[: blocks.SELECT_OPTIONS_MAX]]
    field = menu_field(
        CURRENCY, "Only in this currency", choices, initial=filled.currency, is_optional=True
    )
    return [field]


def _row(place: int, setup: DigestSetup) -> Block:
    name = f"#{plain(setup.channel_name, limit=NAME_MAX)}"
    about = escape(fit(capital(scope_words(setup.scope)), 120))
    return blocks.fields(
        [blocks.plain_text(name), blocks.mrkdwn(f"{capital(times_words(setup))}\n{about}")],
        accessory=blocks.button(
            "Show",
            action_id=actions.action_id(actions.SHOW_DIGEST, place),
            value=str(setup.id),
            label=fit(f"Show {name}", blocks.BUTTON_LABEL_MAX),
        ),
    )


def _button(text: str, action_id: str, setup: DigestSetup) -> blocks.Element:
    return blocks.button(text, action_id=action_id, value=str(setup.id))
