"""Who has which role: the list for admins, and what is said after a change."""

from collections.abc import Sequence

from bot.access import Role
from bot.queries.roles import GrantLine, GrantPage, Subject
from bot.views import actions, blocks, dialogs
from bot.views.blocks import Block, Element, Message
from bot.views.text import count_text, day_text, fit, literal, plain

NAME_MAX = 40
EVERYWHERE = "all accounts"
HOW_TO_GRANT = (
    "To give one: /billing roles grant @jamie viewer, for an account with its name after it."
)


def role_list(grants: GrantPage, *, said: str | None = None) -> Message:
    """One page of the roles that hold, and a menu that takes one away.

    Shape: `said` is what has just been done, above the list.
    """
    count = count_text(grants.count, "role")
    parts = [blocks.header("Roles in billing")]
    if said is not None:
        parts.append(done_line(said))
    if grants.lines:
        parts.append(_table(grants.lines))
    elements = [*_revoke_menu(grants.lines), *_page_buttons(grants)]
    if elements:
        parts.append(blocks.actions(elements))
    place = f"{count} · Page {grants.page:,} of {grants.pages:,}" if grants.pages > 1 else count
    parts.append(blocks.context(blocks.plain_text(f"{place}\n{HOW_TO_GRANT}")))
    text = f"Roles in billing: {count}."
    return Message(text=literal(f"{said} {text}" if said else text), blocks=tuple(parts))


def done_line(said: str) -> Block:
    """What has just been done, in a sentence."""
    return blocks.rich_text(blocks.emoji("white_check_mark"), blocks.text(f" {said}"))


def subject_name(subject: Subject) -> str:
    """A person by name, a group by its handle as Slack writes it."""
    if subject.is_group:
        return f"@{plain(subject.handle, limit=NAME_MAX)}"
    return plain(subject.name, limit=NAME_MAX)


def role_noun(role: Role) -> str:
    """A role as what somebody is: "a viewer", "an admin"."""
    return f"{'an' if role.value[0] in 'aeiou' else 'a'} {role.value}"


def where_text(path: tuple[str, ...]) -> str:
    """The accounts that a role is for: "all accounts", or the name of one."""
    return " › ".join(plain(name, limit=NAME_MAX) for name in path) or EVERYWHERE


def grant_text(line: GrantLine) -> str:
    """A role with what it is for: "viewer for Acme"."""
    return f"{line.role.value} for {where_text(line.path)}"


def _table(lines: Sequence[GrantLine]) -> Block:
    rows = [[blocks.cell(title) for title in ("Who", "Role", "For", "Since")]]
    rows.extend(
        [
            blocks.cell(_who(line.subject)),
            blocks.rich_text(blocks.text(line.role.value.capitalize(), is_bold=True)),
            blocks.cell(where_text(line.path)),
            blocks.cell(since_text(line)),
        ]
        for line in lines
    )
    return blocks.table(rows, align=("left",) * 4, wrapped=(0, 2))


def since_text(line: GrantLine) -> str:
    """Since when a role holds; one of the settings has no day."""
    return day_text(line.granted_at.date()) if line.granted_at else "by the settings"


def _who(subject: Subject) -> str:
    name = subject_name(subject)
    return f"{name} ({subject.obstacle}: no effect)" if subject.obstacle else name


def _revoke_menu(lines: Sequence[GrantLine]) -> list[Element]:
    """A menu of the roles that can be taken away here; [] where there are none."""
    options = [
        blocks.option(
            fit(f"{subject_name(line.subject)}: {grant_text(line)}", blocks.OPTION_TEXT_MAX),
            value=_revoke_words(line),
        )
        for line in lines
        if line.granted_at is not None
    ]
    if not options:
        return []
    confirm = dialogs.confirmation(
        "Revoke this role?", "It ends at once. It can be given again.", yes="Revoke"
    )
    return [
        blocks.static_select(
            "Revoke a role …", action_id=actions.REVOKE_ROLE, options=options, confirm=confirm
        )
    ]


def _page_buttons(grants: GrantPage) -> list[Element]:
    return [
        blocks.button(
            text,
            action_id=actions.action_id(actions.SHOW_ROLES, place),
            value=actions.format_list_page("roles", number),
        )
        for text, place, number in (
            ("‹ Back", "previous", grants.page - 1),
            ("More ›", "next", grants.page + 1),
        )
        if 1 <= number <= grants.pages
    ]


def _revoke_words(line: GrantLine) -> str:
    account = () if line.account_id is None else (actions.account_text(line.account_id),)
    return " ".join(("roles revoke", line.subject.id, line.role.value, *account))
