"""A company that bills at the stand-in: customers, invoices and what becomes of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.stripe import StandIn

Json = dict[str, Any]


def unix(moment: datetime) -> str:
    """A moment as Stripe's parameters take it."""
    return str(int(moment.timestamp()))


@dataclass(frozen=True, slots=True)
class Billing:
    """Makes things at the stand-in in as few words as a test has for them."""

    stripe: StandIn

    def customer(self, name: str, **metadata: str) -> str:
        """A customer of this name; its id."""
        address = "".join(
            letter for letter in name.lower() if letter.isascii() and letter.isalnum()
        )
        made = self.stripe.call(
            "POST",
            "/v1/customers",
            {"name": name, "email": f"pay@{address or 'x'}.example", "metadata": metadata},
        )
        return str(made["id"])

    def invoice(
        self,
        customer: str,
        *lines: tuple[str, int],
        due: datetime | None = None,
        currency: str = "usd",
        finalize: bool = True,
        **more: Any,
    ) -> Json:
        """An invoice with these lines, issued now unless it stays a draft."""
        due = due or self.stripe.clock + timedelta(days=30)
        terms = {"collection_method": "send_invoice", "due_date": unix(due)}
        made = self.stripe.call(
            "POST",
            "/v1/invoices",
            {"customer": customer, "currency": currency, "auto_advance": "false", **terms, **more},
        )
        for description, minor in lines or (("Service", 10_000),):
            self.stripe.call(
                "POST",
                "/v1/invoiceitems",
                {
                    "customer": customer,
                    "invoice": made["id"],
                    "currency": currency,
                    "amount": str(minor),
                    "description": description,
                },
            )
        if finalize:
            return self.stripe.call("POST", f"/v1/invoices/{made['id']}/finalize")
        return self.stripe.call("GET", f"/v1/invoices/{made['id']}")

    def pay(self, invoice: Json) -> Json:
        """The customer's transfer has arrived."""
        return self._verb(invoice, "pay", {"paid_out_of_band": "true"})

    def void(self, invoice: Json) -> Json:
        """Annul it."""
        return self._verb(invoice, "void", {})

    def write_off(self, invoice: Json) -> Json:
        """Give it up."""
        return self._verb(invoice, "mark_uncollectible", {})

    def count(self, **filters: str) -> int:
        """How many invoices Stripe itself lists."""
        count = 0
        after: dict[str, str] = {}
        while True:
            page = self.stripe.call("GET", "/v1/invoices", {"limit": "100", **filters, **after})
            count += len(page["data"])
            if not page["has_more"]:
                return count
            after = {"starting_after": page["data"][-1]["id"]}

    def _verb(self, invoice: Json, verb: str, params: Json) -> Json:
        return self.stripe.call("POST", f"/v1/invoices/{invoice['id']}/{verb}", params)


def day(text: str) -> datetime:
    """Noon (UTC) of a day."""
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)
