"""The digest: who is past due, what has changed, and one menu to do something about it.

The same message is shown all day on the state of the moment; what is over is struck through.
"""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from bot.money import money_text
from bot.queries.ageing import BUCKETS, Bucket, Owed
from bot.queries.digest_cards import (
    PAGE_LINES,
    Change,
    DigestReport,
    PostedDigest,
)
from bot.views import action_values, actions, blocks
from bot.views.ageing import amount_only
from bot.views.blocks import Block, Element, Message
from bot.views.digest_tables import FORMS
from bot.views.digest_words import option_words, scope_words
from bot.views.freshness import freshness_warnings
from bot.views.text import (
    account_name,
    amounts_text,
    as_of_text,
    capital,
    count_text,
    day_of,
    day_text,
    escape,
    fit,
    literal,
    plain,
    short_day_text,
)

LIVE_VIEW, SUBJECT = "digest", "digest:"
SEEN_NAMED = 8
CURRENCIES_SHOWN = 4
# Where there are more currencies, their amounts alone take much of what Slack takes in all.
AGES_MAX, AGES_OF_MANY = 6, 3
MENU = "What to do about …"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTHING = "Nothing past due."
NO_BREAK = "\u00a0"


def subject_of(post_id: int) -> str:
    """The subject of the message that shows this digest."""
    return f"{SUBJECT}{post_id}"


def digest_message(report: DigestReport, posted: PostedDigest) -> Message:
    """One page of a digest, with simpler forms for a Slack that refuses its table."""
    head = [blocks.header(f"Past due · {_head_day(report, posted)}"), _glance(report)]
    head.extend(freshness_warnings(report.freshness, report.zone))
    tail = [*_deeds(report, posted), *_ages(report), *_seen(report, posted)]
    tail.append(_footing(report, posted))
    forms: list[list[Block]] = [[]]
    if report.lines:
        forms = [[form(report.lines)] for form in FORMS]
    best, *others = [(*head, *table, *tail) for table in forms]
    is_first = report.page == 1 and posted.post_id is not None
    return Message(
        text=fit(literal(_summary(report, posted)), blocks.MESSAGE_TEXT_MAX),
        blocks=best,
        fallbacks=tuple(others),
        live=(LIVE_VIEW, subject_of(posted.post_id)) if is_first and posted.post_id else None,
    )


def to_be_shown(post_id: int) -> Message:
    """A digest that is not shown yet: whoever posts it shows it on the state of that moment."""
    head = "Past due"
    live = (LIVE_VIEW, subject_of(post_id))
    return Message(text=head, blocks=(blocks.header(head),), live=live)


def _day_words(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day_text(day)}"


def _head_day(report: DigestReport, posted: PostedDigest) -> str:
    """The day; without its weekday it is short enough for the title of a modal."""
    return day_text(report.day) if posted.day is None else _day_words(posted.day)


def _late(report: DigestReport) -> list[Owed]:
    """The currencies in which something is past due, the most accounts first."""
    late = [each for each in report.owed if each.past_due]
    return sorted(late, key=lambda each: -each.past_due_count)


def _glance(report: DigestReport) -> Block:
    late = _late(report)
    elements: list[Element] = []
    if not late:
        elements += [blocks.emoji("white_check_mark"), blocks.text(f" {NOTHING}", is_bold=True)]
    for each in late[:CURRENCIES_SHOWN]:
        invoices = count_text(each.past_due_count, "invoice")
        elements += [
            *([blocks.text("\n")] if elements else []),
            blocks.text(money_text(each.past_due), is_bold=True),
            blocks.text(f" past due · {invoices}"),
        ]
    if others := [each.past_due for each in late[CURRENCIES_SHOWN:]]:
        elements.append(blocks.text(f"\nalso {amounts_text(others)}"))
    for words in _news(report):
        elements.append(blocks.text(f"\n{words}"))
    return blocks.rich_text(*elements)


def _news(report: DigestReport) -> Iterator[str]:
    """What has changed since the last one."""
    if report.since is None:
        return
    since = short_day_text(day_of(report.since, report.zone))
    counts = [
        f"{report.counts[change]:,} {change.value}"
        for change in (Change.NEW, Change.WORSE, Change.BETTER)
        if report.counts.get(change)
    ]
    yield f"Since {since}: {', '.join(counts) or 'nobody new, worse or better'}"
    if report.paid.accounts_count:
        yield f"Paid since {since}: {amounts_text(report.paid.amounts)} by {_payers(report)}"


def _payers(report: DigestReport) -> str:
    names = [account_name(each, limit=60) for each in report.paid.accounts]
    rest = report.paid.accounts_count - len(names)
    if rest > 0:
        return f"{', '.join(names)} and {count_text(rest, 'other')}"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _ages(report: DigestReport) -> list[Block]:
    """How late it is in each currency; only the ages that have something."""
    late = _late(report)
    shown = late if len(late) <= AGES_MAX else late[:AGES_OF_MANY]
    elements: list[Element] = []
    for each in shown:
        ages = [
            f"{_age_words(bucket)} {amount_only(amount)}".replace(" ", NO_BREAK)
            for bucket, amount in zip(BUCKETS, each.ageing, strict=True)
            if amount
        ]
        currency = each.currency.upper()
        elements += [
            blocks.text(f"{currency} by age:", is_bold=True),
            blocks.text(f" {' · '.join(ages)}" + ("" if each is shown[-1] else "\n")),
        ]
    if rest := len(late) - len(shown):
        elements.append(blocks.text(f"\nThose of {rest} more currencies are in /balance"))
    return [blocks.rich_text(*elements)] if elements else []


def _age_words(bucket: Bucket) -> str:
    """An age in few signs: "current", "1–30 d", "over 90 d"."""
    if bucket.days_max == 0:
        return "current"
    if bucket.days_max is None:
        return f"over {bucket.days_min - 1} d"
    return f"{bucket.days_min}–{bucket.days_max} d"


def _deeds(report: DigestReport, posted: PostedDigest) -> list[Block]:
    elements: list[Element] = []
    chased = [line for line in report.lines if line.change is not Change.OVER]
    if chased:
        options = [
            blocks.option(
                fit(option_words(line), blocks.OPTION_TEXT_MAX),
                value=actions.account_text(line.account.id),
            )
            for line in chased
        ]
        name = actions.action_id(actions.SHOW_ACCOUNT_DEEDS, "digest")
        elements.append(blocks.static_select(MENU, action_id=name, options=options))
    if report.page == 1 and posted.post_id is not None:
        seen = blocks.button("Seen", action_id=actions.SEE_DIGEST, value=str(posted.post_id))
        elements.append(seen)
    for text, place, page in (
        ("‹ Back", "previous", report.page - 1),
        ("More accounts ›", "next", report.page + 1),
    ):
        if 1 <= page <= report.pages:
            value = action_values.format_digest_page(posted.digest_id, page)
            name = actions.action_id(actions.SHOW_DIGEST_PAGE, place)
            elements.append(blocks.button(text, action_id=name, value=value))
    return [blocks.actions(elements)] if elements else []


def _seen(report: DigestReport, posted: PostedDigest) -> list[Block]:
    """Who has said that they have seen it, in the order in which they did."""
    if not posted.seen:
        return []
    names = [
        f"{plain(each.name, limit=40)} {each.at.astimezone(ZoneInfo(report.zone)):%H:%M}"
        for each in posted.seen[:SEEN_NAMED]
    ]
    if (rest := len(posted.seen) - SEEN_NAMED) > 0:
        names.append(f"{rest} more")
    return [blocks.rich_text(blocks.emoji("eyes"), blocks.text(f" Seen by {', '.join(names)}"))]


def _footing(report: DigestReport, posted: PostedDigest) -> Block:
    words = [escape(fit(capital(scope_words(posted.scope)), 300)), _place_words(report)]
    if report.too_little_count:
        words.append(f"{count_text(report.too_little_count, 'account')} below the minimum left out")
    if posted.is_late:
        words.append("posted later than its hour")
    words.append(f"Stripe’s figures {as_of_text(report.freshness, report.zone)}")
    if posted.anchor is not None:
        words.append(f"audit {posted.anchor}")
    return blocks.context(blocks.mrkdwn(" · ".join(words)))


def _place_words(report: DigestReport) -> str:
    """Which of the accounts stand here: "12 accounts", "accounts 16 to 30 of 2,000"."""
    if not report.lines_count:
        return "nobody to chase" if report.too_little_count else "0 accounts"
    if report.pages == 1:
        return count_text(report.lines_count, "account")
    first = (report.page - 1) * PAGE_LINES + 1
    last = first + len(report.lines) - 1
    return f"accounts {first:,} to {last:,} of {report.lines_count:,}, the longest late first"


def _summary(report: DigestReport, posted: PostedDigest) -> str:
    """The essence, for notifications and for those who hear instead of see."""
    late = [money_text(each.past_due) for each in _late(report)]
    said = f"{', '.join(late)} past due, {_place_words(report)}" if late else NOTHING
    return ". ".join(
        (f"Past due on {_day_words(posted.day or report.day)}: {said}", *_news(report))
    )
