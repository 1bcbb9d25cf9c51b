"""Sessions of the customer portal; the page itself only says whose it is."""

from html import escape

from bot.sandbox.stripe.calls import Call, Route
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import EXPAND, ID, choice, hash_of
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import LINKS_BASE, World

FLOWS = ("customer_update", "payment_method_update", "subscription_cancel")


def create_session(call: Call) -> Object:
    """A short-lived link to a customer's own page."""
    world = call.world
    if call.get("customer") is None:
        raise bad_request("You must pass `customer`.", code="parameter_missing", param="customer")
    customer = world.get("customer", call.params["customer"], param="customer")
    identifier = world.ids.new("bps")
    token = world.ids.token(identifier, 60)
    world.customer_of_token[token] = customer["id"]
    return {
        "id": identifier,
        "object": "billing_portal.session",
        "configuration": call.get("configuration") or "bpc_1TallymanDefaultPortal0",
        "created": world.now,
        "customer": customer["id"],
        "flow": flow_of(call),
        "livemode": world.livemode,
        "locale": None,
        "on_behalf_of": None,
        "return_url": call.get("return_url"),
        "url": f"{LINKS_BASE}/p/session/test_{token}",
    }


def flow_of(call: Call) -> Object | None:
    """The one thing that the page opens with."""
    given = call.get("flow_data")
    if given is None:
        return None
    after = given.get("after_completion") or {"type": "portal_homepage"}
    cancel = given.get("subscription_cancel")
    if given["type"] == "subscription_cancel":
        if cancel is None:
            message = "You must pass `flow_data[subscription_cancel]`."
            raise bad_request(message, param="flow_data[subscription_cancel]")
        call.world.get(
            "subscription",
            cancel["subscription"],
            param="flow_data[subscription_cancel][subscription]",
        )
        cancel = {"retention": None, "subscription": cancel["subscription"]}
    return {
        "after_completion": {
            "hosted_confirmation": after.get("hosted_confirmation"),
            "redirect": after.get("redirect"),
            "type": after["type"],
        },
        "subscription_cancel": cancel,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": given["type"],
    }


def portal_page(world: World, token: str) -> str | None:
    """The customer's page; None for a link of nobody."""
    customer = world.table("customer").find(
        world.customer_of_token.get(token.removeprefix("test_"), "")
    )
    if customer is None:
        return None
    name = escape(customer["name"] or customer["email"] or customer["id"])
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Billing</title>"
        f"<h1>{name}</h1><p>Here a customer changes cards and addresses at Stripe.</p></html>"
    )


REDIRECT = hash_of({"return_url": ID}, "return_url")
AFTER = hash_of(
    {
        "hosted_confirmation": hash_of({"custom_message": ID}),
        "redirect": REDIRECT,
        "type": choice("hosted_confirmation", "portal_homepage", "redirect"),
    },
    "type",
)
ROUTES = [
    Route(
        "POST",
        "/v1/billing_portal/sessions",
        create_session,
        {
            **EXPAND,
            "configuration": ID,
            "customer": ID,
            "flow_data": hash_of(
                {
                    "after_completion": AFTER,
                    "subscription_cancel": hash_of({"subscription": ID}, "subscription"),
                    "type": choice(*FLOWS),
                },
                "type",
            ),
            "return_url": ID,
        },
    )
]
