"""Tokens that are exchanged, refused or turn out to be others', while a process runs."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import Misconfigured
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.settings import Settings
from bot.slack_api import SlackAPI
from jobs.identity import IdentityLook
from tests.alerts import list_alerts
from tests.billing import day
from tests.deployment import BOT_TOKEN, Tallyman, deployed
from tests.handlers.slack.billing_desk import ask


@pytest.fixture
def desk(database_url: str) -> Iterator[Tallyman]:
    """A whole Tallyman with nothing in its books."""
    with deployed(database_url, now=day("2026-11-16")) as tallyman:
        yield tallyman


class EnvFile:
    """What stands in `.env`, which somebody changes while the process runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def change(self, **secrets: str) -> None:
        """Put other tokens into it."""
        changed: dict[str, Any] = {name: SecretStr(value) for name, value in secrets.items()}
        self.settings = self.settings.model_copy(update=changed)

    def read(self) -> Settings:
        """What a process reads."""
        return self.settings


def open_alerts(desk: Tallyman) -> dict[str, str]:
    """What the operators are told, by its kind."""
    with desk.runtime.database.reading() as session:
        return {alert.kind: alert.detail for alert in list_alerts(session)}


@pytest.fixture
def elsewhere() -> Iterator[SlackAPI]:
    """Our token, at a Slack in which it belongs to another workspace."""
    other = open_workspace(SlackStandIn("manifest.json", bot_token=BOT_TOKEN, team_id="T0OTHER"))
    with serving(other.app) as server:
        api = SlackAPI(BOT_TOKEN, base_url=f"{server.url}/api/")
        with contextlib.closing(api):
            yield api


def test_a_token_that_was_revoked_is_told_and_the_new_one_is_taken(desk: Tallyman) -> None:
    env, slack = EnvFile(desk.runtime.settings), desk.desk.slack
    look = IdentityLook(desk.runtime, slack, reread=env.read)

    desk.slack.install_again("xoxb-fake-second")
    assert look.run()
    assert "does not accept SLACK_BOT_TOKEN (token_revoked)" in open_alerts(desk)["slack_token"]
    person = desk.person()
    assert "Slack’s token is at fault" in ask(person, "/billing sync").words

    env.change(slack_bot_token="xoxb-fake-second")
    assert look.run()
    assert open_alerts(desk) == {}
    assert slack.ask("users.list", {})["ok"]
    assert "Slack’s token" not in ask(person, "/billing sync").words
    person.close()


def test_a_new_token_that_slack_does_not_know_leaves_the_old_one_in_use(desk: Tallyman) -> None:
    env, slack = EnvFile(desk.runtime.settings), desk.desk.slack
    look = IdentityLook(desk.runtime, slack, reread=env.read)

    env.change(slack_bot_token="xoxb-fake-mistyped")

    assert look.run()
    assert "invalid_auth" in open_alerts(desk)["slack_token"]
    assert slack.ask("users.list", {})["ok"]


def test_a_new_token_of_another_workspace_is_not_taken(desk: Tallyman, elsewhere: SlackAPI) -> None:
    env = EnvFile(desk.runtime.settings)
    env.change(slack_bot_token=BOT_TOKEN)
    elsewhere.use_token("xoxb-fake-before")
    look = IdentityLook(desk.runtime, elsewhere, reread=env.read)

    assert look.run()

    assert "belongs to T0OTHER" in open_alerts(desk)["slack_token"]
    assert elsewhere.token == "xoxb-fake-before"


def test_the_token_in_use_turns_out_to_be_of_another_workspace(
    desk: Tallyman, elsewhere: SlackAPI
) -> None:
    look = IdentityLook(desk.runtime, elsewhere)

    with pytest.raises(Misconfigured, match="serves the Slack workspace T0TALLYMAN"):
        look.run()


def test_while_nobody_answers_nothing_is_concluded(desk: Tallyman) -> None:
    look = IdentityLook(desk.runtime, desk.desk.slack)
    desk.slack.faults.set({"fail_before_next": 1})

    assert not look.run()
    assert open_alerts(desk) == {}

    assert look.run()


def test_a_key_of_stripe_is_exchanged_for_one_of_the_same_account(desk: Tallyman) -> None:
    env, stripe = EnvFile(desk.runtime.settings), desk.runtime.stripe
    look = IdentityLook(desk.runtime, desk.desk.slack, reread=env.read)
    assert look.run()

    env.change(stripe_secret_key="sk_test_fake_mistyped")
    assert look.run()
    assert "does not accept STRIPE_SECRET_KEY" in open_alerts(desk)["stripe_key"]
    assert stripe.get("/v1/balance")

    desk.stripe.roll_key("sk_test_fake_second")
    env.change(stripe_secret_key="sk_test_fake_second")
    assert look.run()
    assert open_alerts(desk) == {}
    assert stripe.get("/v1/balance")


def test_a_key_for_live_mode_is_not_taken_in_test_mode(desk: Tallyman) -> None:
    env = EnvFile(desk.runtime.settings)
    look = IdentityLook(desk.runtime, desk.desk.slack, reread=env.read)
    desk.stripe.roll_key("sk_live_fake")
    env.change(stripe_secret_key="sk_live_fake")

    assert look.run()

    assert "live" in open_alerts(desk)["stripe_key"]
    assert not desk.runtime.stripe.is_live


def test_a_file_that_is_being_edited_changes_nothing(desk: Tallyman) -> None:
    def half_written() -> Settings:
        raise Misconfigured("SLACK_BOT_TOKEN must be a bot token of Slack: xoxb-…")

    assert IdentityLook(desk.runtime, desk.desk.slack, reread=half_written).run()

    assert desk.desk.slack.token == BOT_TOKEN
    assert open_alerts(desk) == {}
