"""Names as people type them: folded for search, and reduced to their looks to find look-alikes.

Identity is never folded: two accounts whose names fold to one are two accounts.
"""

import unicodedata
from functools import lru_cache

from bot.mirror.lookalikes import LOOKALIKES

# Domains where everybody has a mailbox; such an address says nothing about whose account it is.
PUBLIC_MAILBOXES = frozenset({
    "aol.com", "fastmail.com", "free.fr", "gmail.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.com", "icloud.com", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com",
    "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com", "proton.me",
    "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.co.uk", "yahoo.com",
    "yahoo.co.jp", "yandex.ru", "zoho.com", "126.com", "163.com",
})  # fmt: skip

# Control, format (zero-width, direction), surrogate and private-use characters have no place in a
# search. Source: Unicode, general categories.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def fold(text: str) -> str:
    """A text for search: compatibility forms, case, odd spaces and unseen characters evened out.

    Folding what is folded changes nothing.
    """
    if text.isascii():
        folded = text.lower()
        if folded.isprintable():
            return " ".join(folded.split())
    return _fold_any(text)


@lru_cache(maxsize=4096)
def _fold_any(text: str) -> str:
    folded = _folded_once(text)
    # Case folding may leave what composes anew; two or three rounds settle every text.
    while (again := _folded_once(folded)) != folded:
        folded = again
    return folded


def _folded_once(text: str) -> str:
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = (
        " " if character.isspace() else character
        for character in even
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    return " ".join("".join(seen).split())


def skeleton(text: str) -> str:
    """What a text looks like: folded, without accents, each letter as the Latin one it resembles.

    Two texts with one skeleton look alike to a person, whatever they are.
    Source: the idea of Unicode Technical Standard 39, section 4.
    """
    folded = fold(text)
    plain = "".join(
        character
        for character in unicodedata.normalize("NFD", folded)
        if not unicodedata.combining(character)
    )
    return "".join(LOOKALIKES.get(character, character) for character in plain)


def domain_of(email: str) -> str | None:
    """The domain of an e-mail address; None for a public mailbox and for what is no address."""
    name, at, domain = email.strip().rpartition("@")
    domain = domain.casefold().rstrip(".")
    if not (at and name and "." in domain) or domain in PUBLIC_MAILBOXES:
        return None
    return domain
