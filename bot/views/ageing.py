"""What is owed, as people read it: in a line, as a table by age, and a row for who owes it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.money import Money, money_text
from bot.queries.ageing import BUCKETS, Bucket, Owed
from bot.queries.cards import AccountRef, Status
from bot.views import actions, blocks
from bot.views.blocks import Block, Cell, Element
from bot.views.text import amounts_text, count_text, fit, late_words

# The ages of so many currencies stand on one card. Where there are more, each card has one less,
# as what leads to the others takes room too: Slack takes some 13,000 characters in all.
CURRENCIES_MAX = 3
# Of what may be in many currencies, but mostly is in one, so many are told.
LINES_MAX = 3
# The longest that an account's name may be in a row, where it has half of the width.
NAME_MAX = 45
# The place, in its button's id, of what opens the invoices that a figure is the sum of.
BEHIND = "behind"
MENU_TEXT = "Show the invoices behind …"


@dataclass(frozen=True, slots=True)
class Behind:
    """Which invoices a figure is the sum of: of a status, or so many days late."""

    currency: str
    status: Status | None = None
    bucket: Bucket | None = None


def owed_words(owed: Owed) -> str:
    """What is owed in one currency, in a few words: "USD 20.00 to pay, USD 5.00 of it Past Due"."""
    words = f"{money_text(owed.outstanding)} to pay"
    if owed.past_due == owed.outstanding:
        return f"{words}, all of it Past Due"
    return f"{words}, {money_text(owed.past_due)} of it Past Due" if owed.past_due else words


def owed_line(owed: Owed) -> Iterator[Element]:
    """The same as rich text, what is to pay in bold."""
    amount = money_text(owed.outstanding)
    yield blocks.text(amount, is_bold=True)
    yield blocks.text(owed_words(owed).removeprefix(amount))


def bucket_words(bucket: Bucket) -> str:
    """An age: "Current", "1–30 days late"."""
    return "Current" if bucket.days_max == 0 else late_words(*bucket).capitalize()


def currencies_shown(count: int) -> int:
    """How many currencies stand on one card, of so many."""
    return CURRENCIES_MAX if count <= CURRENCIES_MAX else CURRENCIES_MAX - 1


def others_words(owed: Sequence[Owed]) -> str:
    """What is owed in the currencies that a card has no ages of."""
    return f"also {amounts_text([each.outstanding for each in owed])} to pay"


def ageing_table(owed: Sequence[Owed]) -> Block:
    """What is owed by age, a part for each currency.

    Two columns only, so that a phone shows both.
    """
    rows = [(blocks.cell("How late"), blocks.cell("To pay"))]
    for each in owed:
        rows.extend(_currency_rows(each))
    return blocks.table(rows, align=("left", "right"), wrapped=(0,))


def _currency_rows(owed: Owed) -> Iterator[tuple[Cell, Cell]]:
    invoices = count_text(owed.count, "invoice")
    yield (
        blocks.rich_text(
            blocks.text(owed.currency.upper(), is_bold=True), blocks.text(f" · {invoices}")
        ),
        blocks.rich_text(blocks.text(money_text(owed.outstanding), is_bold=True)),
    )
    for bucket, amount in zip(BUCKETS, owed.ageing, strict=True):
        words = bucket_words(bucket)
        if bucket.days_max == 0 and owed.failed_today:
            words += f"\n{money_text(owed.failed_today)} of it Past Due: its payment failed today"
        yield blocks.cell(words), blocks.cell(money_text(amount))


def behind_menu(owed: Sequence[Owed], *, list_for: Callable[[Behind], str]) -> Element:
    """A menu of the figures of a table, each of which opens the invoices that it is the sum of.

    Shape: `list_for` makes the canonical text of such a list. The ages are those of the first
        currency; of the others there is what is open and what is Past Due.
    """
    options = [
        blocks.option(
            f"{each.currency.upper()} · {words} · {amount_only(amount)}",
            value=actions.format_list_page(list_for(behind), 1),
        )
        for each in owed
        for words, behind, amount in (*_totals(each), *(_ages(each) if each is owed[0] else ()))
    ]
    name = actions.action_id(actions.LIST_PAGE, BEHIND)
    return blocks.static_select(MENU_TEXT, action_id=name, options=options)


def _totals(owed: Owed) -> Iterator[tuple[str, Behind, Money]]:
    currency = owed.currency
    yield "all open", Behind(currency, status=Status.OPEN), owed.outstanding
    if owed.past_due:
        yield "Past Due", Behind(currency, status=Status.PAST_DUE), owed.past_due


def _ages(owed: Owed) -> Iterator[tuple[str, Behind, Money]]:
    for bucket, amount in zip(BUCKETS, owed.ageing, strict=True):
        if amount:
            behind = Behind(owed.currency, bucket=bucket)
            yield bucket_words(bucket), behind, amount


def amount_only(amount: Money) -> str:
    """An amount without its currency, which stands before it already."""
    return money_text(amount).partition(" ")[2]


def account_row(
    place: int, account: AccountRef, owed: Sequence[Owed], *, name: str, remark: str, emoji: str
) -> Block:
    """Who owes, what, and a button that shows the balance.

    Shape: `remark` says more about how it stands, beside its emoji; it holds words of our own only.
    """
    amounts = some_lines([f"*{money_text(each.outstanding)}*" for each in owed])
    return blocks.fields(
        [blocks.plain_text(fit(name, NAME_MAX)), blocks.mrkdwn(f"{amounts}\n:{emoji}: {remark}")],
        accessory=blocks.button(
            "Show",
            action_id=actions.action_id(actions.SHOW_BALANCE, place),
            value=actions.format_show_account(actions.account_text(account.id)),
            label=f"Show {fit(name, NAME_MAX)}",
        ),
    )


def some_lines(words: Sequence[str]) -> str:
    """The first LINES_MAX, one below the other, and how many more there are."""
    shown, rest = words[:LINES_MAX], len(words) - LINES_MAX
    return "\n".join([*shown, f"and {rest:,} more"] if rest > 0 else shown)
