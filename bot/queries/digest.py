"""The content of a digest: who is past due, what has changed since the last one, what is on top.

A digest is worked out from today's state each time that it is shown, so what was posted in the
morning stays true all day. What its readers saw last is kept in a few numbers per account.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.money import Money
from bot.queries.account_refs import list_refs
from bot.queries.ageing import bucket_of
from bot.queries.broken_promises import BrokenPromise, find_broken_promises
from bot.queries.cards import AccountRef
from bot.queries.digest_cards import (
    PAGE_LINES,
    PAYERS_NAMED,
    Change,
    DigestLine,
    DigestReport,
    PaidSince,
    Shown,
    ShownLine,
    Urgency,
)
from bot.queries.digest_disputed import sum_disputed_late
from bot.queries.digest_owing import (
    DigestFilter,
    Owing,
    Paid,
    get_owing_book,
    list_paid_late,
)
from bot.queries.freshness import get_freshness
from bot.queries.pauses import AccountPause, find_account_pauses
from bot.queries.sight import Sight
from bot.queries.terms import find_terms


@dataclass(slots=True)
class _Account:
    """What is known of an account before its line is shown."""

    id: int
    parts: list[Owing] = field(default_factory=list)
    was: list[ShownLine] = field(default_factory=list)
    change: Change | None = None
    broken: BrokenPromise | None = None
    pause: AccountPause | None = None
    is_due: bool = False
    is_paid: bool = False

    @property
    def days_late(self) -> int:
        days = [part.days_late for part in self.parts] or [line.days_late for line in self.was]
        return max(days)

    def order(self, since: datetime | None) -> tuple[int, int, int]:
        """By urgency, then the longest late."""
        is_news = self.broken is not None and (since is None or self.broken.broken_at >= since)
        urgency = Urgency.USUAL
        if self.parts and (is_news or self.is_due):
            urgency = Urgency.BROKEN if is_news else Urgency.DUE
        return urgency, -self.days_late, self.id


def get_digest(
    session: Reading,
    wanted: DigestFilter,
    *,
    sight: Sight,
    zone: str,
    since: Shown | None = None,
    morning: Shown | None = None,
    page: int = 1,
) -> DigestReport:
    """A digest as it is at this moment.

    Shape: `since` is what its readers saw last, `morning` what this one showed when it was made;
        a page beyond the last gives the last.
    """
    book = get_owing_book(session, wanted, sight=sight)
    morning = None if morning is None else _within(morning, sight)
    accounts = _accounts(book.rows, since=since, morning=morning)
    _look_at_promises(session, accounts, sight)
    seen_at = None if since is None else since.at
    ranked = sorted(accounts.values(), key=lambda each: each.order(seen_at))
    pages = max(1, -(-len(ranked) // PAGE_LINES))
    page = min(max(1, page), pages)
    shown = ranked[(page - 1) * PAGE_LINES : page * PAGE_LINES]
    paid = () if since is None else list_paid_late(session, wanted, since=since.at, sight=sight)
    if morning is not None and any(each.change is Change.OVER for each in shown):
        payers = list_paid_late(session, wanted, since=morning.at, sight=sight)
        _mark_payers(shown, {each.account_id for each in payers})
    return DigestReport(
        day=local_day(sight.now, zone_of(zone)),
        zone=zone,
        lines=_lines(session, shown, sight),
        lines_count=len(ranked),
        page=page,
        pages=pages,
        owed=book.owed,
        counts=_counts(ranked) if since is not None else {},
        paid=_paid_since(session, paid),
        since=seen_at,
        too_little_count=book.too_little_count,
        freshness=get_freshness(session, sight=sight),
        now=sight.now,
    )


def _within(shown: Shown, sight: Sight) -> Shown:
    """What was shown of the accounts that somebody may see."""
    scope = sight.scope
    if scope is None:
        return shown
    return Shown(shown.at, {key: line for key, line in shown.lines.items() if key[0] in scope})


def _accounts(
    rows: Sequence[Owing], *, since: Shown | None, morning: Shown | None
) -> dict[int, _Account]:
    """Every account that has a line, by its id."""
    accounts: dict[int, _Account] = {}
    for row in rows:
        accounts.setdefault(row.account_id, _Account(row.account_id)).parts.append(row)
    for (account_id, _), line in () if morning is None else morning.lines.items():
        account = accounts.setdefault(account_id, _Account(account_id, change=Change.OVER))
        if account.change is Change.OVER:
            account.was.append(line)
    if since is not None:
        shown_counts = Counter(account_id for account_id, _ in since.lines)
        for account in accounts.values():
            if account.parts:
                account.change = _change(account.parts, since, shown_counts[account.id])
    return accounts


def _change(parts: Sequence[Owing], since: Shown, shown_count: int) -> Change | None:
    """How an account stands against what was shown of it then, in so many currencies."""
    if not shown_count:
        # What was left out then, by another filter, is no news.
        return Change.NEW if all(part.crossed_at > since.at for part in parts) else None
    is_better, known = False, 0
    for part in parts:
        was = since.lines.get((part.account_id, part.currency))
        if was is None:
            if part.crossed_at > since.at:
                return Change.WORSE
            continue
        known += 1
        grown = part.past_due_minor - was.amount.minor
        aged = bucket_of(part.days_late) - bucket_of(was.days_late)
        if grown > 0 or aged > 0:
            return Change.WORSE
        is_better |= grown < 0 or aged < 0
    return Change.BETTER if is_better or known < shown_count else None


def _look_at_promises(session: Reading, accounts: Mapping[int, _Account], sight: Sight) -> None:
    ids = [each.id for each in accounts.values() if each.parts]
    for account_id, pause in find_account_pauses(
        session, ids, now=sight.now, scope=sight.scope
    ).items():
        account = accounts[account_id]
        account.pause = pause
        # The day of the account's own zone, from which its days late are counted.
        oldest = account.parts[0]
        today = oldest.late_since_on + timedelta(days=oldest.days_late)
        account.is_due = any(one.promised_on <= today for one in pause.promises)
    for account_id, broken in find_broken_promises(session, ids, now=sight.now).items():
        accounts[account_id].broken = broken


def _mark_payers(shown: Sequence[_Account], payer_ids: Collection[int]) -> None:
    for each in shown:
        each.is_paid = each.change is Change.OVER and each.id in payer_ids


def _lines(session: Reading, shown: Sequence[_Account], sight: Sight) -> tuple[DigestLine, ...]:
    ids = [each.id for each in shown]
    if not ids:
        return ()
    terms = find_terms(session, ids)
    disputed = sum_disputed_late(session, ids, sight=sight)
    return tuple(
        _line(
            each,
            account,
            owner=terms[each.id].owner_name,
            is_opted_out=terms[each.id].is_silent,
            disputed=disputed.get(each.id, ()) if each.parts else (),
        )
        for each, account in zip(shown, list_refs(session, ids), strict=True)
    )


def _line(
    each: _Account,
    account: AccountRef,
    *,
    owner: str | None,
    is_opted_out: bool,
    disputed: tuple[Money, ...],
) -> DigestLine:
    amounts = [part.amount for part in each.parts] or [line.amount for line in each.was]
    counts = [part.invoices_count for part in each.parts]
    counts += [line.invoices_count for line in each.was]
    pause = each.pause or AccountPause((), None)
    return DigestLine(
        account=account,
        owner=owner,
        amounts=tuple(sorted(amounts, key=lambda amount: amount.currency)),
        invoices_count=sum(counts),
        days_late=each.days_late,
        change=each.change,
        is_paid=each.is_paid,
        broken=each.broken,
        promise=pause.promises[0] if pause.promises else None,
        is_due_today=each.is_due,
        snoozed_until=pause.snoozed_until,
        disputed=disputed,
        is_opted_out=is_opted_out,
    )


def _counts(accounts: Sequence[_Account]) -> dict[Change, int]:
    changes = [each.change for each in accounts]
    return {change: changes.count(change) for change in Change if change is not Change.OVER}


def _paid_since(session: Reading, paid: Sequence[Paid]) -> PaidSince:
    sums: dict[str, Money] = {}
    for each in paid:
        known = sums.get(each.amount.currency)
        sums[each.amount.currency] = each.amount if known is None else known + each.amount
    ids = list(dict.fromkeys(each.account_id for each in paid))
    named = ids[:PAYERS_NAMED]
    return PaidSince(
        amounts=tuple(sums.values()),
        accounts=list_refs(session, named) if named else (),
        accounts_count=len(ids),
    )
