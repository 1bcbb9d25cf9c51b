"""Which settings a deployment needs depends on the way in from Slack."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.settings import load_complete_settings, nothing_is_set

COMMON = {
    "SLACK_BOT_TOKEN": "xoxb-fake",
    "STRIPE_SECRET_KEY": "sk_test_fake",
    "BILLING_ADMINS": "U0AVERY",
    "AUDIT_KEY": "fake-audit-key-of-at-least-32-characters",
}


def env_file(folder: Path, settings: Mapping[str, str]) -> Path:
    path = folder / "settings.env"
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return path


def problems_of(folder: Path, settings: Mapping[str, str]) -> set[str]:
    """The names of the settings that a start complains about."""
    with pytest.raises(Misconfigured) as refused:
        load_complete_settings(env_file(folder, settings))
    # The last line says where to read on.
    return {line.split()[0] for line in refused.value.message.splitlines()[:-1]}


@pytest.mark.parametrize(
    "way", [{"SLACK_SIGNING_SECRET": "fake"}, {"SLACK_APP_TOKEN": "xapp-fake"}]
)
def test_one_way_in_is_enough(tmp_path: Path, way: dict[str, str]) -> None:
    settings = load_complete_settings(env_file(tmp_path, COMMON | way))

    assert settings.slack_app_token.get_secret_value() == way.get("SLACK_APP_TOKEN", "")


def test_without_either_the_signing_secret_is_missing(tmp_path: Path) -> None:
    assert problems_of(tmp_path, COMMON) == {"SLACK_SIGNING_SECRET"}


def test_everything_that_socket_mode_needs_is_missed_at_once(tmp_path: Path) -> None:
    missing = problems_of(tmp_path, {"SLACK_APP_TOKEN": "xapp-fake"})

    assert missing == set(COMMON)


@pytest.mark.parametrize("token", ["xoxb-fake", "fake"])
def test_another_kind_of_token_is_the_only_complaint(tmp_path: Path, token: str) -> None:
    assert problems_of(tmp_path, COMMON | {"SLACK_APP_TOKEN": token}) == {"SLACK_APP_TOKEN"}


def test_an_app_token_alone_opens_no_sandbox(tmp_path: Path) -> None:
    assert nothing_is_set(env_file(tmp_path, {}))
    assert not nothing_is_set(env_file(tmp_path, {"SLACK_APP_TOKEN": "xapp-fake"}))


def test_a_token_that_expires_is_refused_with_the_way_out(tmp_path: Path) -> None:
    rotating = COMMON | {"SLACK_BOT_TOKEN": "xoxe.xoxb-1-fake", "SLACK_SIGNING_SECRET": "fake"}

    with pytest.raises(Misconfigured, match=r"create the app anew from manifest\.json"):
        load_complete_settings(env_file(tmp_path, rotating))
