"""Money: whole minor units of one currency, with the digits that Stripe uses for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.errors import BadRequest

# Digits of the amounts in Stripe's API; two unless listed. ISK and UGX have no minor unit in use,
# yet Stripe keeps them at two digits for compatibility; HUF and TWD too, except in payouts.
# Source: docs.stripe.com/currencies, "Zero-decimal", "Three-decimal" and "Special case", 2026-11.
ZERO_DECIMAL = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
    "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
})  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
DIGITS = {**dict.fromkeys(ZERO_DECIMAL, 0), **dict.fromkeys(THREE_DECIMAL, 3)}
DIGITS_DEFAULT = 2

# The largest amount that a 64-bit column holds.
MINOR_MAX = 2**63 - 1

_PLAIN_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,3})?", re.ASCII)
# What people type into a form: perhaps a currency, then digits with whatever separates them.
_TYPED_AMOUNT = re.compile(
    r"(?:(?P<before>[A-Za-z]{3}) ?)?(?P<digits>[0-9][0-9., ]*)(?: ?(?P<after>[A-Za-z]{3}))?",
    re.ASCII,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.(?P<part>[0-9]+))?", re.ASCII)
_SEPARATOR = re.compile(r"[., ]")
# So many digits between two separators may be a group of thousands.
GROUP_DIGITS = 3
TYPED_SHOWN_MAX = 40


def digits_of(currency: str) -> int:
    """How many digits stand after the point in this currency."""
    return DIGITS.get(currency, DIGITS_DEFAULT)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit: Money(1050, "usd") is ten dollars fifty."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Add two amounts of one currency.

        Raises: ValueError for two currencies; a sum over several is a dict by currency.
        """
        if self.currency != other.currency:
            raise ValueError(f"can't add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take one amount off another of the same currency; raises as adding does."""
        return self + -other

    def __neg__(self) -> "Money":
        """The same amount the other way round."""
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        """Whether it is more or less than nothing."""
        return self.minor != 0


def sum_by_currency(amounts: Iterable[Money]) -> dict[str, Money]:
    """Add up amounts per currency.

    Shape: one entry per currency met, in the order of their codes; {} for no amounts.
    """
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return {currency: Money(sums[currency], currency) for currency in sorted(sums)}


def decimal_text(money: Money) -> str:
    """The amount as digits and a point, exact: "10.50", "1050", "-0.001"."""
    return _digits_text(money, grouped=False)


def money_text(money: Money) -> str:
    """The amount as people read it: "USD 1,240.50", "JPY 1,240", "−KWD 0.125"."""
    sign = "−" if money.minor < 0 else ""
    unsigned = Money(abs(money.minor), money.currency)
    return f"{sign}{money.currency.upper()} {_digits_text(unsigned, grouped=True)}"


def _digits_text(money: Money, *, grouped: bool) -> str:
    digits = digits_of(money.currency)
    sign = "-" if money.minor < 0 else ""
    whole, part = divmod(abs(money.minor), 10**digits)
    whole_text = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{whole_text}.{part:0{digits}d}" if digits else f"{sign}{whole_text}"


def parse_amount(text: str, *, currency: str) -> Money:
    """Read an amount that a person wrote, "1240.5" or "1240", without loss.

    Raises: BadRequest for anything but ASCII digits with a point, for more digits after the
        point than the currency has, and for amounts beyond MINOR_MAX.
    """
    if not _PLAIN_AMOUNT.fullmatch(text):
        raise BadRequest(f"‘{text[:40]}’ is no amount. Write digits and a point, such as 1240.50.")
    scaled = Decimal(text).scaleb(digits_of(currency))
    if scaled != scaled.to_integral_value():
        raise BadRequest(
            f"{currency.upper()} has {digits_of(currency)} digits after the point; "
            f"‘{text}’ has more."
        )
    if scaled > MINOR_MAX:
        raise BadRequest(f"‘{text}’ is more than an invoice can hold.")
    return Money(int(scaled), currency)


def parse_typed_amount(text: str, *, currency: str) -> Money:
    """Read an amount above 0 that somebody typed for a known currency.

    The point stands before the decimals, and thousands may be apart by commas where the decimals
    are all there, as our cards write it: "1240.5", "1,240.50", "USD 1,240.50", "1,240" of yen. What
    could mean two amounts is refused, with what would be right.
    Raises: BadRequest.
    """
    shown = text[:TYPED_SHOWN_MAX]
    typed = _TYPED_AMOUNT.fullmatch(text.strip())
    if typed is None:
        example = decimal_text(Money(124_050, currency))
        if not text.strip():
            raise BadRequest(f"Write the amount, such as {example}.")
        raise BadRequest(f"‘{shown}’ is no amount. Write digits and a point, such as {example}.")
    for named in (typed["before"], typed["after"]):
        if named is not None and named.lower() != currency:
            raise BadRequest(f"The invoice is in {currency.upper()}, not in {named.upper()}.")
    digits = typed["digits"].strip()
    grouped = _GROUPED.fullmatch(digits)
    if grouped is not None and len(grouped["part"] or "") == digits_of(currency):
        digits = digits.replace(",", "")
    if not _PLAIN_AMOUNT.fullmatch(digits) or _decimals(digits) > digits_of(currency):
        proposals = " or ".join(_meant(digits, currency))
        if proposals:
            raise BadRequest(
                f"‘{shown}’ is not clear. Did you mean {proposals}? Write a point before the "
                "decimals and nothing between the thousands."
            )
    amount = parse_amount(digits, currency=currency)
    if not amount:
        raise BadRequest("Write an amount above 0.")
    return amount


def _decimals(digits: str) -> int:
    return len(digits.partition(".")[2])


def _meant(digits: str, currency: str) -> list[str]:
    """What somebody may have meant by digits with separators; [] where nobody can say."""
    first, *groups = _SEPARATOR.split(digits)
    if not groups or any(len(group) != GROUP_DIGITS for group in groups[:-1]):
        return []
    whole, last = first + "".join(groups[:-1]), groups[-1]
    readings = [whole + last] if len(last) == GROUP_DIGITS and whole.strip("0") else []
    return readings + ([f"{whole}.{last}"] if 0 < len(last) <= digits_of(currency) else [])
