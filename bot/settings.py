"""Every setting: its name, meaning, default and check; all problems reported at once.

Read from the environment and from `.env`. The text of `.env.example` is generated from here, and a
test holds the two together.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import find_zone
from bot.errors import Misconfigured

# Without these four there is nothing to talk to.
REQUIRED = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "STRIPE_SECRET_KEY", "BILLING_ADMINS")
ENV_FILE = Path(".env")
DATABASE_DRIVERS = ("sqlite", "postgresql+psycopg")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _an_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an address such as https://slack.com")
    return text.rstrip("/")


def _a_slack_address(text: str) -> str:
    # slack_sdk wants the whole base, https://slack.com/api/; the bare host is understood too.
    address = _an_address(text)
    return f"{address}/" if urlsplit(address).path else f"{address}/api/"


def _a_zone(text: str) -> str:
    if find_zone(text) is None:
        raise ValueError("must be an IANA time zone such as Europe/Berlin")
    return text


def _a_database(text: str) -> str:
    try:
        driver = make_url(text).drivername
    except ArgumentError:
        raise ValueError("must be an address such as sqlite:///tallyman.sqlite3") from None
    if driver not in DATABASE_DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    if driver == "sqlite" and make_url(text).database in {None, "", ":memory:"}:
        raise ValueError("must name a file, such as sqlite:///tallyman.sqlite3")
    return text


def _a_log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _a_list(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _slack_users(users: tuple[str, ...]) -> tuple[str, ...]:
    for user in users:
        if not (user.startswith(("U", "W")) and user.isalnum() and user.isupper()):
            # Without the value: somebody may have put a token here.
            raise ValueError("must be Slack member ids (U…, copied from people’s profiles)")
    return users


def _a_secret_key(key: SecretStr) -> SecretStr:
    value = key.get_secret_value()
    if value and not value.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValueError("must be a secret or restricted key of Stripe: sk_… or rk_…")
    return key


def _a_bot_token(token: SecretStr) -> SecretStr:
    value = token.get_secret_value()
    if value and not value.startswith("xoxb-"):
        raise ValueError("must be a bot token of Slack: xoxb-…")
    return token


Address = Annotated[str, AfterValidator(_an_address)]
Zone = Annotated[str, AfterValidator(_a_zone)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_a_list)]


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

    slack_bot_token: Annotated[SecretStr, AfterValidator(_a_bot_token)] = Field(
        default=SecretStr(""), description="The app's bot token, xoxb-…"
    )
    slack_signing_secret: Secrets = Field(
        default=(),
        description="The app's signing secret; two, with a comma, while it is being changed.",
    )
    slack_api_base_url: Annotated[str, AfterValidator(_a_slack_address)] = Field(
        default="https://slack.com/api/", description="Where Slack's Web API answers."
    )
    stripe_secret_key: Annotated[SecretStr, AfterValidator(_a_secret_key)] = Field(
        default=SecretStr(""), description="A restricted (rk_…) or secret key (sk_…) of Stripe."
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
    database_url: Annotated[str, AfterValidator(_a_database)] = Field(
        default="sqlite:///tallyman.sqlite3",
        description="SQLite in a file, or PostgreSQL 14 and up: postgresql+psycopg://…",
    )
    billing_admins: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_a_list), AfterValidator(_slack_users)
    ] = Field(default=(), description="Slack member ids of the first admins, with commas.")
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
    http_host: str = Field(default="127.0.0.1", description="The address that web listens on.")
    port: int = Field(default=3000, ge=1, le=65535, description="The port that web listens on.")
    log_level: Annotated[str, AfterValidator(_a_log_level)] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )


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
    missing = [name for name in REQUIRED if name not in wrong and not _value_of(settings, name)]
    _refuse(
        [*wrong.values(), *(f"{name} is missing: {_meaning(name)}" for name in missing)],
    )
    return settings


def nothing_is_set(env_file: Path | None = ENV_FILE) -> bool:
    """Whether none of the required settings is there: then a bare start opens the sandbox."""
    settings, wrong = _read(env_file)
    return not any(name in wrong or _value_of(settings, name) for name in REQUIRED)


def example_text() -> str:
    """The text of `.env.example`: every setting with its meaning and default."""
    blocks = ["# Every setting of Tallyman. Copy this file to .env and fill in what is needed."]
    for name, field in Settings.model_fields.items():
        env_name = name.upper()
        needed = " Required." if env_name in REQUIRED else ""
        default = "" if _is_secret_or_list(field.default) else field.default
        mark = "" if env_name in REQUIRED else "# "
        blocks.append(f"# {field.description}{needed}\n{mark}{env_name}={default}")
    return "\n\n".join(blocks) + "\n"


def _is_secret_or_list(default: Any) -> bool:
    return isinstance(default, (SecretStr, tuple))


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
