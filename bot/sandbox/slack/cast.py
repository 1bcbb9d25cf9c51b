"""The people and channels that a newcomer finds in the sandbox."""

from bot.sandbox.slack.records import Channel, Person
from bot.sandbox.slack.standin import StandIn

OTHER_TEAM = "T0ACMECORP"


def open_workspace(standin: StandIn) -> StandIn:
    """Fill an empty workspace: a billing admin, colleagues, a guest, a customer, somebody gone."""
    team = _add_people(standin)
    _add_channels(standin, team)
    standin.add_group("billing-team", name="Billing team", users=[team["avery"], team["jamie"]])
    return standin


def _add_people(standin: StandIn) -> dict[str, str]:
    people: list[Person] = [
        standin.add_person(
            "avery",
            id="U0AVERY",
            real_name="Avery Stone",
            title="Head of billing",
            is_admin=True,
        ),
        standin.add_person(
            "jamie", id="U0JAMIE", real_name="Jamie Okafor", title="Accounts receivable"
        ),
        standin.add_person("robin", id="U0ROBIN", real_name="Robin Lindqvist", title="Support"),
        standin.add_person("sasha", id="U0SASHA", real_name="Sasha Moreau", title="Controller"),
        standin.add_person(
            "kim", id="U0KIM", real_name="Kim Tanaka", title="Engineering, usage metering"
        ),
        standin.add_person(
            "noor",
            id="U0NOOR",
            real_name="Noor Haddad",
            title="Auditor (guest)",
            kind="guest",
            email="noor@audit.example",
        ),
        standin.add_person(
            "dana",
            id="U0DANA",
            real_name="Dana Whitfield",
            title="Acme Corp, finance",
            kind="external",
            team_id=OTHER_TEAM,
            email="",
        ),
        standin.add_person(
            "lee",
            id="U0LEE",
            real_name="Lee Varga",
            title="Left in spring",
            kind="deactivated",
        ),
    ]
    return {each.name: each.id for each in people}


def _add_channels(standin: StandIn, team: dict[str, str]) -> list[Channel]:
    members = [team[name] for name in ("avery", "jamie", "robin", "sasha", "kim")]
    finance = [team["avery"], team["sasha"]]
    return [
        standin.add_channel(
            "general", id="C0GENERAL", members=members, topic="Everything for everybody"
        ),
        standin.add_channel(
            "billing",
            id="C0BILLING",
            members=[*members[:4], team["noor"]],
            topic="Invoices and money. Try /invoice 1234",
            has_bot=True,
        ),
        standin.add_channel(
            "support", id="C0SUPPORT", members=members, topic="What customers ask", has_bot=True
        ),
        standin.add_channel(
            "finance-private", id="G0FINANCE", kind="private", members=finance, topic="Month end"
        ),
        standin.add_channel(
            "disputes",
            id="G0DISPUTES",
            kind="private",
            members=members[:4],
            topic="Every dispute, with its amounts",
            has_bot=True,
        ),
        standin.add_channel(
            "acme-shared",
            id="C0ACMESHARED",
            members=[team["avery"], team["robin"], team["dana"]],
            topic="Shared with Acme Corp",
            is_ext_shared=True,
            has_bot=True,
        ),
        standin.add_channel("spring-launch", id="C0SPRING", members=members[:2], is_archived=True),
        standin.add_channel(
            "jamie", id="D0AVERYJAMIE", kind="im", members=[team["avery"], team["jamie"]]
        ),
        standin.add_channel(
            "mpdm-avery--robin--sasha-1",
            id="G0MONTHEND",
            kind="mpim",
            members=[team["avery"], team["robin"], team["sasha"]],
        ),
    ]
