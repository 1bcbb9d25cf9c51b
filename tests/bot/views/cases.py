"""Every view in every state worth looking at: what the saved JSON and pictures are made of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.access import Role
from bot.clock import Month
from bot.errors import BadRequest, NotAllowed, Unavailable
from bot.mirror.documents import Receipt, Receipts
from bot.money import Money
from bot.queries.cards import Freshness, Status
from bot.queries.channels import ChannelLine
from bot.queries.effects import DeadEnd, EffectsReport
from bot.queries.home import HomeAccount, PastDueSum
from bot.queries.months import MonthState
from bot.queries.open_work import OpenWork
from bot.queries.roles import GrantLine, GrantPage, Subject
from bot.queries.sync import Backlog, FailingObject, Filling, LastVerify, OpenAlert
from bot.views.actions import GRANT_ROLE
from bot.views.balance import balance_card
from bot.views.channels import channel_list
from bot.views.chosen import choose_form, chosen_card, with_chosen
from bot.views.documents import pdf_link, receipt_links
from bot.views.help import help_card
from bot.views.home import home_card
from bot.views.hub import hub
from bot.views.invoice import Dashboard, invoice_card
from bot.views.invoice_lines import invoice_lines
from bot.views.lists import invoice_list
from bot.views.months import no_invoice_in_month
from bot.views.notices import Contact, error_notice, failure_notice, no_role_notice
from bot.views.pickers import (
    Miss,
    account_picker,
    invoice_picker,
    mixed_picker,
    nothing_matches,
)
from bot.views.roles import role_list
from bot.views.sharing import EXTERNAL, NOT_LISTED, not_shared, shared
from bot.views.support import support_request
from bot.views.sync import sync_card
from handlers.slack.balance_grammar import BALANCE_NOTES, balance_help_lines
from handlers.slack.billing_grammar import BILLING_NOTES, billing_help_lines
from handlers.slack.grammar import HELP_NOTES, help_lines
from handlers.slack.usage_grammar import USAGE_NOTES, usage_help_lines
from tests.bot.views.account_cases import ACCOUNT_CASES
from tests.bot.views.approval_cases import APPROVAL_CASES
from tests.bot.views.balance_cases import BALANCE_CASES, list_for, make_balance, make_owed
from tests.bot.views.cards import (
    ACME,
    FRESH,
    NASTY,
    NASTY_ACCOUNT,
    NO_WORK,
    NOW,
    USUAL_LINES,
    make_card,
    make_chargeback,
    make_home,
    make_job,
    make_line,
    make_page,
    make_row,
    make_standing,
    make_sync_report,
    usd,
)
from tests.bot.views.charge_cases import CHARGE_CASES
from tests.bot.views.credit_cases import CREDIT_CASES
from tests.bot.views.digest_cases import DIGEST_CASES, SETUP_CASES
from tests.bot.views.dispute_cases import DISPUTE_CASES, DISPUTED, RIGHTS, make_mark
from tests.bot.views.history_cases import history_cases
from tests.bot.views.open_work_cases import OPEN_WORK_CASES
from tests.bot.views.promise_cases import PROMISE_CASES
from tests.bot.views.term_cases import TERM_CASES
from tests.bot.views.usage_cases import USAGE_CASES

OCTOBER = Month(2026, 10)
DASHBOARD = Dashboard("https://dashboard.stripe.com", is_test=True)
CONTACT = Contact(email="billing@tallyman.example", phone="+49 30 1234567")
NOBODY = Contact(email=None, phone=None)
FAILED_ON = date(2026, 11, 3)
RETRY_ON = date(2026, 11, 18)
STALE = replace(FRESH, is_stale=True)

LATE_ACCOUNT = HomeAccount(ACME, (PastDueSum(usd(184_250), 1),), 23, "in_Late")
LATE_IN_THREE = HomeAccount(
    ACME,
    (PastDueSum(usd(50), 2), PastDueSum(Money(9_000, "jpy"), 1), PastDueSum(Money(12, "kwd"), 1)),
    1,
    None,
)
WELL_ACCOUNT = HomeAccount(ACME, (), 0, None)
MANY_LINES = (
    *(
        make_line(
            description=f"Calls from +49 30 {place:07}",
            minor=place,
            quantity=str(place),
            unit_amount="1",
            unit_label="minute",
        )
        for place in range(1, 481)
    ),
    *(make_line("fixed", f"Number {place}", 200) for place in range(1, 19)),
    make_line("adjustment", "Credit for an outage", -5000),
    make_line("tax", "VAT 19 %", 22000),
)
LONG_LINES = tuple(
    make_line(
        description=f"{place} {NASTY}",
        minor=10**14,
        quantity="1234567.123456",
        unit_amount="0.123456789012",
        unit_label=NASTY,
    )
    for place in range(500)
)
PAID = make_card(status=Status.PAID, paid=usd(141843), remaining=usd(0))

CARDS = {
    "open": make_card(),
    "past_due": make_card(
        status=Status.PAST_DUE,
        issued_on=date(2026, 9, 23),
        due_on=date(2026, 10, 23),
        days_late=23,
        paid=usd(50000),
        remaining=usd(91843),
        next_id="in_1Qccc",
    ),
    "paid": PAID,
    "void": make_card(status=Status.VOID, due_on=None),
    "uncollectible": make_card(status=Status.UNCOLLECTIBLE, due_on=date(2026, 5, 1)),
    "draft": make_card(
        status=Status.DRAFT, number=None, short_number=None, issued_on=None, due_on=None
    ),
    "unknown_status": make_card(status=None, status_text="in_review"),
    "failed_retrying": make_card(
        status=Status.PAST_DUE,
        is_automatic=True,
        due_on=None,
        failed_on=FAILED_ON,
        retry_on=RETRY_ON,
        days_late=12,
    ),
    "failed_exhausted": make_card(
        status=Status.PAST_DUE,
        is_automatic=True,
        due_on=None,
        failed_on=FAILED_ON,
        is_exhausted=True,
        days_late=1,
    ),
    "yen": make_card(
        lines=(
            make_line(
                minor=124000,
                currency="jpy",
                quantity="24800",
                unit_amount="5",
                unit_label="call",
            ),
            make_line("tax", "Consumption tax 10 %", 12400, currency="jpy"),
        )
    ),
    "dinar": make_card(
        lines=(make_line(minor=1240500, currency="kwd", quantity="992400", unit_amount="1.25"),)
    ),
    "credit_balance": make_card(credit_balance_applied=usd(20000), remaining=usd(121843)),
    "owed_from_before": make_card(credit_balance_applied=usd(-500), remaining=usd(142343)),
    "negative_total": make_card(
        status=Status.PAID,
        status_text="paid",
        lines=(make_line("adjustment", "Setup given back", -5000),),
        credit_balance_applied=usd(-5000),
        remaining=usd(0),
    ),
    "carried_over": make_card(
        status=Status.PAID,
        status_text="paid",
        lines=(make_line("fixed", "Two calls", 30),),
        credit_balance_applied=usd(30),
        is_carried_over=True,
        remaining=usd(0),
    ),
    "overpaid": make_card(
        status=Status.PAID,
        status_text="paid",
        paid=usd(143843),
        overpaid=usd(2000),
        remaining=usd(0),
    ),
    "credit_note": make_card(
        credit_notes=usd(11843), remaining=usd(130000), credited_after_payment=usd(700)
    ),
    "inclusive_tax": make_card(lines=USUAL_LINES[:4], inclusive_tax=usd(21140), total=usd(132440)),
    "lines_500": make_card(lines=MANY_LINES),
    "nothing_on_it": make_card(lines=()),
    "nasty_names": make_card(
        number=NASTY, account=NASTY_ACCOUNT, lines=LONG_LINES[:12], remaining=usd(10**17)
    ),
    "difference": make_card(total=usd(142843), difference=usd(1000)),
    "stale": make_card(freshness=STALE),
    "never_filled": make_card(freshness=Freshness(as_of=None, is_stale=False)),
    "deleted": make_card(is_deleted=True),
    "chargeback": replace(PAID, chargebacks=(make_chargeback(),)),
    "chargeback_lost": replace(PAID, chargebacks=(make_chargeback(status="lost"),)),
    "chargeback_won": replace(
        PAID, chargebacks=(make_chargeback(status="won", is_harmless=True, reason="general"),)
    ),
    "chargeback_odd": replace(
        PAID, chargebacks=(make_chargeback(status=NASTY, reason=NASTY), make_chargeback())
    ),
}

AVERY = Subject("U0AVERY", "Avery Stone", "avery", is_group=False, obstacle=None)
JAMIE = Subject("U0JAMIE", "Jamie Okafor", "jamie", is_group=False, obstacle=None)
NOOR = Subject("U0NOOR", "Noor Haddad", "noor", is_group=False, obstacle="a guest")
TEAM = Subject("S0TEAM", "Billing team", "billing-team", is_group=True, obstacle=None)
NASTY_SUBJECT = Subject("U0NASTY", NASTY, NASTY, is_group=False, obstacle="deactivated")
SINCE = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def make_grants(*lines: GrantLine, count: int | None = None) -> GrantPage:
    """Roles that hold, and perhaps more than these."""
    return GrantPage(lines, len(lines) if count is None else count)


FIRST = GrantLine(AVERY, Role.ADMIN, None, (), None)
TEAM_BY_SETTINGS = GrantLine(TEAM, Role.VIEWER, None, (), None)
BY_GROUP = GrantLine(TEAM, Role.COLLECTOR, None, (), SINCE)
OF_ACCOUNT = GrantLine(JAMIE, Role.VIEWER, 12, ("Acme", "Acme East"), SINCE)
OF_NASTY = GrantLine(NASTY_SUBJECT, Role.APPROVER, 10**9, (NASTY, NASTY), SINCE)
ROLES = make_grants(FIRST, BY_GROUP, OF_ACCOUNT, GrantLine(NOOR, Role.REVIEWER, None, (), SINCE))
NOTHING_PAST_DUE = make_page(rows=(), count=0, past_due_count=0, page=1, pages=1)
CHANNELS = (
    ChannelLine("C0BILLING", "billing", is_external=False),
    ChannelLine("C0ACME", "acme-shared", is_external=True),
)
STANDINGS = {
    "open": make_standing(),
    "open_other_day": make_standing(last_day=date(2026, 12, 14)),
    "draft": make_standing(
        month=OCTOBER,
        state=MonthState.DRAFT,
        last_day=date(2026, 10, 31),
        issues_at=datetime(2026, 11, 15, 13, tzinfo=UTC),
    ),
    "draft_not_issued_by_itself": make_standing(
        month=OCTOBER, state=MonthState.DRAFT, last_day=date(2026, 10, 31)
    ),
    "closed": make_standing(month=OCTOBER, state=MonthState.CLOSED, last_day=date(2026, 10, 31)),
    "unread": make_standing(month=OCTOBER, state=MonthState.UNREAD, last_day=date(2026, 10, 31)),
    "too_early": make_standing(month=Month(2025, 1), state=MonthState.TOO_EARLY),
    "too_late": make_standing(month=Month(2027, 3), state=MonthState.TOO_LATE),
    "no_invoices_yet": make_standing(
        month=OCTOBER, state=MonthState.TOO_EARLY, first_month=None, account=NASTY_ACCOUNT
    ),
}
DOUBT = "Slack did not say whether it took the message."
SYNC_REPORTS = {
    "well": make_sync_report(),
    "never_filled": make_sync_report(
        freshness=Freshness(as_of=None, is_stale=True),
        age=None,
        swept_age=None,
        webhook_age=None,
        filling=Filling(objects_count=0, finished_at=None, kinds_left=("invoice",)),
        verify=None,
        jobs=(),
    ),
    "stale": make_sync_report(freshness=STALE, age=timedelta(hours=2, minutes=5)),
    "dead_ends": make_sync_report(
        effects=EffectsReport(
            pending_count=3,
            oldest_age=timedelta(minutes=4),
            dead_ends=(
                DeadEnd(
                    9, "share_answer", "message:14", DOUBT, 12, timedelta(1), "C0BILLING", True
                ),
                DeadEnd(
                    7, "announce", "message:12", "No <such> place.", 1, timedelta(2), "U0ROBIN"
                ),
                DeadEnd(3, "new_kind", "<!channel>", "", 12, timedelta(seconds=50)),
            ),
            dead_ends_count=6,
        )
    ),
    "needs_a_look": make_sync_report(
        unnoted=Backlog(3, timedelta(seconds=40)),
        unread=Backlog(1, timedelta(days=2)),
        failing=(
            FailingObject(1, "invoice", "in_1QhT4KLkdIwHu7ix", 5, "Stripe failed.", timedelta(0)),
            FailingObject(2, "tax_rate", NASTY, 17, NASTY, timedelta(minutes=4)),
        ),
        failing_count=9,
        alerts=(
            OpenAlert(4, "refresh_failing", "invoice", "in_1: no answer", 3, NOW, timedelta(1)),
            OpenAlert(3, "something_new", NASTY, NASTY, 1, NOW, timedelta(0)),
        ),
        alerts_count=12,
        verify=LastVerify(timedelta(hours=9), 4812, 2, 1, 3, is_repaired=True, unrepaired_count=1),
        jobs=(
            make_job("digest", waiting_count=2, failed_count=1, skipped_count=12),
            make_job("past_due", is_looked_after=False),
            make_job("verify", is_left_out=True),
            make_job("promises", next_in=timedelta(0)),
            make_job("<!here>_new", last_age=None, next_at=None, next_in=None),
        ),
    ),
}

CASES = {
    **USAGE_CASES,
    "help_usage": help_card("/usage", usage_help_lines(), USAGE_NOTES),
    **BALANCE_CASES,
    **CHARGE_CASES,
    **PROMISE_CASES,
    **APPROVAL_CASES,
    **DISPUTE_CASES,
    "balance_disputed": balance_card(
        make_balance(make_owed(0, 500_000), disputed=(DISPUTED,)), list_for=list_for
    ),
    "card_disputed": invoice_card(
        make_card(dispute=make_mark()), dashboard=DASHBOARD, rights=RIGHTS
    ),
    "list_disputed": invoice_list(
        make_page(rows=(make_row(is_disputed=True), make_row(is_charged_back=True))),
        title="Invoices of Acme",
        list_text='list entity:"Acme"',
    ),
    **CREDIT_CASES,
    **{f"card_{name}": invoice_card(card, dashboard=DASHBOARD) for name, card in CARDS.items()},
    "lines_first_page": invoice_lines(CARDS["lines_500"], page=1, dashboard=DASHBOARD),
    "lines_last_page": invoice_lines(CARDS["lines_500"], page=13, dashboard=DASHBOARD),
    "lines_nasty": invoice_lines(make_card(lines=LONG_LINES), page=7, dashboard=DASHBOARD),
    "list": invoice_list(make_page(), title="Invoices of Acme", list_text='list entity:"Acme"'),
    "list_mixed": invoice_list(
        make_page(
            rows=(
                make_row(status=Status.PAST_DUE, days_late=23),
                make_row(status=Status.PAID, number="ACME-0041", is_charged_back=True),
                make_row(status=Status.VOID, number="ACME-0040", total=Money(1200, "jpy")),
                make_row(status=Status.UNCOLLECTIBLE, number="ACME-0039"),
                make_row(status=Status.DRAFT, number=None, issued_on=None),
                make_row(status=None, status_text="<odd>", account=NASTY_ACCOUNT),
            ),
            count=6,
            past_due_count=1,
            page=1,
            pages=1,
        ),
        title="All invoices",
        list_text="list",
    ),
    "list_empty": invoice_list(
        make_page(rows=(), count=0, past_due_count=0, page=1, pages=1, freshness=STALE),
        title=f"Invoices of {NASTY}",
        list_text="list",
    ),
    "pick_invoice": invoice_picker([make_row(), make_row(number="1234")], asked="1234", count=9),
    "pick_account": account_picker(
        [
            ACME,
            replace(ACME, id=8, path=("\u0410cme", "\uff21cme East"), customer_ids=("cus_Fake",)),
            NASTY_ACCOUNT,
        ],
        asked="acme",
        count=10,
    ),
    "pick_either": mixed_picker(
        [make_row(number="1234")],
        [replace(ACME, path=("1234",), customer_ids=())],
        asked="1234",
        count=2,
    ),
    **{
        f"month_{name}": no_invoice_in_month(standing, list_text='"@7"', contact=CONTACT)
        for name, standing in STANDINGS.items()
    },
    "support_request": support_request(STANDINGS["closed"], contact=CONTACT),
    "support_nobody": support_request(
        replace(STANDINGS["closed"], account=NASTY_ACCOUNT), contact=NOBODY
    ),
    "support_nasty": support_request(
        replace(STANDINGS["closed"], account=replace(ACME, path=("漢" * 300, "👩‍💻" * 200))),
        contact=CONTACT,
    ),
    "pdf": pdf_link("Invoice ACME-0042", url="https://pay.stripe.com/invoice/acct_1/test_x/pdf"),
    "receipt": receipt_links(
        "Invoice ACME-0042",
        Receipts((Receipt("https://pay.stripe.com/receipts/a", usd(141843)),), has_more=False),
    ),
    "receipts": receipt_links(
        f"Invoice {NASTY[:60]}",
        Receipts(
            tuple(Receipt("https://pay.stripe.com/receipts/a", usd(n)) for n in (1, 2, 3, 4, 5)),
            has_more=True,
        ),
    ),
    **{f"sync_{name}": sync_card(report) for name, report in SYNC_REPORTS.items()},
    "sync_after_a_press": sync_card(SYNC_REPORTS["well"], note="Dismissed."),
    "nothing_matches": nothing_matches(
        Miss("amce", [ACME, NASTY_ACCOUNT], FRESH, "UTC", hint="Did you mean /invoice list?"),
        contact=CONTACT,
    ),
    "nothing_near": nothing_matches(
        Miss(NASTY, [], Freshness(as_of=None, is_stale=True), "UTC", hint=NASTY), contact=NOBODY
    ),
    "bad_request": error_notice(
        BadRequest(f"‘{NASTY}’ is no date."), reference="req_8fj2", contact=CONTACT
    ),
    "not_allowed": error_notice(NotAllowed(), reference="req_8fj2", contact=NOBODY),
    "unavailable": error_notice(
        Unavailable("Stripe did not answer."),
        reference="req_8fj2",
        contact=replace(CONTACT, phone=None),
    ),
    "failure": failure_notice(reference="req_8fj2", contact=replace(CONTACT, email=None)),
    "no_role": no_role_notice(contact=CONTACT),
    "help": help_card("/invoice", help_lines(), HELP_NOTES),
    "help_balance": help_card("/balance", balance_help_lines(), BALANCE_NOTES),
    "help_billing": help_card("/billing", billing_help_lines(), BILLING_NOTES),
    "hub_admin": hub(make_grants(FIRST), make_page(count=12), work=OpenWork(3, 1), is_admin=True),
    "hub_collector": hub(
        make_grants(TEAM_BY_SETTINGS, BY_GROUP, OF_ACCOUNT),
        NOTHING_PAST_DUE,
        work=NO_WORK,
        is_admin=False,
    ),
    "hub_nasty": hub(
        make_grants(*(OF_NASTY,) * 15, count=500),
        make_page(count=1, freshness=STALE),
        work=NO_WORK,
        is_admin=False,
    ),
    "hub_of_chosen": hub(
        make_grants(OF_ACCOUNT), NOTHING_PAST_DUE, work=NO_WORK, chosen=ACME, is_admin=False
    ),
    "home": home_card(make_home(LATE_ACCOUNT, LATE_IN_THREE, WELL_ACCOUNT, count=41, page=2)),
    "home_with_work": home_card(make_home(LATE_ACCOUNT, work=OpenWork(1, 2))),
    "home_nasty": home_card(
        make_home(*(replace(LATE_IN_THREE, account=NASTY_ACCOUNT),) * 10, freshness=STALE),
        chosen=NASTY_ACCOUNT,
    ),
    "home_of_one_account": home_card(make_home(WELL_ACCOUNT), chosen=ACME),
    "home_without_accounts": home_card(make_home()),
    "choose_account": choose_form(),
    "chosen": chosen_card(ACME, is_new=True),
    "chosen_nasty": chosen_card(NASTY_ACCOUNT, is_new=False),
    "chosen_none": chosen_card(None, is_new=False),
    "list_of_chosen": with_chosen(
        invoice_list(
            make_page(count=1),
            title="Invoices of Acme › Acme East",
            list_text='list entity:"@1"',
        ),
        ACME,
    ),
    "roles": role_list(ROLES),
    "roles_said": role_list(ROLES, said="Jamie Okafor is now a viewer for Acme › Acme East."),
    "roles_of_settings": role_list(make_grants(FIRST)),
    "roles_nasty": role_list(
        GrantPage(
            tuple(replace(OF_NASTY, account_id=10**9 + place) for place in range(15)), 500, page=2
        )
    ),
    "channels": channel_list(CHANNELS),
    "channels_nasty": channel_list(
        [ChannelLine(f"C0{place:09}", NASTY, is_external=True) for place in range(50)]
    ),
    "channels_none": channel_list((), said="Answers can no longer be shared in #billing."),
    "shared_card": shared(invoice_card(CARDS["past_due"], dashboard=DASHBOARD)),
    "shared_list": shared(
        invoice_list(make_page(), title="Invoices of Acme", list_text='list entity:"Acme"')
    ),
    "not_shared_card": not_shared(invoice_card(CARDS["paid"], dashboard=DASHBOARD), NOT_LISTED),
    "not_shared_external": not_shared(invoice_card(CARDS["yen"], dashboard=DASHBOARD), EXTERNAL),
    "pick_account_for_role": account_picker(
        [ACME, NASTY_ACCOUNT],
        asked="acme",
        count=2,
        text_for=lambda account: f"roles grant U0JAMIE viewer @{account.id}",
        action=GRANT_ROLE,
    ),
    **ACCOUNT_CASES,
    **OPEN_WORK_CASES,
    **TERM_CASES,
    **DIGEST_CASES,
    **SETUP_CASES,
    **history_cases(NASTY),
}
