"""Sending a payment link (B3): what goes out is what was seen, once, and only while it is owed."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.bells import ring
from bot.models import Effect
from bot.sandbox.mail import Letter, MailServer
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, revoke
from tests.handlers.slack.letters import SENDER, direct_words, end_of, follow, tidy
from tests.handlers.slack.pressing import forge, press, view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen


@pytest.fixture(scope="module")
def post_office(shared_database_url: str) -> Iterator[MailServer]:
    """Where all mail ends; one for each database, as the same letters go out over both."""
    assert shared_database_url
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def desk(shared_database_url: str, post_office: MailServer) -> Iterator[Tallyman]:
    """A Tallyman that can send mail."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    with deployed(
        shared_database_url,
        now=stripe.clock,
        stripe=stripe,
        smtp_url=post_office.url,
        mail_from=SENDER,
    ) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture(autouse=True)
def healed(desk: Tallyman, post_office: MailServer) -> Iterator[None]:
    """Whatever a test breaks works again after it."""
    yield
    desk.stripe.world.faults.reset()
    post_office.faults.reset()


@pytest.fixture
def billing(desk: Tallyman) -> Billing:
    """The company at the stand-in."""
    return Billing(desk.stripe)


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin, at a tidy screen."""
    person = desk.person()
    yield person
    tidy(person)
    person.close()


@pytest.fixture
def jamie(desk: Tallyman, avery: Person) -> Iterator[Person]:
    """A collector of one account."""
    desk.stripe.call("POST", "/v1/customers", {"name": "Only Ltd", "metadata": {"company": "Only"}})
    follow(desk)
    grant(avery, "@jamie collector Only")
    person = desk.person("U0JAMIE")
    yield person
    tidy(person)
    person.close()
    revoke(avery, "@jamie collector Only")


def issue(desk: Tallyman, billing: Billing, name: str, **more: Any) -> Json:
    """An invoice over 100.00 of a customer of its own, read into the mirror."""
    made = billing.invoice(billing.customer(name, company=name), **more)
    follow(desk)
    return made


def card_of(person: Person, invoice: Json) -> Seen:
    """The card that /invoice shows."""
    return ask(person, f"/invoice {invoice['id']}")


def preview(person: Person, invoice: Json, way: str = "mail") -> Seen:
    """The second step of the dialog, where everything is seen that goes out."""
    assert person.click(card_of(person, invoice), "Send payment link")["ok"]
    view_of(person)
    assert person.submit(way=way)["ok"]
    return person.view()


def letters_to(post_office: MailServer, invoice: Json) -> list[Letter]:
    """The mails that name an invoice, newest first."""
    return [one for one in post_office.mailbox.list_letters() if invoice["number"] in one.text]


def stages(desk: Tallyman, invoice: Json) -> list[str]:
    """What the audit trail holds of sending links for an invoice."""
    entries = entries_of(desk.runtime.database)
    return [
        one.action
        for one in entries
        if one.subject_id == invoice["id"] and one.action.startswith("send_payment_link")
    ]


def test_the_customer_gets_what_was_previewed_with_a_fresh_link(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Acme Ltd")

    seen = preview(avery, made)
    avery.submit()
    said = end_of(avery).words

    [letter] = letters_to(post_office, made)
    assert "on its way to pay@acmeltd.example" in said
    assert letter.envelope_to == ("pay@acmeltd.example",)
    assert letter.headers["Subject"] == f"Invoice {made['number']}: USD 100.00 to pay"
    assert made["hosted_invoice_url"] in letter.text
    assert letter.html.count(made["hosted_invoice_url"]) == 1
    shown = seen.words.replace("(the link, fresh from Stripe, stands here)", "LINK")
    sent = letter.text.replace("\r\n", "\n").replace(made["hosted_invoice_url"], "LINK").strip()
    assert sent in shown
    assert stages(desk, made) == ["send_payment_link.requested", "send_payment_link.settled"]


def test_no_link_is_kept_anywhere(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Keyless Ltd")
    preview(avery, made)
    avery.submit()
    wait_until(lambda: bool(letters_to(post_office, made)))

    with desk.runtime.database.reading() as session:
        kept = [str(each.payload) for each in session.scalars(select(Effect))]

    assert not any(made["hosted_invoice_url"] in one for one in kept)


def test_a_link_to_copy_is_fresh_and_for_that_person_alone(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Copy Ltd")

    seen = preview(avery, made, "copy")

    assert made["hosted_invoice_url"] in seen.words
    assert "Only you see this" in seen.words
    assert stages(desk, made) == ["send_payment_link.done"]


@pytest.mark.parametrize("verb", ["pay", "void", "write_off"])
def test_nothing_goes_out_for_what_has_changed_meanwhile(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer, verb: str
) -> None:
    made = issue(desk, billing, f"Meanwhile {verb} Ltd")
    preview(avery, made)
    getattr(billing, verb)(made)

    avery.submit()
    said = end_of(avery).words

    assert "Not sent" in said
    assert "Nothing was sent for invoice" in said
    assert letters_to(post_office, made) == []
    assert stages(desk, made)[-1] == "send_payment_link.failed"
    assert "Send payment link" not in card_of(avery, made).buttons
    follow(desk)


def test_another_amount_is_not_sent_and_said(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Credited Ltd")
    preview(avery, made)
    desk.stripe.call("POST", "/v1/credit_notes", {"invoice": made["id"], "amount": "4000"})

    avery.submit()
    said = end_of(avery).words

    assert "USD 60.00 is left to pay of it now, and not USD 100.00" in said
    assert letters_to(post_office, made) == []


def test_what_the_mirror_knows_is_previewed_again(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Again Ltd")
    preview(avery, made)
    desk.stripe.call("POST", "/v1/credit_notes", {"invoice": made["id"], "amount": "4000"})
    follow(desk)

    avery.submit()
    again = avery.view()
    avery.submit()
    end_of(avery)

    assert "USD 60.00 to pay for invoice" in " ".join(again.words.split())
    [letter] = letters_to(post_office, made)
    assert "USD 60.00 is to be paid" in letter.text


@pytest.mark.parametrize("verb", ["pay", "void", "write_off"])
def test_a_forged_press_on_what_is_not_owed_is_refused(
    desk: Tallyman, billing: Billing, verb: str
) -> None:
    made = issue(desk, billing, f"Forged {verb} Ltd")
    getattr(billing, verb)(made)
    follow(desk)

    answer = forge(desk, "send_payment_link", made["id"])

    assert "there is nothing to pay" in answer.words


def test_a_forged_press_on_a_draft_is_refused(desk: Tallyman, billing: Billing) -> None:
    made = issue(desk, billing, "Draft Ltd", finalize=False)

    assert "there is nothing to pay" in forge(desk, "send_payment_link", made["id"]).words


def test_a_role_covers_its_accounts_and_no_others(
    desk: Tallyman, avery: Person, jamie: Person, billing: Billing, post_office: MailServer
) -> None:
    customer = billing.customer("Only Ltd", company="Only")
    own, other = billing.invoice(customer), issue(desk, billing, "Other Ltd")
    del avery

    preview(jamie, own)
    jamie.submit()
    end_of(jamie)

    tidy(jamie)
    assert len(letters_to(post_office, own)) == 1
    assert "no such invoice" in forge(desk, "send_payment_link", other["id"], user="U0JAMIE").words


def test_a_viewer_is_neither_offered_it_nor_allowed(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Viewed Ltd")
    grant(avery, "@robin viewer")
    robin = desk.person("U0ROBIN")

    card = card_of(robin, made)
    answer = forge(desk, "send_payment_link", made["id"], user="U0ROBIN")

    robin.close()
    revoke(avery, "@robin viewer")
    assert "Send payment link" not in card.buttons
    assert "Your role does not cover that" in answer.words


def test_a_right_that_is_gone_by_then_sends_nothing(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Gone Ltd")
    grant(avery, "@robin collector")
    robin = desk.person("U0ROBIN")
    preview(robin, made)
    revoke(avery, "@robin collector")

    robin.submit()

    said = robin.view().words
    tidy(robin)
    robin.close()
    assert "You have no role" in said
    assert letters_to(post_office, made) == []


def test_two_dialogs_of_one_state_are_one_mail(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Twice Ltd")
    grant(avery, "@robin collector")
    robin = desk.person("U0ROBIN")
    preview(avery, made)
    preview(robin, made)

    avery.submit()
    end_of(avery)
    robin.submit()

    said = robin.view().words
    tidy(robin)
    robin.close()
    revoke(avery, "@robin collector")
    assert "was sent while you looked at it" in said
    assert len(letters_to(post_office, made)) == 1


def test_the_next_time_is_another_mail_and_says_when_the_last_was(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Reminded Ltd")
    preview(avery, made)
    avery.submit()
    end_of(avery)
    tidy(avery)

    avery.click(card_of(avery, made), "Send payment link")
    form = view_of(avery)
    avery.submit(way="mail")
    avery.submit()
    end_of(avery)

    assert "Last sent 16 Nov 2026" in form.words
    assert len(letters_to(post_office, made)) == 2


def test_a_mail_server_that_refuses_is_said(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Unknown Ltd")
    preview(avery, made)
    post_office.faults.set("refuse", 1)

    avery.submit()
    said = end_of(avery).words

    assert "Not sent" in said
    assert "550 5.1.1 no such mailbox here" in said


def test_what_the_dialog_has_said_is_not_written_too(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Told Once Ltd")
    preview(avery, made)
    post_office.faults.set("refuse", 1)

    avery.submit()
    end_of(avery)

    wait_until(lambda: message_after(desk, made) == "done")
    assert str(made["number"]) not in direct_words(desk)


def test_who_has_closed_the_dialog_is_written_to_at_once(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Closed Early Ltd")
    preview(avery, made)
    post_office.faults.set("refuse", 1)

    avery.submit()
    tidy(avery)

    wait_until(lambda: str(made["number"]) in direct_words(desk))


def message_after(desk: Tallyman, invoice: Json) -> str | None:
    """How the message stands that says what came of sending a link of this invoice."""
    with desk.runtime.database.reading() as session:
        sent = select(Effect.key).where(Effect.subject == f"invoice:{invoice['id']}")
        key = session.scalars(sent.order_by(Effect.id.desc()).limit(1)).one()
        told = select(Effect.state).where(Effect.key.startswith(f"announce:{key}"))
        return session.scalar(told.limit(1))


def test_a_mail_server_that_is_busy_is_said_and_gets_it_once_later(
    desk: Tallyman,
    avery: Person,
    billing: Billing,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.effects.queue.BACKOFF_SECONDS", 0.02)
    made = issue(desk, billing, "Waiting Ltd")
    preview(avery, made)
    post_office.faults.set("busy", 1_000)

    avery.submit()

    wait_until(lambda: "It is tried again by itself" in avery.view().words)
    assert "The mail server does not take it now: 451 4.7.1 greylisted" in avery.view().words
    post_office.faults.reset()
    wait_until(lambda: "on its way to" in avery.view().words)
    assert len(letters_to(post_office, made)) == 1


def test_a_mail_in_doubt_is_not_sent_again_until_a_person_says_so(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Doubtful Ltd")
    preview(avery, made)
    post_office.faults.set("lose_answer", 1)
    avery.submit()
    seen = end_of(avery)
    before = len(letters_to(post_office, made))

    assert "did not say whether it took the mail" in seen.words
    assert avery.press("Send again", view=seen)["ok"]

    wait_until(lambda: len(letters_to(post_office, made)) == 2)
    assert before == 1
    first, second = [one.headers["Message-ID"] for one in letters_to(post_office, made)]
    assert first == second
    assert "did not say whether it took the mail" in direct_words(desk)


def test_a_mail_in_doubt_that_has_arrived_is_left_alone(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Arrived Ltd")
    preview(avery, made)
    post_office.faults.set("drop", 1)
    avery.submit()
    seen = end_of(avery)

    avery.press("It has arrived", view=seen)
    wait_until(lambda: "Nothing more is sent" in avery.view().words)
    tidy(avery)
    avery.click(card_of(avery, made), "Send payment link")

    assert "How does the link go out?" in view_of(avery).words
    assert letters_to(post_office, made) == []


def test_only_whoever_may_send_decides_about_a_doubt(desk: Tallyman) -> None:
    assert "no such mail" in forge(desk, "send_mail_again", "999999").words
    assert "You have no role" in forge(desk, "mail_has_arrived", "1", user="U0KIM").words


def test_a_worker_that_dies_after_sending_sends_no_second_mail(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Killed Ltd")
    preview(avery, made)
    avery.submit()
    end_of(avery)

    # As a lease that has run out leaves it: promised, tried once, and nothing known.
    with desk.runtime.database.writing() as session:
        mine = Effect.subject == f"invoice:{made['id']}"
        again = update(Effect).where(mine).values(state="ready", finished_at=None)
        session.execute(again)
        ring(session, "effects")

    wait_until(lambda: "did not say whether" in direct_words(desk))
    assert len(letters_to(post_office, made)) == 1


def test_a_silent_stripe_is_asked_again_until_it_answers(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Silent Ltd")
    preview(avery, made)
    desk.stripe.world.faults.set({"slow_seconds": {"/v1/invoices": 0.0}, "fail_before_next": 2})

    avery.submit()

    wait_until(lambda: len(letters_to(post_office, made)) == 1)


def test_an_address_elsewhere_is_never_sent(
    desk: Tallyman, avery: Person, billing: Billing, post_office: MailServer
) -> None:
    made = issue(desk, billing, "Wrong Host Ltd")
    preview(avery, made)
    world = desk.stripe.world
    with world.lock:
        world.get("invoice", made["id"])["hosted_invoice_url"] = "https://evil.example/pay"

    avery.submit()
    said = end_of(avery).words

    assert "not on its own hosts" in said
    assert letters_to(post_office, made) == []


def test_a_choice_from_the_menu_of_deeds_is_a_press_on_the_deed(
    desk: Tallyman, billing: Billing
) -> None:
    made = issue(desk, billing, "Menu Ltd")

    answer = forge(desk, "choose_deed", f"send_payment_link|{made['id']}")
    forged = forge(desk, "choose_deed", f"grant_role|{made['id']}")

    assert "How does the link go out?" in answer.words
    assert "does not exist here" in forged.words


def test_press_of_an_old_button_asks_anew(desk: Tallyman, avery: Person, billing: Billing) -> None:
    made = issue(desk, billing, "Old Ltd")
    old = card_of(avery, made)
    billing.pay(made)
    follow(desk)

    answer = press(avery, old, "Send payment link")

    assert "is Paid: there is nothing to pay" in answer.words
