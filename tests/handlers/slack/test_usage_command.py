"""/usage through the front door: rows, figures, months, snapshots that failed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.stripe import StandIn
from jobs import usage
from tests.billing import day
from tests.deployment import SECRET_KEY, STRANGER, Tallyman, deployed
from tests.handlers.slack.billing_desk import answered, ask, grant, refusals_of, revoke
from tests.handlers.slack.pressing import forge
from tests.metering import Metering
from tests.workspace import Person

# Three days after the clocks of Berlin went back.
TODAY = datetime(2026, 10, 28, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """Accounts with months of their own zones, all kinds of prices, and two currencies."""
    stripe = StandIn(now=day("2026-08-20"), secret_key=SECRET_KEY, requests_per_second=None)
    tell_use(Metering(stripe))
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.backfill()
        usage.run(tallyman.runtime)
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = desk.person()
    yield person
    person.close()


def tell_use(made: Metering) -> None:
    """Berlin's month begins at its own midnight, Kathmandu's on the 31st, at a quarter to."""
    stripe, billing = made.stripe, made.billing
    calls = made.price("Calls", "calls", unit="minute", unit_amount_decimal="1.45")
    stored = made.price(
        "Recordings",
        "stored",
        unit="GB",
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[
            {"up_to": "100", "unit_amount": "0"},
            {"up_to": "inf", "unit_amount_decimal": "12.5", "flat_amount": "500"},
        ],
    )
    texts = made.price("Texts", "texts", unit_amount="3")
    plan = made.price("Plan", None, unit_amount="9900")
    dinars = made.price("Calls", "calls", unit="minute", currency="kwd", unit_amount_decimal="4.45")
    berlin = billing.customer("Berlin Calls", company="Berlin Calls", time_zone="Europe/Berlin")
    nepal = billing.customer("Nepal Calls", company="Nepal Calls", time_zone="Asia/Kathmandu")
    gulf = billing.customer(
        "Gulf", organisation="Two Seas", company="Gulf Calls", time_zone="Asia/Kuwait"
    )
    reef = billing.customer(
        "Reef", organisation="Two Seas", company="Reef Calls", time_zone="Asia/Kuwait"
    )
    billing.customer("Quiet Calls", company="Quiet Calls")
    stripe.advance(datetime(2026, 8, 30, 18, 15, tzinfo=UTC))  # The 31st, 00:00 in Kathmandu.
    made.subscribe(nepal, calls)
    stripe.advance(datetime(2026, 8, 31, 22, tzinfo=UTC))
    made.subscribe(berlin, plan, calls, stored, texts)
    made.subscribe(gulf, dinars)
    made.subscribe(reef, calls)
    at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    while at < TODAY:
        stripe.advance(at)
        for customer in (berlin, nepal, gulf, reef):
            made.use(customer, "calls", 100, at)
        made.use(berlin, "stored", 5, at)
        at += timedelta(days=1)
    stripe.advance(TODAY)
    # Within the hour that Berlin has twice, and just before its next midnight.
    for moment in (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 59, tzinfo=UTC),
    ):
        made.use(berlin, "calls", 1000, moment)


def test_each_metered_item_has_its_row(avery: Person) -> None:
    card = ask(avery, "/usage berlin")

    assert card.is_ephemeral
    # 27 days of 100 minutes and twice 1,000; nothing of today.
    assert "4,700 minutes · USD 0.0145 per minute" in card.words
    assert "USD 68.15" in card.words
    # 135 GB, of which 100 are included; reaching the second tier costs 5.00 at once.
    assert "135 GB · 100 included, then USD 0.125 and USD 5.00 at once per GB" in card.words
    assert "USD 9.38" in card.words
    assert "Texts" in card.words
    assert "0 · USD 0.03 per unit" in card.words
    assert "USD 77.53" in card.words


def test_the_figures_say_of_when_they_are_and_what_they_are_part_of(avery: Person) -> None:
    card = ask(avery, "/usage berlin")

    assert "1 – 31 Oct 2026 · 27 full days counted" in card.words
    assert "as of 28 Oct 2026 00:00 Europe/Berlin" in card.words
    # The usage so far, today's included, and the plan for November.
    assert "*Next invoice so far*\nUSD 176.53" in card.words
    assert "*Of it fixed fees*\nUSD 99.00" in card.words
    assert "agrees with Stripe’s own figures" in card.words


def test_a_projection_goes_on_at_the_pace_of_the_full_days(avery: Person) -> None:
    card = ask(avery, "/usage berlin")

    # 27 days had 649 hours, as one of them has 25. Stripe keeps the hour in UTC, so that the period
    # ends at 23:00 in winter time, after 744 hours: 5,388 minutes, 155 GB.
    assert "Projected USD 78.13" in card.words
    assert "Projected USD 11.88" in card.words
    assert "USD 90.01 projected at the end" in card.words
    assert "at the pace of the 27 full days so far" in card.words


def test_a_chart_has_every_day_and_the_one_of_25_hours_once(avery: Person) -> None:
    charts = [
        block["chart"]["series"][0]["data"]
        for block in ask(avery, "/usage berlin").blocks
        if block["type"] == "data_visualization"
    ]

    points = [(point["label"], point["value"]) for chart in charts for point in chart]
    assert [label for label, _ in points] == [f"{number} Oct" for number in range(1, 28)]
    assert points[24] == ("25 Oct", 2100)
    assert {value for _, value in points[:24] + points[25:]} == {100}


def test_a_period_from_the_31st_on_in_a_zone_at_a_quarter_to(avery: Person) -> None:
    card = ask(avery, "/usage nepal")

    # Stripe goes by its own calendar: 30 September, 18:15 UTC is the 1st in Kathmandu.
    assert "1 – 30 Oct 2026 · 27 full days counted" in card.words
    assert "2,700 minutes" in card.words
    assert "as of 28 Oct 2026 00:00 Asia/Kathmandu" in card.words


def test_an_organisation_has_its_companies_and_adds_no_two_currencies(avery: Person) -> None:
    card = ask(avery, "/usage two seas")

    assert "KWD 12.015 · USD 39.15" in card.words
    assert card.words.count("2,700 minutes") == 2
    assert "of it Gulf Calls" in card.words
    assert "of it Reef Calls" in card.words


def test_a_month_that_is_over_is_asked_for_and_then_counted(desk: Tallyman, avery: Person) -> None:
    billed = ask(avery, "/usage berlin 2026-09")

    usage.run(desk.runtime)
    avery.click(billed, "Refresh")
    counted = answered(avery, after=billed)

    assert "Usage of September 2026" in billed.words
    assert "These are the quantities billed" in billed.words
    assert "USD 54.75 by usage" in billed.words.replace("\n", "")
    assert "data_visualization" not in str(billed.blocks)
    assert "USD 54.75 by usage" in counted.words.replace("\n", "")
    assert "1 – 30 Sep 2026" in counted.words
    assert "data_visualization" in str(counted.blocks)
    assert "agrees with Stripe" in counted.words


def test_the_menu_has_every_month_newest_first(avery: Person) -> None:
    card = ask(avery, "/usage berlin")

    menus = [
        element
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "static_select"
    ]
    (menu,) = menus
    assert [option["text"]["text"] for option in menu["options"]] == [
        "October 2026",
        "September 2026",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("berlin 2026-11", "The newest month to ask for is 2026-10"),
        ("berlin 2026-08", "before the first month of Berlin Calls. That is 2026-09"),
        ("berlin 2026-13", "is no month"),
        ("berlin 10/2026", "Did you mean 2026-10?"),
        ("berlin from:2026-10", "/usage has no filters"),
        ("quiet 2026-10", "Nothing was ever billed to Quiet Calls"),
        ("quiet", "No metered prices are billed to it"),
        ("berlim", "Nothing matches ‘berlim’"),
        ("calls", "Which one?"),
        ("", "Whose usage?"),
        ("help", "How to use /usage"),
    ],
)
def test_what_cannot_be_shown_is_explained(avery: Person, text: str, said: str) -> None:
    assert said in ask(avery, f"/usage {text}").words


def test_a_choice_goes_on_with_the_month(avery: Person) -> None:
    choice = ask(avery, "/usage calls 2026-09")

    buttons = [block["accessory"] for block in choice.blocks if "accessory" in block]
    berlin = next(one for one in buttons if one["accessibility_label"] == "Show Berlin Calls")
    avery.click(choice, berlin["action_id"])

    assert "Usage of September 2026" in answered(avery, after=choice).words


def test_the_account_that_somebody_works_with_needs_no_name(avery: Person) -> None:
    ask(avery, "/billing use berlin")
    try:
        assert "4,700 minutes" in ask(avery, "/usage").words
    finally:
        ask(avery, "/billing use all")


def test_people_see_the_usage_of_their_scope_alone(desk: Tallyman, avery: Person) -> None:
    jamie = desk.person("U0JAMIE")
    grant(avery, "@jamie viewer Gulf Calls")

    own, other = ask(jamie, "/usage gulf"), ask(jamie, "/usage berlin")

    revoke(avery, "@jamie viewer Gulf Calls")
    jamie.close()
    assert "KWD 12.015" in own.words
    assert "Nothing matches ‘berlin’" in other.words
    assert ("missed", "/usage berlin") in refusals_of(desk, "U0JAMIE")


def test_nobody_without_a_role_learns_anything(desk: Tallyman) -> None:
    kim = desk.person(STRANGER)

    said = {ask(kim, f"/usage {text}").words for text in ("berlin", "nobody", "x 2026-99")}

    kim.close()
    assert len(said) == 1
    assert "You have no role" in said.pop()


@pytest.mark.parametrize(
    "value", ["", "help", "2026-10", "@99999 2026-10", "@1 2026-1", "x" * 5000]
)
def test_a_forged_press_is_refused(desk: Tallyman, value: str) -> None:
    words = forge(desk, "show_usage:month", value).words

    assert any(
        said in words for said in ("names no account", "no such account", "is no month", "too long")
    )


def test_a_shared_answer_has_the_figures_and_leads_no_further(
    desk: Tallyman, avery: Person
) -> None:
    room = desk.slack.add_channel("usage-room", members=["U0AVERY", "U0KIM"])
    ask(avery, "/billing channels allow #usage-room")

    ask(avery, "/usage berlin share", channel=room.id)

    seen = avery.see(room.id)
    ask(avery, "/billing channels remove #usage-room")
    assert not seen.is_ephemeral
    assert "USD 77.53" in seen.words
    assert "as of 28 Oct 2026 00:00 Europe/Berlin" in seen.words
    assert seen.buttons == []
