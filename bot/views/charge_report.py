"""How charging a balance goes, invoice by invoice: while it is at work, and what came of it."""

from collections.abc import Iterator, Sequence

from bot.money import money_text
from bot.queries.balance_charges import BalanceChargeReport, Result, Turn
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.payment_methods import decline_words
from bot.views.text import account_name, count_text, literal, plain

# More invoices than these are counted; those that something went wrong with always stand there.
TURNS_SHOWN = 30
DETAIL_MAX = 300

EMOJI = {
    None: "white_circle",
    Result.CHARGED: "white_check_mark",
    Result.STARTED: "hourglass_flowing_sand",
    Result.PAID_MEANWHILE: "ballot_box_with_check",
    Result.UNDER_WAY: "hourglass_flowing_sand",
    Result.CHANGED: "fast_forward",
    Result.HELD: "fast_forward",
    Result.DECLINED: "x",
    Result.TO_CONFIRM: "lock",
    Result.REFUSED: "no_entry_sign",
    Result.UNKNOWN: "question",
    Result.NOT_TRIED: "white_circle",
}
_SAID = {
    None: "{amount}",
    Result.CHARGED: "{amount} charged to {method}.",
    Result.STARTED: "{amount} asked of {method}; the bank takes days to answer.",
    Result.PAID_MEANWHILE: "It was paid meanwhile. Nothing was charged.",
    Result.UNDER_WAY: "Another payment of it is under way. Nothing was charged.",
    Result.CHANGED: "{detail} Nothing was charged.",
    Result.HELD: "Nobody is asked for it now: {detail}. Nothing was charged.",
    Result.DECLINED: "{amount} declined on {method}: {declined}.",
    Result.TO_CONFIRM: "The customer has to confirm the payment of {amount} by {method}.",
    Result.REFUSED: "{detail} Nothing was charged.",
    Result.UNKNOWN: "Stripe has not said whether {amount} was charged to {method}.",
    Result.NOT_TRIED: "{amount}, not tried.",
}
_TAKEN = (Result.CHARGED, Result.STARTED)
_MESSAGE_FOLLOWS = "You may close this: what came of it is sent to you as a message."
# What can be done about the invoice that it stopped at.
_NEXT = {
    Result.DECLINED: "Ask the customer for another payment method, or send payment links.",
    Result.TO_CONFIRM: (
        "The customer confirms it on the page of the invoice: send them its payment link."
    ),
    Result.REFUSED: "Look at the balance again before you go on.",
    Result.UNKNOWN: (
        "Look at that invoice in Stripe before anything else. A billing admin finds it under "
        "/billing sync and can have it looked into once more."
    ),
}


def charge_progress(report: BalanceChargeReport) -> Message:
    """A charge that is at work, as the dialog shows it."""
    over = sum(turn.result is not None for turn in report.turns)
    count = len(report.turns)
    head = f"Charging invoice {min(over + 1, count):,} of {count:,} …"
    return Message(
        text=head,
        blocks=(
            blocks.header("Charge the balance"),
            blocks.rich_text(
                blocks.emoji("hourglass_flowing_sand"), blocks.text(f" {head}", is_bold=True)
            ),
            _turns_block(report.turns),
            blocks.context(blocks.plain_text(_MESSAGE_FOLLOWS)),
        ),
    )


def charge_report(report: BalanceChargeReport) -> Message:
    """What came of a charge, once it is over."""
    taken = report.sum_of(*_TAKEN)
    head = f"{money_text(taken)} of {money_text(report.total)} charged"
    if not taken:
        head = "Nothing was charged"
    elif taken == report.total:
        head = f"{money_text(taken)} charged"
    about = f"{account_name(report.account)}, {count_text(len(report.turns), 'invoice')}"
    emoji = EMOJI[stop.result] if (stop := _stop(report)) else EMOJI[Result.CHARGED]
    parts = [
        blocks.header("Charge the balance"),
        blocks.rich_text(
            blocks.emoji(emoji),
            blocks.text(f" {head}", is_bold=True),
            blocks.text(f"\n{about}"),
        ),
        _turns_block(report.turns),
        *_stopped_block(report),
        blocks.actions(list(_ways_on(report))),
    ]
    return Message(text=literal(f"{head}: {about}."), blocks=tuple(parts))


def late_report(report: BalanceChargeReport, turn: Turn) -> Message:
    """What came after all of an invoice of which nobody knew whether it was charged."""
    head = f"Invoice {plain(turn.name)} of {account_name(report.account)}"
    words = turn_words(turn)
    return Message(
        text=literal(f"{head}: {words}"),
        blocks=(
            blocks.rich_text(
                blocks.emoji(EMOJI[turn.result]),
                blocks.text(f" {head}", is_bold=True),
                blocks.text(f"\n{words}"),
            ),
            blocks.actions(list(_ways_on(report))),
        ),
    )


def turn_words(turn: Turn) -> str:
    """What came of one invoice's turn, as a sentence."""
    said = _SAID[turn.result].format(
        amount=money_text(turn.amount),
        method=turn.method_name,
        declined=decline_words(turn.detail),
        detail=plain(turn.detail, limit=DETAIL_MAX) if turn.detail else "",
    )
    return said.lstrip()


def _stop(report: BalanceChargeReport) -> Turn | None:
    """The invoice that it stopped at."""
    return next((turn for turn in report.turns if turn.result in _NEXT), None)


def _turns_block(turns: Sequence[Turn]) -> Block:
    shown = list(turns)
    while len(shown) > TURNS_SHOWN and (quiet := _last_quiet(shown)) is not None:
        shown.remove(quiet)
    elements: list[Element] = []
    for turn in shown:
        elements += [
            *([blocks.text("\n")] if elements else []),
            blocks.emoji(EMOJI[turn.result]),
            blocks.text(f" {plain(turn.name, limit=60)} ", is_bold=True),
            blocks.text(f"· {turn_words(turn)}"),
        ]
    if hidden := len(turns) - len(shown):
        elements.append(blocks.text(f"\n… and {count_text(hidden, 'more')[:-1]}"))
    return blocks.rich_text(*elements)


def _last_quiet(turns: Sequence[Turn]) -> Turn | None:
    """The last one of those that nothing has to be done about."""
    quiet = {None, Result.CHARGED, Result.NOT_TRIED}
    return next((turn for turn in reversed(turns) if turn.result in quiet), None)


def _stopped_block(report: BalanceChargeReport) -> list[Block]:
    stop = _stop(report)
    if stop is None or stop.result is None:
        return []
    untried = sum(turn.result is Result.NOT_TRIED for turn in report.turns)
    left = f"It stopped there; {count_text(untried, 'invoice')} not tried. " if untried else ""
    return [blocks.section(blocks.plain_text(left + _NEXT[stop.result]))]


def _ways_on(report: BalanceChargeReport) -> Iterator[Element]:
    if stop := _stop(report):
        label = f"Invoice {plain(stop.name, limit=60)}"
        name = actions.action_id(actions.SHOW_INVOICE, "stopped")
        yield blocks.button(label, action_id=name, value=stop.invoice_id)
    name = actions.action_id(actions.SHOW_BALANCE, "charged")
    account = actions.format_show_account(actions.account_text(report.account.id))
    yield blocks.button("Its balance", action_id=name, value=account)
