"""Setting digests up in Slack (A4): the dialog, the list, a preview, a test, a change, the end."""

from collections.abc import Iterator

import pytest

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NOT_COVERED, ask, grant, revoke
from tests.handlers.slack.digesting import (
    ROOM,
    at_the_desk,
    close_views,
    digest_posts,
    digesting,
    digests,
    next_morning,
    posts,
    pressed,
    rows_of,
    set_up,
    wait_for_posts,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen

EVERY_DAY = ["1", "2", "3", "4", "5", "6", "7"]


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from digesting(shared_database_url)


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    yield from at_the_desk(desk)


def channel_of_its_own(desk: Tallyman, name: str, *, has_bot: bool = True) -> str:
    desk.slack.add_channel(name, members=["U0AVERY"], has_bot=has_bot)
    return name


def card_of(person: Person, channel: str) -> Seen:
    """The digest of a channel, opened from the list."""
    listed = ask(person, "/billing digest")
    place = [row["fields"][0]["text"] for row in listed.blocks if "fields" in row].index(
        f"#{channel}"
    )
    return pressed(person, listed, f"show_digest:{place}")


def set_up_again(person: Person, channel: str) -> Seen:
    """The dialog of a digest that there is."""
    person.click(card_of(person, channel), "Change")
    return view_of(person)


def wrong_fields(answer: dict[str, object]) -> dict[str, str]:
    errors = answer.get("errors") or {}
    assert isinstance(errors, dict)
    return errors


def test_it_is_set_up_with_all_that_it_may_be_narrowed_by(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "acme-mornings")

    said = set_up(
        avery,
        channel=room,
        find_account="Acme",
        currency="usd",
        minimum="1,000",
        hour="9",
        find_zone="Asia/Tokyo",
        weekdays=["1", "3"],
        nothing="silent",
    )

    assert "Saved." in said.words
    assert "Mon, Wed at 09:00 Asia/Tokyo" in said.words
    assert "Acme, only usd, from 1,000 on" in said.words.replace("USD", "usd")
    digest = digests(desk)[-1]
    assert (digest.currency, digest.minimum, digest.hour) == ("usd", 1_000, 9)
    assert (digest.weekdays, digest.is_quiet, digest.set_by) == ("13", True, "U0AVERY")
    assert "set_digest.done" in {one.action for one in entries_of(desk.runtime.database)}


def test_a_preview_shows_the_exact_content_and_stores_nothing(
    desk: Tallyman, avery: Person
) -> None:
    room = channel_of_its_own(desk, "previewed")
    set_up(avery, channel=room)
    close_views(avery)
    before = len(posts(desk, room))
    card = card_of(avery, room)

    avery.click(card, "Preview")

    wait_until(lambda: "Past due ·" in avery.see("general").words)
    preview = avery.see("general")
    assert preview.is_ephemeral
    assert rows_of(preview)[0] == ["Oldest Ltd", "USD 900.00", "57 d"]
    assert "Seen" not in preview.buttons
    assert (len(posts(desk, room)), digest_posts(desk)) == (before, [])


def test_a_test_says_what_will_come_and_no_amounts(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "tested")
    set_up(avery, channel=room)
    close_views(avery)

    said = pressed(avery, card_of(avery, room), "Send a test")

    assert "on its way to #tested" in said.words
    posted = wait_for_posts(desk, avery, 1, channel=room)
    assert "Mon to Fri at 08:00 UTC" in posted.words
    assert "USD" not in posted.words


def test_where_the_bot_is_no_member_it_asks_to_be_invited(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "uninvited", has_bot=False)

    saved = set_up(avery, channel=room)
    close_views(avery)
    tested = pressed(avery, card_of(avery, room), "Send a test")

    for said in (saved, tested):
        assert "I am not in #uninvited. Invite me with /invite @Tallyman." in said.words
    assert posts(desk, room) == []


def test_a_channel_shared_with_another_organisation_is_refused(
    desk: Tallyman, avery: Person
) -> None:
    room = channel_of_its_own(desk, "shared-mornings")
    listed = ask(avery, "/billing digest")
    avery.click(listed, "Set up a digest")
    view_of(avery)
    desk.slack.find_channel(room).is_ext_shared = True

    answer = avery.submit(channel=avery.channel(room))

    assert "shared with another organisation" in wrong_fields(answer)["channel"]


def test_what_was_filled_in_wrongly_is_said_below_its_field(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "mistaken")
    avery.click(ask(avery, "/billing digest"), "Set up a digest")
    view_of(avery)
    channel = avery.channel(room)

    amount = avery.submit(channel=channel, minimum="12.50 EUR")
    nobody = avery.submit(channel=channel, owner="U0KIM")

    assert "whole number" in wrong_fields(amount)["minimum"]
    assert "They have no role here" in wrong_fields(nobody)["owner"]


def test_a_new_one_does_not_take_the_place_of_another(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "taken")
    set_up(avery, channel=room)
    close_views(avery)
    avery.click(ask(avery, "/billing digest", channel=room), "Set up a digest")
    assert "initial_conversation" not in str(view_of(avery).blocks)

    wrong = wrong_fields(avery.submit(channel=avery.channel(room), hour="17"))

    assert "#taken has a digest." in wrong["channel"]
    assert digests(desk)[-1].hour == 8


def test_a_change_is_a_new_row_and_the_old_one_ends(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "changed")
    set_up(avery, channel=room)
    close_views(avery)
    form = set_up_again(avery, room)
    assert "In #changed" in form.words

    avery.submit(hour="17")
    wait_until(lambda: "Saved." in avery.view().words)

    *_, old, new = digests(desk)
    assert (old.hour, new.hour) == (8, 17)
    assert (old.ended_by, new.ended_by) == ("U0AVERY", None)
    assert old.channel_id == new.channel_id


def test_what_changes_nothing_leaves_it_as_it_is(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "unchanged")
    set_up(avery, channel=room)
    close_views(avery)
    before = len(digests(desk))
    set_up_again(avery, room)

    avery.submit()
    wait_until(lambda: "Saved." in avery.view().words)

    assert len(digests(desk)) == before


def test_a_stopped_one_is_gone_from_the_list_and_posts_no_more(
    desk: Tallyman, avery: Person
) -> None:
    room = channel_of_its_own(desk, "stopped")
    set_up(avery, channel=room, weekdays=EVERY_DAY)
    close_views(avery)
    stopped = digests(desk)[-1].id

    said = pressed(avery, card_of(avery, room), "Stop")
    again = forge(desk, "stop_digest", str(stopped))
    next_morning(desk)

    assert "No more digests in #stopped." in said.words
    assert "changed or stopped meanwhile" in again.words
    assert posts(desk, room) == []


def test_a_quiet_one_posts_nothing_when_nothing_is_due(desk: Tallyman, avery: Person) -> None:
    quiet, telling = (channel_of_its_own(desk, name) for name in ("quiet", "telling"))
    for room, nothing in ((quiet, "silent"), (telling, "say")):
        set_up(
            avery, channel=room, weekdays=EVERY_DAY, currency="jpy", minimum="9000000",
            nothing=nothing,
        )  # fmt: skip
        close_views(avery)

    next_morning(desk)

    said = wait_for_posts(desk, avery, 1, channel=telling)
    assert "1 account below the minimum left out" in said.words
    assert rows_of(said) == []
    assert posts(desk, quiet) == []


def test_only_admins_may(desk: Tallyman, avery: Person) -> None:
    grant(avery, "@robin approver")
    robin = desk.person("U0ROBIN")

    seen = ask(robin, "/billing digest")
    forged = [
        forge(desk, action, value, user="U0ROBIN")
        for action, value in (
            ("set_digest", "new"),
            ("show_digest", "1"),
            ("preview_digest", "1"),
            ("test_digest", "1"),
            ("stop_digest", "1"),
        )
    ]

    robin.close()
    revoke(avery, "@robin approver")
    assert NOT_COVERED in seen.words
    assert all(NOT_COVERED in one.words for one in forged)


def test_forged_values_name_no_digest(desk: Tallyman) -> None:
    for action, value in (
        ("show_digest", "x"),
        ("show_digest_page", "1|0"),
        ("see_digest", "-1"),
        ("set_digest", "99999999999999999"),
    ):
        words = forge(desk, action, value).words
        assert "names no digest" in words or "changed or stopped" in words


def test_who_sees_some_accounts_leafs_through_those_alone(desk: Tallyman, avery: Person) -> None:
    room = channel_of_its_own(desk, "leafed")
    set_up(avery, channel=room)
    close_views(avery)
    grant(avery, "@robin viewer Acme")

    page = forge(desk, "show_digest_page", f"{digests(desk)[-1].id}|1", user="U0ROBIN")

    revoke(avery, "@robin viewer Acme")
    assert [row[0] for row in rows_of(page)] == ["Acme › Acme East"]
    assert "Oldest Ltd" not in page.words
    assert room != ROOM
