"""/invoice, typed in the workspace and answered through Bolt (G1 to G7, I1 to I4, I6)."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.mirror.marks import SWEPT, set_mark
from bot.models import Invoice, SyncMark
from tests.billing import Billing
from tests.deployment import STRANGER, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ACK_SECONDS_MAX
from tests.trail import refusals_of
from tests.workspace import Person, Seen

CONTACT = ("billing@tallyman.example", "+1 555 0100")


def invoice(person: Person, text: str, *, channel: str = "general") -> Seen:
    """What the person sees after `/invoice TEXT`."""
    assert person.type(channel, f"/invoice {text}")["ok"]
    return person.see(channel)


def press(person: Person, message: Seen, wanted: str, *, channel: str = "general") -> Seen:
    """What the person sees after a press, which Slack shows some moments after it was taken."""
    before = person.see(channel).raw
    assert person.click(message, wanted)["ok"]
    wait_until(lambda: person.see(channel).raw != before)
    return person.see(channel)


def test_a_past_due_invoice_shows_status_amount_and_days_late_at_one_glance(avery: Person) -> None:
    card = invoice(avery, "1004")

    assert card.is_ephemeral
    assert "Past Due" in card.words
    assert "12 days late" in card.words
    assert "USD 1,000.00" in card.words
    assert "Acme › Acme East" in card.words
    assert "as of 16 Nov 2026 13:00 Europe/Berlin" in card.words


def test_an_invoice_due_today_is_open(avery: Person) -> None:
    card = invoice(avery, "1005")

    assert "Open" in card.words
    assert "Past Due" not in card.words
    assert "late" not in card.words


@pytest.mark.parametrize(
    ("ref", "word"), [("1001", "Paid"), ("1002", "Void"), ("1003", "Uncollectible")]
)
def test_each_state_has_its_word(avery: Person, ref: str, word: str) -> None:
    assert (
        f"{word}\n" in f"{invoice(avery, ref).words}\n" or f" {word}" in invoice(avery, ref).words
    )


def test_money_has_the_decimals_of_its_currency(avery: Person) -> None:
    assert "JPY 123,456" in invoice(avery, "1006").words
    assert "KWD 1,234.567" in invoice(avery, "1007").words


@pytest.mark.parametrize(
    "form",
    ["{number}", "#1004", "{id}", "{number_lower}", "{dashboard}", "{hosted}", "<{hosted}|link>"],
)
def test_an_invoice_is_found_by_every_kind_of_reference(
    desk: Tallyman, avery: Person, form: str
) -> None:
    found = desk.stripe.call("GET", "/v1/invoices", {"limit": "100", "status": "open"})
    wanted = next(one for one in found["data"] if one["total"] == 100_000)
    text = form.format(
        number=wanted["number"],
        number_lower=wanted["number"].lower(),
        id=wanted["id"],
        dashboard=f"https://dashboard.stripe.com/test/invoices/{wanted['id']}",
        hosted=wanted["hosted_invoice_url"],
    )

    card = invoice(avery, text)

    assert wanted["number"] in card.words
    assert "USD 1,000.00" in card.words


def test_the_lines_of_a_long_invoice_are_whole_and_add_up(avery: Person) -> None:
    card = invoice(avery, "1009")
    total = sum(100 + n for n in range(59)) - 2_500
    assert f"USD {total / 100:,.2f}" in card.words

    pages = [press(avery, card, "show_invoice_lines")]
    while any("Next" in label for label in pages[-1].buttons):
        pages.append(press(avery, pages[-1], "show_invoice_lines:next"))

    shown = "\n".join(page.words for page in pages)
    assert len(pages) > 1
    assert all(f"Number {n:03d}" in shown for n in range(59))
    assert "−USD 25.00" in shown


def test_previous_and_next_walk_through_the_account_in_place(avery: Person) -> None:
    card = invoice(avery, "1004")
    number_of_messages = len(avery.messages("general"))

    later = press(avery, card, "show_invoice:next")
    again = press(avery, later, "show_invoice:previous")

    assert "Porting 0" in later.words
    assert "USD 1,000.00" in again.words
    assert len(avery.messages("general")) == number_of_messages


def test_an_account_shows_its_invoices_newest_first_in_pages_of_ten(avery: Person) -> None:
    page = invoice(avery, "acme east")
    assert "14 invoices" in page.words
    assert page.words.index("20 Oct 2026") < page.words.index("19 Oct 2026")

    second = press(avery, page, "list_page:next")

    assert "Page 2 of 2" in second.words
    assert "4 Aug 2026" in second.words


def test_an_organisation_shows_the_invoices_of_its_companies(avery: Person) -> None:
    page = invoice(avery, "Acme")

    assert "Acme › Acme East" in page.words
    assert "Acme › Acme West" in page.words


def test_a_row_of_a_list_opens_its_invoice_below_the_list(avery: Person) -> None:
    page = invoice(avery, "gulf")
    before = len(avery.messages("general"))

    opened = press(avery, page, "Show")

    assert "KWD 1,234.567" in opened.words
    assert len(avery.messages("general")) == before + 1


def test_a_month_gives_the_one_invoice_that_ends_in_it(avery: Person) -> None:
    assert "USD 123.45" in invoice(avery, '"acme east" 2026-08').words


def test_several_invoices_of_a_month_give_a_picker(avery: Person) -> None:
    picker = invoice(avery, '"acme east" 2026-10')

    assert "12 invoices fit" in picker.words
    assert "and 2 more" in picker.words


def test_a_month_that_is_not_over_says_when_its_invoice_appears(avery: Person) -> None:
    answer = invoice(avery, "gulf 2026-11")

    assert "still open" in answer.words
    assert "30 Nov 2026" in answer.words


def test_names_that_look_alike_are_both_shown_with_a_warning(avery: Person) -> None:
    picker = invoice(avery, "zenith telecom")

    assert "2 accounts fit" in picker.words
    assert "look alike" in picker.words
    assert picker.words.count("cus_") == 2


def test_what_fits_nothing_proposes_the_nearest_names(avery: Person) -> None:
    answer = invoice(avery, "Akme Eest")
    assert "Nothing matches ‘Akme Eest’" in answer.words

    chosen = press(avery, answer, "Acme › Acme East")

    assert "Invoices of Acme › Acme East" in chosen.words


@pytest.mark.parametrize(
    ("filters", "stripes"),
    [
        ("", {}),
        ("status:open", {"status": "open"}),
        ("status:paid", {"status": "paid"}),
        ("status:void", {"status": "void"}),
        ("status:uncollectible", {"status": "uncollectible"}),
    ],
)
def test_a_list_counts_what_stripe_counts(
    desk: Tallyman, avery: Person, filters: str, stripes: dict[str, str]
) -> None:
    count = Billing(desk.stripe).count(**stripes)

    words = invoice(avery, f"list {filters}").words

    assert f"{count} invoice" in words


def test_filters_narrow_a_list_together(avery: Person) -> None:
    answer = invoice(
        avery, "list entity:acme status:past_due from:2026-10-01 to:2026-10-31 min:1000"
    )

    assert "1 invoice" in answer.words
    assert "USD 1,000.00" in answer.words


def test_text_is_searched_for_literally(avery: Person) -> None:
    assert "No invoices" in invoice(avery, "list text:%").words
    assert "No invoices" in invoice(avery, 'list text:"\' OR 1=1 --"').words
    assert "1 invoice" in invoice(avery, "list text:evil.example").words


def test_a_hostile_name_is_shown_as_it_is_and_pings_nobody(desk: Tallyman, avery: Person) -> None:
    card = invoice(avery, "1008")

    assert "<!channel> & <https://evil.example|Pay here>" in card.words
    assert "{0.__class__} %s%n" in card.words
    assert "<!channel>" not in card.text
    assert "<https://evil" not in card.text
    assert desk.slack.problems == []


def test_a_draft_is_shown_to_an_admin(avery: Person) -> None:
    assert "Draft" in invoice(avery, '"acme west"').words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "list status:pastdu",
            (
                "Status must be one of open, paid, past_due, uncollectible, void. "
                "Did you mean past_due?"
            ),
        ),
        ("list from:01.10.2026", "YYYY-MM-DD"),
        ("list min:1e400", "amount"),
        ("list colour:red", "entity"),
        ("acme 2026-13", "YYYY-MM"),
    ],
)
def test_bad_input_says_what_would_be_right(avery: Person, text: str, said: str) -> None:
    answer = invoice(avery, text)

    assert said in answer.words
    assert all(contact in answer.words for contact in CONTACT)


def test_help_names_every_form(avery: Person) -> None:
    words = invoice(avery, "help").words

    assert all(part in words for part in ("/invoice 1234", "status:", "from:", "min:", "2026-10"))
    assert invoice(avery, "").words == words


def test_share_answers_the_asker_alone_and_says_why(avery: Person) -> None:
    answer = invoice(avery, "1004 share")

    assert answer.is_ephemeral
    assert "Not shared" in answer.words


def test_somebody_without_a_role_gets_one_text_whatever_is_asked(desk: Tallyman) -> None:
    kim = desk.person(STRANGER)

    answers = {invoice(kim, text).words for text in ("1004", "no such thing", "list bad:1", "help")}

    assert len(answers) == 1
    assert "1,000.00" not in answers.pop()
    refused = refusals_of(desk.runtime.database, STRANGER)
    assert len(refused) == 4
    assert {how for how, _ in refused} == {"refused"}
    kim.close()


def test_a_stranger_who_presses_a_forged_button_is_refused(desk: Tallyman, avery: Person) -> None:
    card = invoice(avery, "1004")
    assert card.is_ephemeral
    kim = desk.person(STRANGER)

    answered = kim.click(card, "show_invoice:next")

    assert not answered["ok"]
    kim.close()


@pytest.fixture
def silent_services(desk: Tallyman) -> Iterator[None]:
    """Stripe accepts and never answers; Slack's Web API takes its time."""
    desk.stripe.world.faults.set({"black_hole": True})
    desk.slack.faults.set({"slow_seconds": 20.0})
    yield
    desk.stripe.world.faults.reset()
    desk.slack.faults.set({"slow_seconds": 0.0})


@pytest.mark.usefixtures("silent_services")
def test_an_answer_waits_neither_for_stripe_nor_for_slack(avery: Person) -> None:
    began = time.monotonic()

    card = invoice(avery, "1004")

    # A busy machine takes its time; whoever waited for either of them would take far longer.
    assert time.monotonic() - began < ACK_SECONDS_MAX
    assert "Past Due" in card.words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lsit", "Did you mean /invoice list?"),
        ("hsitory 1001", "Did you mean /invoice history 1001?"),
        ("share 1001", "Did you mean /invoice 1001 share?"),
        ("/invoice 1001", "Did you mean /invoice 1001?"),
    ],
)
def test_a_word_of_the_command_that_is_mistyped_is_proposed(
    avery: Person, typed: str, meant: str
) -> None:
    assert meant in invoice(avery, typed).words


def test_a_history_takes_no_filters(avery: Person) -> None:
    answer = invoice(avery, "history 1001 status:open")

    assert "‘status:’ is not understood" in answer.words
    assert "Nothing matches" not in answer.words


def test_a_currency_that_nobody_knows_is_refused_with_the_nearest(avery: Person) -> None:
    for text in ("list currency:eru", "list min:100eru"):
        answer = invoice(avery, text)
        assert "ERU is no currency that Stripe knows. Did you mean EUR?" in answer.words


def test_a_currency_that_something_is_billed_in_is_known_by_that(
    desk: Tallyman, avery: Person
) -> None:
    with desk.runtime.database.writing() as session:
        session.execute(update(Invoice).where(Invoice.short_number == 1008).values(currency="hrk"))

    answer = invoice(avery, "list currency:hrk")

    assert "1 invoice" in answer.words
    assert "HRK 7.00" in answer.words


def test_what_is_not_here_while_stripe_is_first_read_may_come(
    desk: Tallyman, avery: Person
) -> None:
    with desk.runtime.database.writing() as session:
        swept = session.get_one(SyncMark, SWEPT)
        kept = (swept.business_at, swept.real_at)
        session.delete(swept)

    answer = invoice(avery, "4711")

    assert "Nothing matches ‘4711’" in answer.words
    assert "Stripe is being read for the first time." in answer.words
    assert avery.type("general", "/usage Gulf Calls")["ok"]
    assert "Stripe is being read for the first time." in avery.see("general").words
    with desk.runtime.database.writing() as session:
        set_mark(session, SWEPT, business_at=kept[0], real_at=kept[1])
