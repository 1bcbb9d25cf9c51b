"""What a deployment says about its customers: where they name their account and its zone."""

from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class MirrorRules:
    """Keys of a customer's metadata, and the zone of accounts whose customers name none."""

    organisation_key: str = "organisation"
    company_key: str = "company"
    time_zone_key: str = "time_zone"
    default_zone: str = "UTC"


def rules_from(settings: Settings) -> MirrorRules:
    """The rules that the settings ask for."""
    return MirrorRules(
        organisation_key=settings.account_organisation_key,
        company_key=settings.account_company_key,
        time_zone_key=settings.account_time_zone_key,
        default_zone=settings.account_time_zone,
    )
