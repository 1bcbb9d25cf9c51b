"""The keys of the trail, and what is made with them.

AUDIT_KEY may hold several: the first makes new entries, the others are there to verify old ones. An
entry names its key by a fingerprint, so that nobody has to number them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.settings import Settings

_NAME_CHARACTERS = 16
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """One key; what is made for one purpose is of no use for another."""

    name: str
    _of_entries: bytes
    _of_head: bytes

    def mac(self, content: str) -> str:
        """The code that goes with an entry, of its content."""
        return hmac.new(self._of_entries, content.encode(), hashlib.sha256).hexdigest()

    def seal(self, number: int, mac: str) -> str:
        """The code that goes with the head when the trail ends in this entry."""
        return hmac.new(self._of_head, f"{number}:{mac}".encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"Key({self.name})"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of a deployment: the one to write with, and every one by its name."""

    current: Key
    by_name: Mapping[str, Key]


def random_key() -> str:
    """A new key, for a trail that ends with its process, as the sandbox's does."""
    return secrets.token_hex(_KEY_BYTES)


def keys_of(settings: Settings) -> Keys:
    """The keys that the settings hold.

    Raises: LookupError where there are none, which the check of the settings prevents.
    """
    return _keys(tuple(secret.get_secret_value() for secret in settings.audit_key))


@lru_cache(maxsize=16)
def _keys(texts: tuple[str, ...]) -> Keys:
    made = [_key(text.encode()) for text in texts]
    if not made:
        raise LookupError("AUDIT_KEY is missing.")
    return Keys(current=made[0], by_name={key.name: key for key in made})


def _key(secret: bytes) -> Key:
    def derived(purpose: bytes) -> bytes:
        return hmac.new(secret, b"tallyman audit " + purpose, hashlib.sha256).digest()

    return Key(derived(b"name").hex()[:_NAME_CHARACTERS], derived(b"entries"), derived(b"head"))
