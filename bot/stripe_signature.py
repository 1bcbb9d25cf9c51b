"""Whether a webhook delivery was really sent by Stripe, and just now.

Written by hand because the SDK's own check accepts moments in the future, raises TypeError for a
signature that is not ASCII, and needs the SDK in the process that only keeps events.

Source: docs.stripe.com/webhooks/signature, read 2026-11: the header is `t=…,v1=…[,v1=…]`, each v1
an HMAC-SHA256 in hex of `{t}.{body}`; during a change of the secret Stripe signs with both.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from bot.errors import BadRequest

# How far the signed moment may lie from now, either way. Source: the tolerance Stripe advises.
TOLERANCE_SECONDS = 300
HEADER_CHARACTERS_MAX = 2_000
SIGNATURES_MAX = 10

_PART = re.compile(r"([a-zA-Z0-9_]{1,16})=([\x21-\x2b\x2d-\x7e]*)", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_HEX_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def verify_signature(
    body: bytes, header: str | None, secrets: Sequence[str], *, now: datetime
) -> None:
    """See that one of the secrets signed this body within the last minutes.

    Raises: BadRequest, whatever the header looks like, when not.
    """
    moment, signatures = _parse_header(header)
    signed = f"{moment}.".encode() + body
    # Every pair is compared, so that the time it takes says nothing about which one was near.
    is_genuine = False
    for secret in filter(None, secrets):
        expected = hmac.digest(secret.encode(), signed, "sha256").hex()
        for signature in signatures:
            is_genuine |= hmac.compare_digest(expected, signature)
    if not is_genuine:
        raise BadRequest("The signature does not fit the body.")
    if abs(now.timestamp() - int(moment)) > TOLERANCE_SECONDS:
        raise BadRequest("The signature is not of this moment.")


def _parse_header(header: str | None) -> tuple[str, list[str]]:
    if not header:
        raise BadRequest("There is no Stripe-Signature.")
    if len(header) > HEADER_CHARACTERS_MAX:
        raise BadRequest("The Stripe-Signature is too long.")
    parts = [_PART.fullmatch(part.strip()) for part in header.split(",")]
    named = [(part[1], part[2]) for part in parts if part]
    moments = [value for name, value in named if name == "t"]
    signatures = [value for name, value in named if name == "v1" and _HEX_SHA256.fullmatch(value)]
    is_sound = len(named) == len(parts) and len(moments) == 1 and _SECONDS.fullmatch(moments[0])
    if not is_sound or not 1 <= len(signatures) <= SIGNATURES_MAX:
        raise BadRequest("The Stripe-Signature can't be read.")
    return moments[0], signatures
