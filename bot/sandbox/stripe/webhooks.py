"""Webhook endpoints: where events go and which ones."""

from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.stripe.calls import Call, Route, deleted, listing, retrieve
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import (
    EXPAND,
    FLAG,
    ID,
    METADATA,
    TEXT,
    Kind,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import API_VERSION, World

SECRET_CHARACTERS = 32
FIELDS: dict[str, Kind] = {
    **EXPAND,
    "description": TEXT,
    "enabled_events": list_of(ID, can_unset=False),
    "metadata": METADATA,
    "url": ID,
}


def create_endpoint(call: Call) -> Object:
    """A new endpoint; this answer is the only one that shows its secret."""
    world = call.world
    check_url(call.params["url"])
    version = call.get("api_version")
    if version not in {None, API_VERSION}:
        message = f"Invalid api_version: must be {API_VERSION} here"
        raise bad_request(message, param="api_version")
    endpoint: Object = {
        "id": world.ids.new("we"),
        "object": "webhook_endpoint",
        "api_version": version,
        "application": None,
        "created": world.now,
        "description": call.get("description"),
        "enabled_events": call.params["enabled_events"],
        "livemode": world.livemode,
        "metadata": merged_metadata({}, call.get("metadata", {})),
        "status": "enabled",
        "url": call.params["url"],
    }
    secret = f"whsec_{world.ids.token(endpoint['id'], SECRET_CHARACTERS)}"
    world.secrets[endpoint["id"]] = secret
    world.add(endpoint)
    return {**endpoint, "secret": secret}


def check_url(url: str) -> None:
    """An address of ours or anybody's, by HTTP or HTTPS.

    Raises: StripeError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("Invalid URL: An explicit scheme (such as https) must be provided.")


def update_endpoint(call: Call) -> Object:
    """Change an endpoint, or switch it off and on."""
    endpoint = call.world.get("webhook_endpoint", call.ids["webhook_endpoint"])
    changes: dict[str, Any] = call.changes("description", "enabled_events", "url")
    if "url" in changes:
        check_url(changes["url"])
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(endpoint["metadata"], call.params["metadata"])
    if "disabled" in call.params:
        changes["status"] = "disabled" if call.params["disabled"] else "enabled"
    return call.world.change(endpoint, changes)


def delete_endpoint(call: Call) -> Object:
    """Take an endpoint away; what waits for it is not delivered any more."""
    endpoint = call.world.get("webhook_endpoint", call.ids["webhook_endpoint"])
    call.world.remove(endpoint)
    return deleted(endpoint)


def endpoints_for(world: World, event_type: str) -> list[Object]:
    """The enabled endpoints that want an event of this type."""
    return [
        endpoint
        for endpoint in world.table("webhook_endpoint")
        if endpoint["status"] == "enabled"
        and ("*" in endpoint["enabled_events"] or event_type in endpoint["enabled_events"])
    ]


ENDPOINT = "/v1/webhook_endpoints/{webhook_endpoint}"
ROUTES = [
    Route(
        "POST",
        "/v1/webhook_endpoints",
        create_endpoint,
        {**FIELDS, "api_version": ID},
        ("enabled_events", "url"),
    ),
    listing("/v1/webhook_endpoints", "webhook_endpoint", by_created=False),
    retrieve(ENDPOINT, "webhook_endpoint"),
    Route("POST", ENDPOINT, update_endpoint, {**FIELDS, "disabled": FLAG}),
    Route("DELETE", ENDPOINT, delete_endpoint, {}),
]
