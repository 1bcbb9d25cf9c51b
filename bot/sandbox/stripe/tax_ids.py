"""A customer's tax ids."""

from typing import Any

from bot.sandbox.stripe.calls import Call, deleted, listed
from bot.sandbox.stripe.errors import no_such
from bot.sandbox.stripe.params import (
    ID,
    choice,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

TAX_ID_TYPES = (
    "ae_trn",
    "au_abn",
    "br_cnpj",
    "ca_bn",
    "ca_gst_hst",
    "ch_vat",
    "es_cif",
    "eu_vat",
    "gb_vat",
    "in_gst",
    "jp_cn",
    "jp_trn",
    "kr_brn",
    "mx_rfc",
    "no_vat",
    "nz_gst",
    "pl_nip",
    "sg_gst",
    "sg_uen",
    "us_ein",
    "za_vat",
)
TAX_ID = {"type": choice(*TAX_ID_TYPES), "value": ID}


def add_tax_id(world: World, customer: Object, given: dict[str, Any]) -> Object:
    """Keep a tax id of a customer, unverified."""
    tax_id: Object = {
        "id": world.ids.new("txi"),
        "object": "tax_id",
        "country": given["type"][:2].upper() if given["type"] != "eu_vat" else given["value"][:2],
        "created": world.now,
        "customer": customer["id"],
        "livemode": world.livemode,
        "owner": {"customer": customer["id"], "type": "customer"},
        "type": given["type"],
        "value": given["value"],
        "verification": {"status": "pending", "verified_address": None, "verified_name": None},
    }
    return world.add(tax_id, "customer.tax_id.created")


def create_tax_id(call: Call) -> Object:
    """A new tax id of the customer in the path."""
    customer = call.world.get("customer", call.ids["customer"])
    return add_tax_id(call.world, customer, call.params)


def tax_id_in_path(call: Call) -> Object:
    """The tax id in the path, when it is the customer's."""
    found = call.world.get("tax_id", call.ids["id"])
    if found["customer"] != call.ids["customer"]:
        raise no_such("tax_id", found["id"])
    return found


def delete_tax_id(call: Call) -> Object:
    """Take a tax id away."""
    found = tax_id_in_path(call)
    call.world.remove(found, "customer.tax_id.deleted")
    return deleted(found)


def list_tax_ids(call: Call) -> Object:
    """A customer's tax ids."""
    customer = call.world.get("customer", call.ids["customer"])
    return listed(call, call.world.table("tax_id"), {"customer": customer["id"]})
