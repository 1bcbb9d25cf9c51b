"""How the audit trail is doing, for those who have to answer for it."""

from collections.abc import Sequence

from bot.queries.audit import AuditLine, AuditReport
from bot.views import actions, blocks
from bot.views.blocks import Block, Cell, Message
from bot.views.history import action_words
from bot.views.text import age_text, clock_text, literal, plain

NAME_MAX, SUBJECT_MAX = 40, 60
HASH_SHOWN = 12
HOW_TO_EXPORT = (
    "All of it, on the machine that runs Tallyman: python app.py audit verify checks it, and "
    "audit export --from 2026-10-01 --format csv writes it down."
)


def audit_card(report: AuditReport) -> Message:
    """The length of the trail, whether it is whole, and the newest deeds."""
    emoji, verdict = _verdict(report)
    shown: list[Block] = [
        blocks.header("The audit trail"),
        blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {verdict}", is_bold=True)),
        _facts(report),
    ]
    if report.newest:
        shown.append(_table(report.newest, report.zone))
    shown.append(
        blocks.actions([blocks.button("Look again", action_id=actions.SHOW_AUDIT, value="now")])
    )
    shown.append(blocks.context(blocks.plain_text(f"{HOW_TO_EXPORT}\nTimes are in {report.zone}.")))
    return Message(text=literal(f"The audit trail: {verdict}"), blocks=tuple(shown))


def _verdict(report: AuditReport) -> tuple[str, str]:
    if report.broken is not None:
        return "red_circle", f"It is broken. {report.broken}"
    if report.whole_age is None and report.checked_count < report.entries_count:
        return "large_yellow_circle", "What is new is whole; all of it was not checked yet."
    return "large_green_circle", "It is whole."


def _facts(report: AuditReport) -> Block:
    head = report.head
    place = f"{head.number:,} · {head.mac[:HASH_SHOWN]}…" if head and head.number else "Nothing"
    whole = f"{age_text(report.whole_age).capitalize()} ago" if report.whole_age else "Never"
    facts = {
        "Entries": f"{report.entries_count:,}",
        "Checked just now": f"The newest {report.checked_count:,}",
        "All checked": whole,
        "Ends in": place,
    }
    return blocks.fields([blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items()])


def _table(lines: Sequence[AuditLine], zone: str) -> Block:
    rows: list[list[Cell]] = [[blocks.cell(title) for title in ("When", "What, and by whom")]]
    rows.extend([blocks.cell(clock_text(line.at, zone)), _what(line)] for line in lines)
    return blocks.table(rows, align=("left", "left"), wrapped=(1,))


def _what(line: AuditLine) -> Cell:
    who = plain(line.who, limit=NAME_MAX) if line.who else "Tallyman"
    return blocks.rich_text(
        blocks.text(action_words(line.action), is_bold=True),
        blocks.text(f" · {plain(line.subject, limit=SUBJECT_MAX)}"),
        blocks.text(f"\n{who} · entry {line.number:,}"),
    )
