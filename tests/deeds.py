"""Every kind of deed that changes something outside: how people ask for it, and what it leaves.

One table for whoever lets workers die, Stripe fail, or people press twice: it says for each deed
which operations carry it out, and counts at the stand-ins how often each of its parts has happened.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json
from tests.deed_counts import (
    DISPUTES,
    SHARED,
    SUPPORT,
    Case,
    Outside,
    count_charges,
    count_credits,
    count_dispute,
    count_letters,
    count_part,
    count_restored,
    count_shared,
    counter_of,
)
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask as show
from tests.handlers.slack.letters import tidy
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person

NOTE = "Agreed with the customer on the phone."
# With these settings nobody has to approve, and disputes have a channel.
SETTINGS = {"APPROVAL_LIMITS": "USD 1000000", "DISPUTES_CHANNEL": DISPUTES}
FIRST_MINOR = 10_000


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Shape: `kinds` are the operations that carry it out, in their order. `open` goes to the last
        step of the dialog, and says what is filled in there; None where there is no dialog. `count`
        says of each part how often it has happened, which is to be 1. `prepare` comes before all.
    """

    name: str
    kinds: tuple[str, ...]
    open: Callable[[Person, Case], Json | None]
    count: Callable[[Outside, Case], list[int]]
    prepare: Callable[[Person, Case], None] | None = None
    owes: int = 1
    parts: int = 1
    is_collected: bool = False

    def ask(self, person: Person, case: Case) -> None:
        """Ask for it, and go away."""
        if (typed := self.open(person, case)) is not None:
            send(person, typed)


def send(person: Person, typed: Json) -> None:
    """Fill the last step of a dialog in, send it, and close it."""
    answer = person.submit(**typed)
    assert answer["ok"], answer
    assert "errors" not in answer, answer
    tidy(person)


def tell_cases(stripe: StandIn, deeds: Sequence[Deed], each: int) -> dict[str, list[Case]]:
    """So many cases for each deed, by its name: customers with a card that works, and debts."""
    billing = Billing(stripe)
    amounts = iter(range(FIRST_MINOR, 10 * FIRST_MINOR))
    return {
        deed.name: [
            _tell_case(billing, f"{deed.name} {place:02d}", deed, amounts) for place in range(each)
        ]
        for deed in deeds
    }


def _tell_case(billing: Billing, name: str, deed: Deed, amounts: Iterator[int]) -> Case:
    customer = billing.customer(name, company=name)
    stripe = billing.stripe
    attach = "/v1/payment_methods/pm_card_visa/attach"
    card = stripe.call("POST", attach, {"customer": customer})["id"]
    default = {"invoice_settings": {"default_payment_method": card}}
    stripe.call("POST", f"/v1/customers/{customer}", default)
    collected: Json = {"auto_advance": "true"} if deed.is_collected else {}
    made = [
        billing.invoice(customer, ("Calls", next(amounts)), **collected) for _ in range(deed.owes)
    ]
    return Case(name, tuple(made))


def share(person: Person, case: Case) -> None:
    """Share an invoice's card in a channel."""
    assert person.type(SHARED, f"/invoice {case.invoice['id']} share")["ok"]


def send_by_stripe(person: Person, case: Case) -> Json:
    """Have Stripe send an invoice."""
    return _choose_way(person, case, "stripe")


def send_mail(person: Person, case: Case) -> Json:
    """Send the link to an invoice in a mail of our own."""
    return _choose_way(person, case, "mail")


def send_balance(person: Person, case: Case) -> Json:
    """Send the links to all that an account owes, in one mail."""
    assert person.click(show(person, f'/balance "{case.name}"'), "Pay full balance")["ok"]
    view_of(person)
    assert person.submit(way="mail")["ok"]
    return {}


def charge(person: Person, case: Case) -> Json:
    """Charge all that an account owes to its card, one invoice after the other."""
    assert person.click(show(person, f'/balance "{case.name}"'), "Charge balance")["ok"]
    view_of(person)
    return {}


def void(person: Person, case: Case) -> Json:
    """Have an invoice voided."""
    _choose(person, case, "void_invoice")
    return {"reason": "duplicate", "note": NOTE}


def give_up(person: Person, case: Case) -> Json:
    """Have an invoice marked uncollectible."""
    _choose(person, case, "mark_uncollectible")
    return {"reason": "insolvent", "note": NOTE}


def credit(person: Person, case: Case) -> Json:
    """Have a part of an invoice credited."""
    _choose(person, case, "issue_credit_note")
    assert person.submit(what="amount", amount="10", reason="duplicate")["ok"]
    wait_until(lambda: "Credited: " in person.view().words)
    return {"note": NOTE}


def record_whole(person: Person, case: Case) -> Json:
    """Record that an invoice was paid past Stripe."""
    _choose(person, case, "record_payment")
    return {"amount": f"{case.invoice['total'] / 100:.2f}", "note": NOTE}


def record_part(person: Person, case: Case) -> Json:
    """Record that all but a cent of it was."""
    _choose(person, case, "record_payment")
    return {"amount": f"{(case.invoice['total'] - 1) / 100:.2f}", "note": NOTE}


def dispute(person: Person, case: Case) -> Json:
    """Open a dispute from what somebody complains about."""
    said = person.type(SUPPORT, f"They contest {case.invoice['number']}.")
    assert person.use_shortcut(SUPPORT, said["ts"], "open_dispute")["ok"]
    wait_until(lambda: "Reading it" not in view_of(person).words)
    return {"reason": "usage_overcounted", "note": NOTE}


def resolve(person: Person, case: Case) -> Json:
    """Close it again from its card."""
    card = next(one for one in person.messages(DISPUTES) if case.invoice["number"] in one.words)
    assert person.click(card, "Close dispute")["ok"]
    wait_until(lambda: "How it ended" in view_of(person).words)
    return {"end": "resolved", "note": NOTE}


def dispute_and_wait(person: Person, case: Case) -> None:
    """Open a dispute, until its card says that the collection is held."""
    send(person, dispute(person, case))
    number = case.invoice["number"]

    def is_held() -> bool:
        cards = [one for one in person.messages(DISPUTES) if number in one.words]
        return any("Held at Stripe" in one.words for one in cards)

    wait_until(is_held)


def _choose_way(person: Person, case: Case, way: str) -> Json:
    assert person.click(show(person, f"/invoice {case.invoice['id']}"), "Send payment link")["ok"]
    view_of(person)
    assert person.submit(way=way)["ok"]
    return {}


def _choose(person: Person, case: Case, action: str) -> None:
    card = show(person, f"/invoice {case.invoice['id']}")
    assert person.choose(card, "choose_deed", f"{action}|{case.invoice['id']}")["ok"]
    view_of(person)


SHARE = Deed("share", ("share_answer",), share, count_shared)
MAIL = Deed("mail", ("send_payment_link",), send_mail, count_letters)
BALANCE = Deed("balance", ("send_balance_links",), send_balance, count_letters, owes=2, parts=2)
SENT = Deed("sent", ("send_payment_link",), send_by_stripe, counter_of("invoice.sent"))
CHARGE = Deed("charge", ("charge_balance",), charge, count_charges, owes=2, parts=2)
VOID = Deed("void", ("void_invoice",), void, counter_of("invoice.voided"))
GIVE_UP = Deed(
    "give up", ("mark_uncollectible",), give_up, counter_of("invoice.marked_uncollectible")
)
CREDIT = Deed("credit", ("issue_credit_note",), credit, count_credits)
WHOLE = Deed("whole", ("record_payment",), record_whole, counter_of("invoice.paid"))
PART = Deed("part", ("record_payment", "attach_payment"), record_part, count_part, parts=2)
HOLD = Deed(
    "hold",
    ("hold_collection", "link_thread"),
    dispute,
    count_dispute,
    parts=3,
    is_collected=True,
)
RESTORE = Deed(
    "restore",
    ("restore_collection",),
    resolve,
    count_restored,
    prepare=dispute_and_wait,
    is_collected=True,
)

# Those that change something at Stripe.
AT_STRIPE = (SENT, CHARGE, VOID, GIVE_UP, CREDIT, WHOLE, PART, HOLD, RESTORE)
# All of them where our own mail goes out.
WITH_MAIL = (SHARE, MAIL, BALANCE, *(deed for deed in AT_STRIPE if deed is not SENT))
