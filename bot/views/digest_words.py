"""What a digest says of one account, and of what it is about, in words."""

from collections.abc import Iterator, Sequence

from bot.money import Money, money_text
from bot.queries.cards import PromiseMark
from bot.queries.digest_cards import Change, DigestLine, DigestScope
from bot.views.text import account_name, amounts_text, fit, plain, short_day_text

NAME_MAX, OWNER_MAX, MARKS_MAX = 44, 24, 96
CHANGE_WORDS = {Change.NEW: "● new", Change.WORSE: "▲ worse", Change.BETTER: "▼ better"}


def line_name(line: DigestLine) -> str:
    """Whom a line is about."""
    return fit(account_name(line.account, limit=2 * NAME_MAX), NAME_MAX)


def line_amounts(line: DigestLine) -> str:
    """What is past due, one currency below the other."""
    return "\n".join(money_text(amount) for amount in line.amounts)


def line_days(line: DigestLine) -> str:
    """How late the oldest of it is: "23 d", "today" for a payment that failed today."""
    return f"{line.days_late:,} d" if line.days_late else "today"


def line_marks(line: DigestLine) -> str:
    """What else is to be known before anybody chases it; "" for nothing."""
    return fit(" · ".join(_marks(line)), MARKS_MAX)


def _marks(line: DigestLine) -> Iterator[str]:
    if line.change is Change.OVER:
        yield "✓ paid" if line.is_paid else "✓ no longer past due"
        return
    if line.broken is not None:
        yield f"✗ promise of {short_day_text(line.broken.promised_on)} broken"
    if line.promise is not None:
        yield _promised(line, line.promise)
    if line.disputed:
        is_all = line.disputed == line.amounts
        yield "disputed" if is_all else f"{amounts_text(line.disputed)} disputed"
    if line.snoozed_until is not None:
        yield f"snoozed until {short_day_text(line.snoozed_until)}"
    if line.is_opted_out:
        yield "opted out"
    if line.change is not None:
        yield CHANGE_WORDS[line.change]
    if line.owner:
        yield plain(line.owner, limit=OWNER_MAX)


def _promised(line: DigestLine, promise: PromiseMark) -> str:
    """By when it is promised, and how much where that is not all and may be seen."""
    day = short_day_text(promise.promised_on)
    if promise.amount is None or line.amounts == (promise.amount,):
        return f"promise due {day}" if line.is_due_today else f"promised by {day}"
    amount = money_text(promise.amount)
    return f"promise of {amount} due {day}" if line.is_due_today else f"{amount} promised by {day}"


def option_words(line: DigestLine) -> str:
    """A line in a menu: who, how much, how late."""
    return " · ".join((line_name(line), *_short(line.amounts), line_days(line)))


def _short(amounts: Sequence[Money]) -> Iterator[str]:
    for amount in amounts[:1]:
        yield money_text(amount)
    if len(amounts) > 1:
        yield f"+{len(amounts) - 1}"


def scope_words(scope: DigestScope) -> str:
    """What a digest is about: "all accounts", "Acme, only EUR, from 500 on"."""
    whose = account_name(scope.account, limit=80) if scope.account else "all accounts"
    words = [whose]
    if scope.owner:
        words.append(f"looked after by {plain(scope.owner, limit=40)}")
    if scope.currency:
        words.append(f"only {scope.currency.upper()}")
    if scope.minimum:
        words.append(f"from {scope.minimum:,} on")
    return ", ".join(words)
