"""The dialog of what can be done about an account (P4), and what its buttons lead to."""

import pytest

from tests.deployment import STRANGER, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, revoke
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person, Seen

ROBIN = "U0ROBIN"


def open_deeds(person: Person, account: str) -> Seen:
    """The dialog, opened from the account's balance."""
    assert person.click(ask(person, f"/balance {account}"), "More …")["ok"]
    return view_of(person)


def above(person: Person, below: Seen) -> Seen:
    """What opens above a modal, soon."""
    wait_until(lambda: person.view().raw["id"] != below.raw["id"])
    return person.view()


def account_value(person: Person, account: str) -> str:
    return str(ask(person, f"/balance {account}").find("More …")[1]["value"])


def close_all(person: Person, *views: Seen) -> None:
    for _ in views:
        person.dismiss()


def test_it_shows_the_account_its_oldest_invoices_and_what_to_do(avery: Person) -> None:
    dialog = open_deeds(avery, "Acme East")

    close_all(avery, dialog)
    assert "Acme › Acme East" in dialog.words
    assert "At risk · 12 days past due, more than 5" in dialog.words
    assert "USD 1,110.55 to pay" in dialog.words.replace("\n", "")
    assert {"Send payment links", "Link to change the card", "Dispute an invoice"} <= set(
        dialog.buttons
    )
    assert "Show" in dialog.buttons


@pytest.mark.parametrize(
    ("button", "said"),
    [("Send payment links", "Acme East"), ("Dispute an invoice", "Open a dispute")],
)
def test_a_deed_opens_its_own_dialog_above(avery: Person, button: str, said: str) -> None:
    dialog = open_deeds(avery, "Acme East")

    assert avery.press(button, view=dialog)["ok"]
    own = above(avery, dialog)

    close_all(avery, own, dialog)
    assert said in own.words
    assert "submit" in own.raw


def test_of_several_invoices_the_person_chooses_the_disputed_one(
    desk: Tallyman, avery: Person
) -> None:
    seen = forge(desk, "dispute_account", account_value(avery, "Acme West"))

    _, menu = seen.find("invoice")
    assert len(menu["options"]) == 2
    assert all("Acme West" in each["text"]["text"] for each in menu["options"])


def test_who_may_only_look_is_offered_no_deed(desk: Tallyman, avery: Person) -> None:
    value = account_value(avery, "Acme East")
    grant(avery, "@robin viewer Acme")

    dialog = forge(desk, "show_account_deeds", value, user=ROBIN)
    refused = forge(desk, "dispute_account", value, user=ROBIN)

    revoke(avery, "@robin viewer Acme")
    assert "Your role covers looking at this account" in dialog.words
    assert "Send payment links" not in dialog.buttons
    assert "Your role does not cover that" in refused.words


def test_an_account_outside_of_the_scope_does_not_exist(desk: Tallyman, avery: Person) -> None:
    value = account_value(avery, "日本コール")
    grant(avery, "@robin collector Acme")

    foreign = forge(desk, "show_account_deeds", value, user=ROBIN)
    invented = forge(desk, "show_account_deeds", "@99999", user=ROBIN)

    revoke(avery, "@robin collector Acme")
    assert "There is no such account any more" in foreign.words
    assert invented.words.splitlines()[:2] == foreign.words.splitlines()[:2]


def test_forged_values_and_strangers_are_refused(desk: Tallyman, avery: Person) -> None:
    value = account_value(avery, "Acme East")

    assert "names no account" in forge(desk, "show_account_deeds", "@1|usd").words
    assert "You have no role" in forge(desk, "show_account_deeds", value, user=STRANGER).words
