"""Every setting: its name, meaning, default and check; all problems reported at once.

Read from the environment and from `.env`. The text of `.env.example` is made from here by
tests/house/manual.py, and a test holds the two together.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import Misconfigured
from bot.money import Money
from bot.setting_values import (
    check_address,
    check_app_token,
    check_audit_keys,
    check_bot_token,
    check_database,
    check_log_level,
    check_secret_key,
    check_sender,
    check_slack_address,
    check_slack_channel,
    check_slack_group,
    check_slack_users,
    check_smtp_url,
    check_zone,
    read_amounts,
    read_list,
    read_role_pairs,
)

# Without these a deployment does not start; SLACK_APP_TOKEN does for the signing secret.
REQUIRED = (
    *("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "STRIPE_SECRET_KEY"),
    *("BILLING_ADMINS", "AUDIT_KEY"),
)
REPLACED, INSTEAD = "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"
ENV_FILE = Path(".env")


Address = Annotated[str, AfterValidator(check_address)]
Zone = Annotated[str, AfterValidator(check_zone)]
Amounts = Annotated[tuple[Money, ...], NoDecode, BeforeValidator(read_amounts)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(read_list)]


class Settings(BaseSettings):
    """What a deployment may set; the fields' descriptions are the manual."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        case_sensitive=False,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    slack_bot_token: Annotated[SecretStr, AfterValidator(check_bot_token)] = Field(
        default=SecretStr(""),
        description="The app's bot token, xoxb-… A new one in .env is taken within a minute.",
    )
    slack_signing_secret: Secrets = Field(
        default=(),
        description="The app's signing secret; two, with a comma, while it is being changed."
        " Required, unless SLACK_APP_TOKEN is set.",
    )
    slack_app_token: Annotated[SecretStr, AfterValidator(check_app_token)] = Field(
        default=SecretStr(""),
        description="An app-level token with connections:write, xapp-…: Tallyman then connects to"
        " Slack by Socket Mode, instead of waiting for Slack's requests.",
    )
    slack_api_base_url: Annotated[str, AfterValidator(check_slack_address)] = Field(
        default="https://slack.com/api/", description="Where Slack's Web API answers."
    )
    stripe_secret_key: Annotated[SecretStr, AfterValidator(check_secret_key)] = Field(
        default=SecretStr(""),
        description="A restricted (rk_…) or secret key (sk_…) of Stripe. A new one in .env is taken"
        " within a minute.",
    )
    stripe_webhook_secret: Secrets = Field(
        default=(),
        description="The webhook endpoint's secret, whsec_…; several, with commas, while changing."
        " Without one the mirror follows Stripe by asking for its events.",
    )
    stripe_api_base: Address = Field(
        default="https://api.stripe.com", description="Where Stripe's API answers."
    )
    stripe_dashboard_url: Address = Field(
        default="https://dashboard.stripe.com", description="Where links to Stripe lead."
    )
    stripe_requests_per_second: float = Field(
        default=20.0,
        gt=0,
        le=1000,
        description="Requests a second to one endpoint of Stripe, whose own limit is 25.",
    )
    stripe_events_seconds: float = Field(
        default=60.0,
        ge=0.5,
        le=3600,
        description="How often Stripe is asked for events that no webhook brought.",
    )
    database_url: Annotated[str, AfterValidator(check_database)] = Field(
        default="sqlite:///tallyman.sqlite3",
        description="SQLite in a file, or PostgreSQL 14 and up: postgresql+psycopg://…",
    )
    billing_admins: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(read_list), AfterValidator(check_slack_users)
    ] = Field(default=(), description="Slack member ids of the first admins, with commas.")
    billing_roles: Annotated[
        tuple[tuple[str, str], ...], NoDecode, BeforeValidator(read_role_pairs)
    ] = Field(
        default=(),
        description="Roles for all accounts beside those that admins give in Slack: ids of members"
        " or user groups, each with a role, such as S012AB=collector,U034CD=viewer.",
    )
    audit_key: Annotated[Secrets, AfterValidator(check_audit_keys)] = Field(
        default=(),
        description="The key that the audit trail is chained with, such as openssl rand -hex 32"
        " gives; keep it safe and apart from the database. To change it, put the new one first and"
        " leave the former behind it, with a comma: they verify what is there.",
    )
    approvals_channel: Annotated[str, AfterValidator(check_slack_channel)] = Field(
        default="",
        description="The id (C…) of the channel that corrections are approved in; the bot must be a"
        " member. Without it each of those who may approve gets a message of their own.",
    )
    approval_limits: Amounts = Field(
        default=(),
        description="What corrections may come to in 30 days, by one person and for one account,"
        " before others have to approve them, such as USD 500, EUR 500. Nothing without it.",
    )
    approval_note_limits: Amounts = Field(
        default=(),
        description="Corrections of more than this need a note, such as USD 100, EUR 100. Without"
        " it each of them needs one.",
    )
    promise_limits: Amounts = Field(
        default=(),
        description="Promises to pay of more than this are recorded once another person has"
        " approved them, such as USD 10000, EUR 10000. Others need no approval.",
    )
    promise_grace_days: int = Field(
        default=1,
        ge=0,
        le=30,
        description="Business days after the promised day in which a payment keeps a promise.",
    )
    snooze_days_max: int = Field(
        default=30, ge=1, le=90, description="For how many days an account can be snoozed at most."
    )
    account_time_zone: Zone = Field(
        default="UTC", description="The zone of accounts whose customers name none."
    )
    account_organisation_key: str = Field(
        default="organisation",
        min_length=1,
        description="The key of a customer's metadata that names its organisation.",
    )
    account_company_key: str = Field(
        default="company",
        min_length=1,
        description="The key of a customer's metadata that names its company.",
    )
    account_time_zone_key: str = Field(
        default="time_zone",
        min_length=1,
        description="The key of a customer's metadata that names its time zone.",
    )
    mirror_alarm_minutes: float = Field(
        default=15.0,
        gt=0,
        description="Cards warn when the copy of Stripe's data is older than this.",
    )
    support_email: str = Field(
        default="", description="Whom people write to when something fails; ends every error."
    )
    support_phone: str = Field(default="", description="Whom people call; ends every error.")
    smtp_url: Annotated[SecretStr, AfterValidator(check_smtp_url)] = Field(
        default=SecretStr(""),
        description="The mail server that mail to customers is handed to:"
        " smtp://user:password@mail.example:587 or smtps://… The line is encrypted or nothing is"
        " sent, but for a server on this machine, and one without a password behind whose address"
        " stands ?encryption=off. Without a mail server Stripe sends its own mail.",
    )
    mail_from: Annotated[str, AfterValidator(check_sender)] = Field(
        default="",
        description="Whom that mail comes from, such as Acme Billing <billing@acme.example>."
        " Required with SMTP_URL.",
    )
    disputes_channel: Annotated[str, AfterValidator(check_slack_channel)] = Field(
        default="",
        description="The id of the Slack channel that is told of every dispute, with its amounts;"
        " Tallyman has to be a member, and no other organisation may be in it. None without it.",
    )
    past_due_group: Annotated[str, AfterValidator(check_slack_group)] = Field(
        default="",
        description="The id (S…) of the Slack user group whose members are told, each of what they"
        " may see, when invoices of accounts without an owner become Past Due. Without it the"
        " admins are.",
    )
    http_host: str = Field(default="127.0.0.1", description="The address that web listens on.")
    port: int = Field(default=3000, ge=1, le=65535, description="The port that web listens on.")
    worker_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The port, on HTTP_HOST, of worker's own /livez, /readyz and /metrics; none"
        " without it.",
    )
    log_level: Annotated[str, AfterValidator(check_log_level)] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    @property
    def has_socket_mode(self) -> bool:
        """Whether Slack is reached by Socket Mode, so that it has no address to come to."""
        return bool(self.slack_app_token.get_secret_value())


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings, whether or not those are there that a deployment needs.

    Raises: Misconfigured with one line per problem, all of them at once.
    """
    settings, wrong = _read(env_file)
    _refuse([*wrong.values()])
    return settings


def load_complete_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings, and see that everything is there that a deployment needs.

    Raises: Misconfigured with one line per setting that is wrong or missing, all of them at once.
    """
    settings, wrong = _read(env_file)
    # A token that is wrong says all the same which way in is meant.
    has_socket = INSTEAD in wrong or bool(_value_of(settings, INSTEAD))
    needed = [name for name in REQUIRED if not (has_socket and name == REPLACED)]
    if bool(_value_of(settings, "SMTP_URL")):
        needed.append("MAIL_FROM")
    missing = [name for name in needed if name not in wrong and not _value_of(settings, name)]
    _refuse(
        [*wrong.values(), *(f"{name} is missing: {_meaning(name)}" for name in missing)],
    )
    return settings


def nothing_is_set(env_file: Path | None = ENV_FILE) -> bool:
    """Whether none of the required settings is there: then a bare start opens the sandbox."""
    settings, wrong = _read(env_file)
    return not any(name in wrong or _value_of(settings, name) for name in (*REQUIRED, INSTEAD))


def _value_of(settings: Settings, name: str) -> Any:
    value = getattr(settings, name.lower())
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _meaning(name: str) -> str:
    return Settings.model_fields[name.lower()].description or ""


def _read(env_file: Path | None) -> tuple[Settings, dict[str, str]]:
    """The settings, those that are wrong at their defaults; and what is wrong with each of them."""
    try:
        return Settings(_env_file=env_file), {}
    except ValidationError as invalid:
        # The input is never printed: it may be a secret.
        problems = invalid.errors(include_input=False, include_url=False)
    except (UnicodeDecodeError, OSError):
        raise Misconfigured(f"{env_file} can't be read: it has to be text in UTF-8.") from None
    wrong = {str(problem["loc"][0]): _sentence(problem["msg"]) for problem in problems}
    # What is handed in goes before what the environment says.
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    settings = Settings(_env_file=env_file, **defaults)
    return settings, {name.upper(): f"{name.upper()} {why}" for name, why in wrong.items()}


def _sentence(message: str) -> str:
    """What pydantic says about a value, to go on behind the setting's name."""
    message = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return message if message.endswith("…") else f"{message}."


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise Misconfigured("\n".join([*problems, "What each setting means: .env.example"]))
