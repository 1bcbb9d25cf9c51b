"""Roles: who may look at what, and how that ends (A3, G3, THREATS 37, 38, 44 to 48, 54)."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, select

from bot.models import Grant
from bot.models import Person as PersonRow
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, STRANGER, Tallyman, deployed
from tests.handlers.slack.billing_desk import (
    GROUP,
    NO_ROLE,
    NOT_COVERED,
    answered,
    ask,
    deliver,
    grant,
    press_again,
    refusals_of,
    revoke,
    silence,
    slack_user,
    tell,
    tell_of,
)
from tests.workspace import Person, Seen

ROLES = ("viewer", "collector", "reviewer", "approver", "admin")
EAST, WEST = "1004", "1005"
_newcomers = itertools.count(1)

Newcomer = Callable[[], Person]


@pytest.fixture
def newcomer(desk: Tallyman) -> Iterator[Newcomer]:
    """Lets somebody into the workspace whom nobody has seen or given anything before."""
    people: list[Person] = []

    def arrive() -> Person:
        name = f"new{next(_newcomers)}"
        desk.slack.add_person(name, id=f"U0{name.upper()}", real_name=name.title())
        desk.slack.find_channel("general").members.append(f"U0{name.upper()}")
        people.append(desk.person(f"U0{name.upper()}"))
        return people[-1]

    yield arrive
    for person in people:
        person.close()


def handle(person: Person) -> str:
    return f"@{person.id.removeprefix('U0').lower()}"


def without_reference(seen: Seen) -> str:
    """The words of an answer without the id that is another one each time."""
    return seen.words.partition("Reference")[0]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_looks_and_only_an_admin_sees_drafts(
    avery: Person, newcomer: Newcomer, role: str
) -> None:
    person = newcomer()
    assert NO_ROLE in ask(person, f"/invoice {EAST}").words

    grant(avery, f"{handle(person)} {role}")

    assert "USD 1,000.00" in ask(person, f"/invoice {EAST}").words
    sees_draft = "Draft" in ask(person, '/invoice "acme west"').words
    assert sees_draft == (role == "admin")


def test_a_role_that_was_revoked_is_gone_at_the_next_press(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} viewer")
    card = ask(person, f"/invoice {EAST}")

    revoke(avery, f"{handle(person)} viewer")
    person.click(card, "show_invoice:next")

    assert NO_ROLE in answered(person, after=card).words
    assert ("refused", "show_invoice:next") in [
        (reason, wanted.split()[0]) for reason, wanted in refusals_of(desk, person.id)
    ]


def test_a_role_for_an_organisation_is_one_for_its_companies(
    avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} viewer Acme")

    assert "USD 1,000.00" in ask(person, f"/invoice {EAST}").words
    assert "USD 250.50" in ask(person, f"/invoice {WEST}").words
    assert "Nothing matches" in ask(person, "/invoice 1007").words


@pytest.mark.parametrize(
    ("outside", "unknown"),
    [
        (EAST, "9999"),
        ('"acme east"', '"acme eist"'),
        ("acme east 2026-10", "acme eist 2026-10"),
        ("list entity:gulf", "list entity:golf"),
        ("@1", "@999999"),
        ("in_{east}", "in_nothing"),
    ],
)
def test_what_is_outside_the_scope_is_answered_like_what_does_not_exist(
    desk: Tallyman, avery: Person, newcomer: Newcomer, outside: str, unknown: str
) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} viewer "Acme West"')
    found = desk.stripe.call("GET", "/v1/invoices", {"limit": "100", "status": "open"})
    east = next(one["id"] for one in found["data"] if one["total"] == 100_000)
    outside = outside.format(east=east.removeprefix("in_"))

    hidden = without_reference(ask(person, f"/invoice {outside}"))
    nothing = without_reference(ask(person, f"/invoice {unknown}"))

    def bare(words: str) -> str:
        for text in (outside, unknown, "east", "eist", "gulf", "golf", "acme  2026-10"):
            words = words.replace(text.strip('"'), "")
        return words

    assert bare(hidden) == bare(nothing)
    assert "Acme East" not in hidden
    assert [reason for reason, _ in refusals_of(desk, person.id)][-2:] == ["missed"] * 2


def test_the_nearest_names_come_from_the_scope(avery: Person, newcomer: Newcomer) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} viewer "Acme West"')

    nearest = ask(person, "/invoice Akme Wast")

    assert nearest.buttons == ["Acme › Acme West"]


def test_a_list_has_what_is_in_the_scope_alone(avery: Person, newcomer: Newcomer) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} viewer "Acme West"')

    assert "3 invoices" in ask(person, "/invoice list").words
    assert "No invoices" in ask(person, "/invoice list text:Porting").words
    assert "1 invoice" in ask(person, "/invoice list status:open min:200usd to:2026-10-02").words


def test_a_forged_button_shows_nothing_outside_the_scope(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} viewer "Acme West"')
    found = desk.stripe.call("GET", "/v1/invoices", {"limit": "100", "status": "open"})
    east = next(one["id"] for one in found["data"] if one["total"] == 100_000)
    card = ask(person, f"/invoice {WEST}")
    person.click(card, "show_invoice:next")
    seen = answered(person, after=card)

    press_again(desk, value=east)

    assert "There is no such invoice." in answered(person, after=seen).words


def test_rights_for_several_accounts_add_up_and_drafts_stay_with_admins(
    avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} admin "Acme West"')
    assert "Draft" in ask(person, '/invoice "acme west"').words

    grant(avery, f'{handle(person)} viewer "Gulf Calls"')

    assert "KWD 1,234.567" in ask(person, "/invoice 1007").words
    assert NOT_COVERED in ask(person, f"/billing roles grant {handle(person)} admin").words


def test_a_group_gives_its_role_to_whoever_is_in_it(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    inside, outside = newcomer(), newcomer()
    members = {"team_id": "T0TALLYMAN", "subteam_id": GROUP}
    tell(desk, "subteam_members_changed", **members, added_users=[inside.id], removed_users=[])
    grant(avery, "@billing-team viewer")

    assert "USD 1,000.00" in ask(inside, f"/invoice {EAST}").words
    assert NO_ROLE in ask(outside, f"/invoice {EAST}").words

    added = tell(
        desk,
        "subteam_members_changed",
        **members,
        added_users=[outside.id],
        removed_users=[inside.id],
    )
    assert NO_ROLE in ask(inside, f"/invoice {EAST}").words
    assert "USD 1,000.00" in ask(outside, f"/invoice {EAST}").words

    tell(desk, "subteam_members_changed", **members, added_users=[], removed_users=[outside.id])
    deliver(desk, added)
    assert NO_ROLE in ask(outside, f"/invoice {EAST}").words

    group = {"id": GROUP, "handle": "billing-team", "name": "Billing team"}
    tell(desk, "subteam_updated", subteam={**group, "date_delete": 0, "users": [inside.id]})
    assert "USD 1,000.00" in ask(inside, f"/invoice {EAST}").words
    tell(desk, "subteam_updated", subteam={**group, "date_delete": 1, "users": [inside.id]})
    assert NO_ROLE in ask(inside, f"/invoice {EAST}").words
    tell(desk, "subteam_updated", subteam={**group, "date_delete": 0, "users": []})
    revoke(avery, "@billing-team viewer")


@pytest.mark.parametrize(
    "changed",
    [
        {"deleted": True},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"team_id": "T0ACMECORP"},
    ],
)
def test_who_is_no_full_member_any_more_has_no_role_whatever_was_granted(
    desk: Tallyman, avery: Person, newcomer: Newcomer, changed: dict[str, object]
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} admin")
    assert "USD 1,000.00" in ask(person, f"/invoice {EAST}").words

    tell_of(desk, person.id, **changed)
    assert NO_ROLE in ask(person, f"/invoice {EAST}").words

    tell_of(desk, person.id)
    assert "USD 1,000.00" in ask(person, f"/invoice {EAST}").words


def test_a_first_admin_who_becomes_a_guest_has_no_role_either(
    desk: Tallyman, avery: Person
) -> None:
    tell_of(desk, avery.id, is_restricted=True)
    refused = ask(avery, "/billing")
    tell_of(desk, avery.id, name="avery", profile={"real_name": "Avery Stone"})

    assert NO_ROLE in refused.words
    assert "Billing desk" in ask(avery, "/billing").words


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("@noor", "Noor Haddad is a guest here"),
        ("@dana", "Dana Whitfield belongs to another organisation"),
        ("@lee", "Lee Varga has been deactivated in Slack"),
        ("@tallyman", "Tallyman is a bot"),
    ],
)
def test_who_can_have_no_role_is_given_none(avery: Person, who: str, why: str) -> None:
    assert why in ask(avery, f"/billing roles grant {who} viewer").words


def test_a_guest_gets_the_one_text(desk: Tallyman) -> None:
    noor = desk.person("U0NOOR")

    assert NO_ROLE in ask(noor, "/invoice 1004", channel="billing").words
    noor.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"user": {"id": "U0AVERY", "team_id": "T0ACMECORP"}},
        {"team": {"id": "T0ACMECORP"}},
        {"team": None, "is_enterprise_install": True, "enterprise": {"id": "E0OTHER"}},
        {"team": None, "is_enterprise_install": True, "enterprise": None},
        {"team": None},
    ],
)
def test_a_press_from_another_workspace_is_refused(
    desk: Tallyman, avery: Person, changed: dict[str, object]
) -> None:
    card = ask(avery, f"/invoice {EAST}")
    avery.click(card, "show_invoice:next")
    seen = answered(avery, after=card)

    press_again(desk, **changed)

    assert NO_ROLE in answered(avery, after=seen).words


def test_an_event_of_another_workspace_changes_nothing(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} viewer")
    body = tell(desk, "user_change", user=slack_user(person.id))

    for part in (b'"team_id": "T0TALLYMAN", "api_app_id"', b'"event_id": "Ev'):
        assert part in body
    forged = body.replace(
        b'"team_id": "T0TALLYMAN", "api_app_id"', b'"team_id": "T0ACMECORP", "api_app_id"'
    )
    forged = forged.replace(b'"event_id": "Ev', b'"event_id": "EvX').replace(
        b'"deleted": false', b'"deleted": true'
    )
    deliver(desk, forged)

    assert "USD 1,000.00" in ask(person, f"/invoice {EAST}").words


def test_somebody_new_is_asked_about_once_and_never_held_up_again(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    # With a role for a group, anybody whom Slack has not told us about may have one.
    grant(avery, "@billing-team viewer")
    person = newcomer()
    with silence(desk):
        waited = ask(person, f"/invoice {EAST}")
    assert "Slack did not say in time" in waited.words
    assert refusals_of(desk, person.id) == []

    before = len([one for one in desk.slack.calls if one.method == "users.info"])
    assert NO_ROLE in ask(person, f"/invoice {EAST}").words
    assert NO_ROLE in ask(person, f"/invoice {EAST}").words
    assert len([one for one in desk.slack.calls if one.method == "users.info"]) - before <= 1
    revoke(avery, "@billing-team viewer")


@pytest.fixture
def strangers(database_url: str) -> Iterator[Tallyman]:
    """A desk that Slack has not told anything about anybody, with a book of one invoice."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    billing.invoice(billing.customer("Acme East Inc."), ("Calls", 100_000))
    with deployed(database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.backfill()
        with tallyman.runtime.database.writing() as session:
            session.execute(delete(PersonRow))
        yield tallyman


def test_a_first_admin_is_let_in_while_slack_says_nothing(strangers: Tallyman) -> None:
    avery = strangers.person()

    with silence(strangers):
        seen = ask(avery, "/invoice 1001")

    assert "USD 1,000.00" in seen.words
    avery.close()


def test_whom_nobody_gave_a_role_is_refused_without_asking_slack(strangers: Tallyman) -> None:
    kim = strangers.person(STRANGER)

    with silence(strangers):
        seen = ask(kim, "/invoice 1001")

    assert NO_ROLE in seen.words
    assert [call for call in strangers.slack.calls if call.method == "users.info"] == []
    kim.close()


def test_others_than_admins_neither_see_nor_change_roles_and_channels(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} approver")

    for text in (
        "roles",
        f"roles grant {handle(person)} admin",
        f"roles revoke {handle(avery)} admin",
        "channels",
        "channels allow #general",
        "channels remove #general",
    ):
        assert NOT_COVERED in ask(person, f"/billing {text}").words
    assert [reason for reason, _ in refusals_of(desk, person.id)][-6:] == ["refused"] * 6


def test_the_hub_says_what_one_is_and_may_do(avery: Person, newcomer: Newcomer) -> None:
    person = newcomer()
    grant(avery, f'{handle(person)} viewer "Acme East"')

    hub = ask(person, "/billing")
    assert "1 invoice Past Due" in hub.words
    assert "Acme › Acme East" in hub.words
    assert "Roles" not in hub.buttons

    person.choose(hub, "show_account:menu", "Acme › Acme East")
    assert "14 invoices" in answered(person, after=hub).words
    assert {"Roles", "Channels"} <= set(ask(avery, "/billing").buttons)


@pytest.mark.parametrize(
    ("button", "title"),
    [
        ("Past Due", "Invoices · Past Due"),
        ("All invoices", "Invoices"),
        ("Roles", "Roles in billing"),
        ("Balance", "The whole book"),
        ("Channels", "Where answers may be shared"),
        ("Sync", "Stripe and our copy of it"),
        ("Audit trail", "The audit trail"),
        ("Help", "How to use /billing"),
    ],
)
def test_the_buttons_of_the_hub_lead_on(avery: Person, button: str, title: str) -> None:
    hub = ask(avery, "/billing")

    avery.click(hub, button)

    assert title in answered(avery, after=hub).words


def test_a_name_that_fits_several_accounts_gives_a_choice(
    avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    picker = ask(avery, f"/billing roles grant {handle(person)} viewer zenith telecom")
    assert "2 accounts fit" in picker.words

    avery.click(picker, "Choose")

    assert "is now a viewer for" in answered(avery, after=picker).words
    assert "Billing desk" in ask(person, "/billing").words


def test_a_name_that_fits_nothing_proposes_the_nearest(avery: Person, newcomer: Newcomer) -> None:
    person = newcomer()

    missed = ask(avery, f"/billing roles grant {handle(person)} viewer Akme Eest")
    assert "Nothing matches ‘Akme Eest’" in missed.words

    avery.click(missed, "Acme › Acme East")
    assert "is now a viewer for Acme › Acme East." in answered(avery, after=missed).words


def test_whoever_is_not_known_is_not_given_anything(avery: Person) -> None:
    assert "Did you mean @jamie" in ask(avery, "/billing roles grant jammie viewer").words
    assert "Slack knows nobody" in ask(avery, "/billing roles grant U0NOBODY viewer").words
    assert "no user group" in ask(avery, "/billing roles grant S0NOBODY viewer").words


def test_a_role_can_be_revoked_from_the_list(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    name = person.id.removeprefix("U0").title()
    grant(avery, f"{handle(person)} viewer Acme")
    roles = ask(avery, "/billing roles")
    while name not in roles.words:
        avery.click(roles, "More ›")
        roles = answered(avery, after=roles)

    avery.choose(roles, "revoke_role", f"{name}: viewer for Acme")

    assert f"{name} is no longer a viewer for Acme." in answered(avery, after=roles).words
    assert NO_ROLE in ask(person, "/billing").words
    with desk.runtime.database.reading() as session:
        rows = session.scalars(select(Grant).where(Grant.subject_id == person.id)).all()
    assert [(row.granted_by, row.revoked_by) for row in rows] == [("U0AVERY", "U0AVERY")]


def test_what_is_so_already_is_said_and_not_written_twice(
    desk: Tallyman, avery: Person, newcomer: Newcomer
) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} viewer")

    again = ask(avery, f"/billing roles grant {handle(person)} viewer")
    other = ask(avery, f"/billing roles revoke {handle(person)} approver")

    assert "was already a viewer for all accounts" in again.words
    assert "was not an approver for all accounts" in other.words
    with desk.runtime.database.reading() as session:
        rows = session.scalars(select(Grant).where(Grant.subject_id == person.id)).all()
    assert len(rows) == 1


def test_an_admin_of_the_settings_is_changed_there(avery: Person) -> None:
    assert "BILLING_ADMINS" in ask(avery, "/billing roles revoke @avery admin").words


def test_the_last_admin_stays(desk: Tallyman, avery: Person, newcomer: Newcomer) -> None:
    person = newcomer()
    grant(avery, f"{handle(person)} admin")
    with desk.runtime.database.reading() as session:
        others = session.scalars(
            select(Grant.subject_id).where(
                Grant.role == "admin", Grant.revoked_at.is_(None), Grant.account_id.is_(None)
            )
        ).all()
    gone = [other for other in others if other != person.id]
    for other in [avery.id, *gone]:
        tell_of(desk, other, deleted=True)

    kept = ask(person, f"/billing roles revoke {handle(person)} admin")

    assert "No admin would be left" in kept.words
    assert "Roles in billing" in ask(person, "/billing roles").words
    for other in [avery.id, *gone]:
        tell_of(desk, other)
    revoke(person, f"{handle(person)} admin")
