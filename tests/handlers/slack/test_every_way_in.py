"""Who may not, does not, whichever way they come in: every press, dialog, menu and shortcut.

Each is signed by Slack and carries the ids of what there is; nothing comes of it, the person is
told what everybody in their place is told, and the trail has it (G3).
"""

import contextlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.access import Role
from bot.audit import refusals
from bot.models import Account, Approval, Base, Digest, DisputeCase, Effect, PromiseToPay, Snooze
from bot.operations.withdraw_correction import NOT_YOURS
from bot.sandbox.stripe import StandIn
from bot.views import actions
from handlers.slack.options import SEARCHES
from handlers.slack.presses import LINKS, MODAL_PRESSES, PRESSES, SLOW_PRESSES
from handlers.slack.submissions import SUBMISSIONS
from handlers.slack.view_presses import HOME_PRESSES
from tests.billing import Billing, Json, day
from tests.deed_counts import Case
from tests.deeds import SENT as SEND_LINK
from tests.deeds import VOID
from tests.deployment import ADMIN, SECRET_KEY, STRANGER, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import (
    NO_ROLE,
    NOT_COVERED,
    TEAM,
    ask,
    grant,
    revoke,
    tell_of,
)
from tests.handlers.slack.dying import list_pending
from tests.handlers.slack.ways_in import (
    ALL,
    AT_HOME,
    CHANNEL,
    OWN,
    PRESSED,
    SEARCHED,
    SENT,
    SHORTCUTS,
    WayIn,
    Whose,
    choice,
    find_way,
    use,
)
from tests.trail import refusals_of
from tests.workspace import Seen

HIDDEN, OTHER = "Hidden Harbour", "Open Oak"
# What nobody may read who may not see the hidden account: its name, its numbers, its amounts.
SECRETS = re.compile(r"hidden|harbour|43\.21|172\.84", re.IGNORECASE)
# The bot lets fewer than that wait at the same time.
AT_ONCE = 24
ELSEWHERE = "T0ELSEWHERE"
# The role that is just not enough.
LESS = {Role.COLLECTOR: "viewer", Role.APPROVER: "reviewer", Role.ADMIN: "approver"}
# Some of the presses, as those in a dialog lead to the same tables; none for which the dialog has
# to be there before anything is asked.
IN_DIALOGS = tuple(
    replace(way, kind="press in a dialog") for way in PRESSED if way.name not in SLOW_PRESSES
)[::4]


@pytest.fixture(scope="module")
def owed() -> list[Json]:
    """What the hidden account has to pay."""
    return []


@pytest.fixture(scope="module")
def desk(shared_database_url: str, owed: list[Json]) -> Iterator[Tallyman]:
    """A Tallyman over two accounts that are past due."""
    stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    due = day("2026-11-04")
    hidden, other = (billing.customer(name, company=name) for name in (HIDDEN, OTHER))
    owed[:] = [billing.invoice(hidden, ("Calls", 4_321), due=due) for _ in range(4)]
    billing.invoice(other, ("Calls", 777), due=due)
    stripe.advance(day("2026-11-16"))
    with (
        pytest.MonkeyPatch.context() as patch,
        deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman,
    ):
        # Each of them is looked for; how many of a minute are kept is tried where that is.
        patch.setattr(refusals, "WHOLE_A_MINUTE", 1_000)
        tallyman.backfill()
        yield tallyman
        # The dialogs in which these presses are made up are on nobody's screen.
        wrong = [one for one in tallyman.slack.problems if one.error != "not_found"]
        assert wrong == []


@pytest.fixture(scope="module")
def ids(desk: Tallyman, owed: list[Json]) -> dict[str, Any]:
    """What there is of the hidden account: one of each."""
    disputed, asked, sent, free = owed
    by_admin = Whose(ADMIN, TEAM, TEAM)
    with desk.runtime.database.reading() as session:
        account = session.scalars(select(Account.id).where(Account.name == HIDDEN)).one()
    known = {"account": account, "invoice": disputed["id"], "free": free["id"]}
    with contextlib.closing(desk.person("U0JAMIE")) as jamie:
        with contextlib.closing(desk.person()) as avery:
            grant(avery, "@jamie collector")
        VOID.ask(jamie, Case(HIDDEN, (asked,)))
        SEND_LINK.ask(jamie, Case(HIDDEN, (sent,)))
    of_account = {actions.FIND_ACCOUNT: choice("@{account}")}
    for name, invoice, filled in (
        (actions.OPEN_DISPUTE, disputed, {}),
        (actions.RECORD_PROMISE, sent, {"when": choice("2026-11-20")}),
        (actions.SNOOZE_ACCOUNT, free, {"when": choice("2026-11-20")}),
        (actions.SET_DIGEST, free, of_account),
    ):
        way = find_way(SENT, name)
        way = replace(way, filled={**way.filled, **filled})
        use(desk, way, known | {"free": invoice["id"]}, by_admin)
    wait_until(lambda: not list_pending(desk))
    with desk.runtime.database.reading() as session:
        only = {
            "dispute": select(DisputeCase.id),
            "promise": select(PromiseToPay.id),
            "snooze": select(Snooze.id),
            "approval": select(Approval.id),
            "digest": select(Digest.id),
            "mail": select(Effect.id).where(Effect.kind == "send_payment_link"),
        }
        found = {name: session.scalars(one).one() for name, one in only.items()}
        return known | found | {"post": 1}


_numbers = itertools.count(1)
NOTHING = {
    "account": 999_999,
    "invoice": "in_1Nothing",
    "free": "in_1Nothing",
    **dict.fromkeys(("dispute", "promise", "snooze", "approval", "digest", "mail", "post"), 99_999),
}


def test_every_way_in_is_in_the_tables() -> None:
    pressed = {*PRESSES, *MODAL_PRESSES, *SLOW_PRESSES, actions.CHOOSE_DEED}
    shortcuts = {one["callback_id"] for one in _manifest()["features"]["shortcuts"]}

    assert {way.name for way in PRESSED} == pressed
    assert {way.name for way in SENT} == set(SUBMISSIONS)
    assert {way.name for way in AT_HOME} == set(HOME_PRESSES)
    assert {way.name for way in SEARCHED} == set(SEARCHES)
    assert {way.name for way in SHORTCUTS} == shortcuts
    assert set(actions.ALL) == {way.name for way in ALL} | LINKS


NOBODIES: Mapping[str, Whose] = {
    "without a role": Whose(STRANGER, TEAM, TEAM),
    "whose role was taken away": Whose("U0FORMER", TEAM, TEAM),
    "a guest": Whose("U0GUEST", TEAM, TEAM),
    "deactivated": Whose("U0GONE", TEAM, TEAM),
    "external": Whose("U0PARTNER", TEAM, TEAM),
    "an admin in another workspace": Whose(ADMIN, ELSEWHERE, ELSEWHERE),
    "an admin’s id from another organisation": Whose(ADMIN, ELSEWHERE, TEAM),
}


@pytest.fixture(scope="module")
def strangers(desk: Tallyman, ids: dict[str, Any]) -> None:
    """Those who were admins until they became what they are, with everything open before them."""
    now: Json = {
        "U0GUEST": {"is_restricted": True},
        "U0GONE": {"deleted": True},
        "U0PARTNER": {"is_stranger": True},
    }
    with contextlib.closing(desk.person()) as avery:
        for person in ("U0FORMER", *now):
            name = person.removeprefix("U0").lower()
            desk.slack.add_person(name, id=person)
            tell_of(desk, person)
            grant(avery, f"@{name} admin")
            use(desk, find_way(PRESSED, actions.SHOW_INVOICE), ids, Whose(person, TEAM, TEAM))
        revoke(avery, "@former admin")
    for person, changed in now.items():
        tell_of(desk, person, **changed)


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("who", NOBODIES)
def test_nobody_comes_in_by_any(desk: Tallyman, ids: dict[str, Any], who: str) -> None:
    whose, place = NOBODIES[who], list(NOBODIES).index(who)
    # One of them tries all; the others share them, as all are told so in one place.
    ways = ALL[place :: len(NOBODIES)] if place else (*ALL, *IN_DIALOGS)
    before, watch = _rows(desk), Watch(desk, whose)

    watch.use_all(ways, ids)

    assert _rows(desk) == before
    [said] = set(watch.said)
    assert said.startswith(NO_ROLE)
    watch.see("refused", ways)


@pytest.mark.parametrize("needed", LESS)
def test_nobody_does_what_needs_another_role(
    desk: Tallyman, ids: dict[str, Any], needed: Role
) -> None:
    whose = _newcomer(desk, LESS[needed])
    before, watch = _rows(desk), Watch(desk, whose)

    ways = [way for way in ALL if way.needs is needed]

    watch.use_all(ways, ids)

    assert _rows(desk) == before
    [said] = set(watch.said)
    assert said.startswith(NOT_COVERED)
    watch.see("refused", ways)


def test_nobody_answers_or_withdraws_for_somebody_else(desk: Tallyman, ids: dict[str, Any]) -> None:
    whose = _newcomer(desk, "admin")
    before, watch = _rows(desk), Watch(desk, whose)
    ways = [way for way in ALL if way.name in OWN]

    watch.use_all(ways, ids)

    assert _rows(desk) == before
    [said] = set(watch.said)
    assert said.startswith(NOT_YOURS)
    watch.see("refused", ways)


def test_what_is_outside_the_scope_does_not_exist(desk: Tallyman, ids: dict[str, Any]) -> None:
    whose = _newcomer(desk, "admin", f'"{OTHER}"')
    # Of what is offered while somebody types, nothing is kept: each letter would be a miss.
    ways = [way for way in ALL if not way.is_at_desk and way.kind != "menu"]
    before, there = _rows(desk), Watch(desk, whose)

    there.use_all(ways, ids)
    there.see("missed", ways)
    nowhere = Watch(desk, whose)
    nowhere.use_all(ways, NOTHING)

    assert _rows(desk) == before
    assert sorted(there.said) == sorted(nowhere.said)
    assert not SECRETS.search("".join(there.said))


def test_what_is_about_all_tells_nothing_from_outside_the_scope(
    desk: Tallyman, ids: dict[str, Any]
) -> None:
    whose = _newcomer(desk, "approver", f'"{OTHER}"')
    before, watch = _rows(desk), Watch(desk, whose)

    at_desk = [way for way in ALL if way.is_at_desk and way.needs is not Role.ADMIN]

    watch.use_all([*at_desk, *SEARCHED], ids)

    assert _rows(desk) == before
    assert not SECRETS.search("".join(watch.said))


COMMANDS = ("/invoice {}", "/balance {}", "/usage {}", "/billing use {}", "/billing account {}")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_from_outside_the_scope_is_answered_like_one_that_nobody_has(
    desk: Tallyman, ids: dict[str, Any], command: str
) -> None:
    del ids
    whose = _newcomer(desk, "viewer", f'"{OTHER}"')
    desk.slack.find_channel(CHANNEL).members.append(whose.user_id)
    name, nobodys = f'"{HIDDEN}"', '"Xylophone Quarry"'
    with contextlib.closing(desk.person(whose.user_id)) as person:
        hidden, nothing = (
            _said_in(ask(person, command.format(one))).replace(one.strip('"'), "")
            for one in (name, nobodys)
        )

    assert hidden == nothing
    missed = refusals_of(desk.runtime.database, whose.user_id)
    assert missed == [("missed", command.format(one)) for one in (name, nobodys)]


@pytest.mark.parametrize("channel_id", [CHANNEL, "C0ACMESHARED"])
def test_whatever_is_pressed_no_figures_are_shown_to_the_channel(
    desk: Tallyman, ids: dict[str, Any], channel_id: str
) -> None:
    watch = Watch(desk, Whose(ADMIN, TEAM, TEAM, channel_id))

    watch.use_all([*PRESSED, *SHORTCUTS], ids)
    wait_until(lambda: not list_pending(desk))

    assert SECRETS.search("".join(watch.said))
    to_all = [
        str(one.blocks) + one.text
        for channel in desk.slack.workspace.channels.values()
        if channel.kind != "im"
        for one in desk.slack.list_messages(channel.id)
        if one.bot_id is not None and one.only_for is None
    ]
    assert not SECRETS.search("".join(to_all))


def _newcomer(desk: Tallyman, role: str, account: str = "") -> Whose:
    """Somebody new with this role, for an account or for all."""
    name = f"new{next(_numbers)}"
    desk.slack.add_person(name, id=f"U0{name.upper()}")
    tell_of(desk, f"U0{name.upper()}")
    with contextlib.closing(desk.person()) as avery:
        grant(avery, f"@{name} {role} {account}".strip())
    return Whose(f"U0{name.upper()}", TEAM, TEAM)


class Watch:
    """What somebody is told from now on, and what of it is recorded."""

    def __init__(self, desk: Tallyman, whose: Whose) -> None:
        self.said: list[str] = []
        self._desk, self._whose = desk, whose
        self._calls = len(desk.slack.calls)
        self._messages = len(self._shown())
        self._refused = len(refusals_of(desk.runtime.database, whose.user_id))

    def use_all(self, ways: Sequence[WayIn], ids: Mapping[str, Any]) -> None:
        """Use these, one after the other, and see what is said to all of it."""
        awaited, at_once = len(self._answers()), []
        for way in ways:
            delivery = use(self._desk, way, ids, self._whose)
            if way.kind == "dialog":
                at_once.append(_words(json.loads(delivery.answer)["view"]))
            elif way.kind == "menu":
                at_once.extend(
                    one["text"]["text"] for one in json.loads(delivery.answer)["options"]
                )
            else:
                awaited += 1
            if awaited % AT_ONCE == 0 or way is ways[-1]:
                self._wait_for(awaited)
        self.said = [*at_once, *self._answers()]

    def see(self, stage: str, ways: Sequence[WayIn]) -> None:
        """See that the trail has of each of these that it was refused or missed, and no more."""
        trail = refusals_of(self._desk.runtime.database, self._whose.user_id)[self._refused :]
        assert sorted(one.split()[0] for _, one in trail) == sorted(map(_deed_of, ways))
        assert {one for one, _ in trail} == {stage}

    def _wait_for(self, count: int) -> None:
        wait_until(lambda: len(self._answers()) >= count)

    def _answers(self) -> list[str]:
        views = [
            call.arguments["view"]
            for call in self._desk.slack.calls[self._calls :]
            if call.method.startswith("views.")
        ]
        found = [_words(view) for view in views] + self._shown()[self._messages :]
        return [one for one in found if one not in PATIENCE]

    def _shown(self) -> list[str]:
        return [
            _said_in(Seen(one.as_page(reply_count=0)))
            for one in self._desk.slack.list_messages(
                self._whose.channel_id, viewer=self._whose.user_id
            )
            if one.only_for == self._whose.user_id
        ]


# What is answered at once; and what stands there until the answer comes.
NO_ANSWER = ("dialog", "menu")
PATIENCE = ("Asking Stripe …", "Reading it …")


def _words(view: Any) -> str:
    read = json.loads(view) if isinstance(view, str) else view
    return _said_in(Seen(read | {"text": "", "ephemeral": True}))


def _said_in(seen: Seen) -> str:
    """What it says, without the number of this very answer and the title of every dialog."""
    return seen.words.removeprefix("Billing desk\n").partition("Reference")[0].strip()


def _deed_of(way: WayIn) -> str:
    """What is wanted: of a menu of deeds, the one that was chosen."""
    return way.carries.partition("|")[0] if way.name == actions.CHOOSE_DEED else way.name


def _rows(desk: Tallyman) -> dict[str, list[str]]:
    """All that the database has, but for the trail of who was refused."""
    of_trail = ("audit", "refusal")
    tables = [one for one in Base.metadata.sorted_tables if not one.name.startswith(of_trail)]
    with desk.runtime.database.reading() as session:
        return {one.name: sorted(map(repr, session.execute(select(one)))) for one in tables}


def _manifest() -> Json:
    read: Json = json.loads(Path("manifest.json").read_text("utf-8"))
    return read
