"""What people may write after /billing, and what they are told when it is wrong."""

from typing import Any

import pytest

from bot.access import Role
from bot.errors import BadRequest
from handlers.slack.billing_grammar import ROLES, billing_help_lines, canonical_role, parse_billing
from handlers.slack.billing_queries import (
    AllowChannel,
    GrantRole,
    RemoveChannel,
    RevokeRole,
    ShowChannels,
    ShowHub,
    ShowRoles,
)
from handlers.slack.forms import ShowHelp

JAMIE = "<@U0JAMIE|jamie>"
TEAM = "<!subteam^S0TEAM|@billing-team>"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ShowHub()),
        ("  ", ShowHub()),
        ("help", ShowHelp()),
        ("HELP me", ShowHelp()),
        ("roles", ShowRoles()),
        ("Roles share", ShowRoles(is_shared=True)),
        ("channels", ShowChannels()),
        (f"roles grant {JAMIE} viewer", GrantRole("U0JAMIE", Role.VIEWER)),
        (f"roles GRANT {JAMIE} Viewers.", GrantRole("U0JAMIE", Role.VIEWER)),
        ("roles grant <@W0JAMIE> admin", GrantRole("W0JAMIE", Role.ADMIN)),
        ("roles grant U0JAMIE admin", GrantRole("U0JAMIE", Role.ADMIN)),
        (f"roles grant {TEAM} collector Acme", GrantRole("S0TEAM", Role.COLLECTOR, "Acme")),
        ("roles grant <!subteam^S0TEAM> viewer", GrantRole("S0TEAM", Role.VIEWER)),
        (
            f"roles grant {JAMIE} viewer for Acme East",
            GrantRole("U0JAMIE", Role.VIEWER, "Acme East"),
        ),
        (f'roles grant {JAMIE} viewer "For You"', GrantRole("U0JAMIE", Role.VIEWER, "For You")),
        (f"roles grant {JAMIE} viewer for", GrantRole("U0JAMIE", Role.VIEWER, "for")),
        (f"roles revoke {JAMIE} approver @12", RevokeRole("U0JAMIE", Role.APPROVER, "@12")),
        ("roles grant @jamie reviewer", GrantRole("@jamie", Role.REVIEWER)),
        ('roles grant "Jamie Okafor" viewer', GrantRole("Jamie Okafor", Role.VIEWER)),
        ("channels allow <#C0BILLING|billing>", AllowChannel("C0BILLING")),
        ("channels allow <#C0BILLING|>", AllowChannel("C0BILLING")),
        ("channels allow C0BILLING", AllowChannel("C0BILLING")),
        ("channels REMOVE <#G0FINANCE>", RemoveChannel("G0FINANCE")),
    ],
)
def test_what_is_written_is_understood(text: str, query: Any) -> None:
    assert parse_billing(text) == query


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hepl", "Did you mean help?"),
        ("role", "Did you mean roles?"),
        ("chanels", "Did you mean channels?"),
        ("roles gramt", "Write grant or revoke. Did you mean grant?"),
        ("roles grant", "Whose role? Write /billing roles grant @jamie viewer."),
        (f"roles grant {JAMIE}", f"Which role: {', '.join(ROLES)}?"),
        (f"roles grant {JAMIE} viewr", "Did you mean viewer?"),
        (f"roles grant {JAMIE} superuser", f"Role must be one of {', '.join(ROLES)}."),
        (f"roles grant viewer {JAMIE}", "The person or group comes first."),
        (f"roles grant {JAMIE} viewer {'x' * 501}", "500 characters are the most"),
        (f"roles grant {JAMIE} viewer {'x ' * 400}", "500 characters are the most"),
        ("channels alow", "Did you mean allow?"),
        ("channels allow", "Which channel?"),
        ("channels allow general", "‘general’ is no channel."),
        ("reminders on", "‘on’ is not understood. Write /billing reminders alone."),
        ("sync now", "Write /billing sync alone."),
        ("audit verify", "Write /billing audit alone."),
        ("digest #general", "Write /billing digest alone."),
        ("approvals mine", "Write /billing approvals alone."),
        ("channels allow <@U0JAMIE>", "is no channel."),
        ("channels allow C0BILLING C0GENERAL", "one channel at a time"),
    ],
)
def test_a_mistake_is_answered_with_what_would_be_right(text: str, answer: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_billing(text)

    assert answer in refused.value.message


@pytest.mark.parametrize(
    "query",
    [
        GrantRole("U0JAMIE", Role.VIEWER),
        GrantRole("S0TEAM", Role.ADMIN, "@12"),
        RevokeRole("Jamie & <Okafor>", Role.COLLECTOR, 'Acme "East"'),
    ],
)
def test_a_button_carries_the_question_and_nothing_else(query: GrantRole | RevokeRole) -> None:
    assert parse_billing(canonical_role(query)) == query


def test_every_line_of_the_help_is_understood_as_slack_sends_it() -> None:
    for line in billing_help_lines():
        sent = line.usage.replace("@jamie", JAMIE).replace("#billing", "<#C0BILLING|billing>")
        parse_billing(sent.removeprefix("/billing"))
        assert line.meaning
