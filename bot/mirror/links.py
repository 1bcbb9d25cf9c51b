"""The stable part of the address of an invoice's hosted page, to find the invoice by its link.

A link is as good as a key to the page, and it expires: none is stored. What it holds is nowhere
promised: we take it that the account and a token in it are the same in all links of one invoice.
"""

import base64
import re
from urllib.parse import unquote

LINK_CHARACTERS_MAX = 2048
KEY_CHARACTERS_MAX = 255

# invoice.stripe.com/i/acct_1/live_YWNjdF8x…, pay.stripe.com/invoice/acct_1/live_YWNjdF8x…/pdf
# The forms that we know such links in; a token of any other form is kept as it is.
# What acct_ begins with in base 64; its fifth letter depends on what follows.
_ENCODED = "YWNjdF"
_BASE64 = re.compile(r"[A-Za-z0-9_+/-]+={0,2}")
# What hangs on to a page's address when the link is of another of its forms.
_FORMS = frozenset({"pdf", "receipt", "pay"})
_FIELDS = re.compile(r"acct_[A-Za-z0-9]+,(?P<token>[A-Za-z0-9_-]+),", re.ASCII)
_KEY_CHARACTERS_MIN = 8


def hosted_key_of(url: str) -> str | None:
    """The part of a hosted page's address that stays the same; None when it has none."""
    if len(url) > LINK_CHARACTERS_MAX:
        return None
    # By hand, as the standard library's way takes longer than translating a whole line.
    scheme, _, rest = url.strip().partition("://")
    if scheme.lower() not in {"http", "https"}:
        return None
    _, _, path = rest.partition("#")[0].partition("?")[0].partition("/")
    segments = [unquote(segment) for segment in path.split("/") if segment]
    while segments and segments[-1].lower() in _FORMS:
        segments.pop()
    if not segments or len(segments[-1]) < _KEY_CHARACTERS_MIN:
        return None
    token = segments[-1]
    token = token[len("test_") :] if token.startswith(("test_", "live_")) else token
    return (_middle_of(token) or token)[:KEY_CHARACTERS_MAX]


def _middle_of(token: str) -> str | None:
    """The token inside acct_…,TOKEN,…; what follows it changes from link to link."""
    if not token.startswith(_ENCODED):
        return None
    matched = _BASE64.match(token)
    if matched is None:
        return None
    plain = matched[0].rstrip("=").replace("+", "-").replace("/", "_")
    # Behind the encoded text hangs another one that is none, so its end decodes to anything.
    plain = plain[: len(plain) - len(plain) % 4] if len(plain) % 4 == 1 else plain
    decoded = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode("latin-1")
    fields = _FIELDS.match(decoded)
    return fields["token"] if fields else None
