"""What tests of digests have in common: a book with late payers, a channel, and its mornings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.access import first_admin
from bot.bells import ring
from bot.clock import real_now
from bot.effects.promises import BELL
from bot.mirror.sweep import sweep
from bot.models import Digest, DigestPost, Effect
from bot.operations import set_digest
from bot.operations.set_digest import NewDigest
from bot.queries.digest_owing import DigestFilter
from bot.sandbox.stripe import StandIn
from bot.slack_objects import read_channel
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, Json, day
from tests.deployment import ADMIN, SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, ask
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person, Seen

DIGEST = next(job for job in TIMETABLE if job.name == "digest")
ROOM = "mornings"
MONDAY = day("2026-11-16")
HOUR = 8


def digesting(database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over some late payers, on a Monday at noon, with a channel for the digest."""
    stripe = StandIn(now=day("2026-09-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    for name, amount, due in (
        ("Oldest Ltd", 90_000, "2026-09-20"),
        ("Middle GmbH", 40_000, "2026-10-20"),
        ("Newest Inc", 12_300, "2026-11-12"),
    ):
        billing.invoice(billing.customer(name, company=name), ("Calls", amount), due=day(due))
    yen = billing.customer("Yen KK", company="Yen KK")
    billing.invoice(yen, ("Calls", 500_000), due=day("2026-11-01"), currency="jpy")
    east = billing.customer("Acme East Inc.", organisation="Acme", company="Acme East")
    billing.invoice(east, ("Calls", 5_000), due=day("2026-11-02"))
    billing.invoice(east, ("Not late", 7_000), due=day("2027-03-01"))
    stripe.advance(MONDAY)
    with deployed(database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.slack.add_channel(ROOM, members=["U0AVERY", "U0KIM"], has_bot=True)
        tallyman.backfill()
        yield tallyman
        assert not tallyman.slack.problems, tallyman.slack.problems


def at_the_desk(desk: Tallyman) -> Iterator[Person]:
    """The admin, in front of an empty screen; afterwards it is a good day again."""
    person = desk.person()
    free_lanes(desk)
    yield person
    desk.slack.faults.reset()
    close_views(person)
    person.close()


def close_views(person: Person) -> None:
    """Close what is open."""
    try:
        while True:
            person.dismiss()
    except LookupError:
        return


def set_up(person: Person, *, channel: str = ROOM, **typed: Any) -> Seen:
    """Set a digest up in its dialog; the modal that says so."""
    listed = ask(person, "/billing digest")
    person.click(listed, "Set up a digest")
    form = view_of(person)
    person.submit(**{"channel": person.channel(channel)} | typed)
    wait_until(lambda: person.view().raw["hash"] != form.raw["hash"])
    return person.view()


def add_digest(
    desk: Tallyman,
    name: str,
    *,
    hour: int = HOUR,
    since: datetime,
    account_id: int | None = None,
) -> None:
    """A channel that has a digest every day, of everything or an account, without any dialog."""
    made = desk.slack.add_channel(name, members=[ADMIN], has_bot=True)
    about = DigestFilter(account_id=account_id)
    wanted = NewDigest(about, hour, "UTC", frozenset(range(1, 8)), is_quiet=False)
    with desk.runtime.database.writing() as session:
        set_digest.request(
            session,
            first_admin(ADMIN, team_id=""),
            desk.runtime.settings,
            wanted,
            channel=read_channel({"id": made.id, "name": name, "is_member": True}),
            business_at=since,
            now=real_now(),
        )


def pressed(person: Person, seen: Seen, label: str) -> Seen:
    """What replaces a private answer after a press on it."""
    assert person.click(seen, label)["ok"]
    return answered(person, after=seen)


def next_morning(desk: Tallyman, *, days: int = 1, hour: int = HOUR) -> int:
    """Let the night pass; how many digests were taken up at the hour."""
    let_night_pass(desk, days=days, hour=hour)
    return look(desk.runtime, DIGEST)


def let_night_pass(desk: Tallyman, *, days: int = 1, hour: int = HOUR) -> None:
    """Move Stripe's clock to a morning, and hear of everything; nobody looks yet what is due."""
    moment = (desk.stripe.clock + timedelta(days=days)).replace(hour=hour, minute=1)
    desk.stripe.advance(moment)
    # A day begins once everything before it was heard of.
    sweep(desk.runtime)
    desk.sync()
    free_lanes(desk)


def posts(desk: Tallyman, channel: str = ROOM) -> list[Any]:
    """What stands in the channel for all, oldest first."""
    return [one for one in desk.slack.list_messages(channel) if one.only_for is None]


def wait_for_posts(desk: Tallyman, person: Person, count: int, *, channel: str = ROOM) -> Seen:
    """The newest message of the channel, once there are so many."""
    wait_until(lambda: len(posts(desk, channel)) >= count)
    assert len(posts(desk, channel)) == count
    ts = posts(desk, channel)[-1].ts
    return next(one for one in person.messages(channel) if one.ts == ts)


def again(person: Person, message: Seen, *, channel: str = ROOM) -> Seen:
    """How a message stands there now."""
    return next(one for one in person.messages(channel) if one.ts == message.ts)


def wait_for_words(
    desk: Tallyman, person: Person, message: Seen, words: str, *, channel: str = ROOM
) -> Seen:
    """A message, once it says this."""

    def says() -> bool:
        desk.sync()
        hasten(desk)
        return words in again(person, message, channel=channel).words

    wait_until(says)
    return again(person, message, channel=channel)


def hasten(desk: Tallyman) -> None:
    """Do at once what is put off; nobody waits here for as long as Slack wants it."""
    free_lanes(desk)
    with desk.runtime.database.writing() as session:
        session.execute(update(Effect).where(Effect.state == "ready").values(due_at=real_now()))
        ring(session, BELL)


def rows_of(message: Seen) -> list[list[str]]:
    """The rows of the digest's table, without its head: what each cell says."""
    for block in message.blocks:
        if block["type"] in {"data_table", "table"}:
            return [[_said(cell) for cell in row] for row in block["rows"][1:]]
    return []


def struck_in(message: Seen) -> list[str]:
    """What is struck through in the table."""
    return [
        each["text"]
        for block in message.blocks
        if block["type"] in {"data_table", "table"}
        for row in block["rows"]
        for cell in row
        for part in cell.get("elements", ())
        for each in part["elements"]
        if each.get("style", {}).get("strike")
    ]


def _said(cell: Json) -> str:
    if cell["type"] != "rich_text":
        return str(cell["text"])
    return "".join(each.get("text", "") for part in cell["elements"] for each in part["elements"])


def digests(desk: Tallyman) -> list[Digest]:
    """Every set-up that ever was."""
    with desk.runtime.database.reading() as session:
        return list(session.scalars(select(Digest).order_by(Digest.id)))


def digest_posts(desk: Tallyman) -> list[DigestPost]:
    """Every digest that was made."""
    with desk.runtime.database.reading() as session:
        return list(session.scalars(select(DigestPost).order_by(DigestPost.id)))


def effects_of(desk: Tallyman, kind: str = "post_digest") -> list[Effect]:
    """The promises of a kind."""
    with desk.runtime.database.reading() as session:
        return list(session.scalars(select(Effect).where(Effect.kind == kind).order_by(Effect.id)))
