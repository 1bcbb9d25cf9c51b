"""How an invoice stands as to its money: what can be credited or paid of it."""

from dataclasses import dataclass

from bot.money import Money

# What can be corrected at Stripe by a credit note.
# Source: docs.stripe.com/invoicing/integration/programmatic-credit-notes, by our summary of it.
CREDITABLE = frozenset({"open", "paid"})
# What can still be paid.
PAYABLE = frozenset({"open", "uncollectible"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Status and amounts of an invoice at a moment.

    Shape: `credited` was taken off what was to be paid, `credited_after` given back of what was
    paid.
    """

    status: str
    remaining: Money
    paid: Money
    credited: Money
    credited_after: Money

    @property
    def to_pay(self) -> Money:
        """What is still to be paid; nothing of an invoice that is not open."""
        return self.remaining if self.status == "open" else Money(0, self.remaining.currency)

    @property
    def left_to_credit(self) -> Money:
        """The most that a credit note may come to."""
        if self.status not in CREDITABLE:
            return Money(0, self.remaining.currency)
        return self.to_pay + self.paid - self.credited_after
