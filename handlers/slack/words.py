"""Text as people and Slack write it, taken apart into words: the ground under the grammar."""

import re
from dataclasses import dataclass

from bot.errors import BadRequest

# Slack lets people type more; nothing that we understand is longer.
TEXT_MAX = 4000
# What one word or value may hold; Stripe's links to hosted invoices are the longest.
VALUE_MAX = 500

_DOUBLE_QUOTES = '"“”„‟«»\uff02'
# Any of them would end what stands in quotes, and a backslash before it keeps it.
_CLOSING = re.compile(rf"[\\{_DOUBLE_QUOTES}]")
_SINGLE_OPENERS = "'‘\u201a\u201b"
_SINGLE_CLOSERS = "'’‘"
# They show nothing and come along with pasted text: zero-width ones, marks of direction, the
# soft hyphen and the byte order mark.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
# How Slack writes an address that it recognised: <https://a.example|a.example>.
_SLACK_LINK = re.compile(r"<((?:https?://|mailto:)[^\s<>|]+)(?:\|([^<>]*))?>")
_KEY = re.compile(r"([A-Za-z_]{1,20}):(?!//)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or what stood in quotes.

    Shape: after "status:" `key` is "status" and `text` the word that follows it, with or without
    a space between; `source` is how all of it was written.
    """

    text: str
    source: str
    key: str | None = None
    is_quoted: bool = False


def read_words(text: str) -> list[Word]:
    """The words of a command; in quotes, a backslash keeps the quote or backslash after it.

    Raises: BadRequest for text that is too long, holds control characters or lone surrogates, or
        leaves a quote open or empty.
    """
    rest = _cleaned(text)
    words = []
    while rest:
        word, rest = _read_keyed(rest)
        if len(word.text) > VALUE_MAX:
            start = word.text[:40]
            raise BadRequest(f"‘{start}…’ is too long: {VALUE_MAX} characters are the most.")
        words.append(word)
    return words


def quote(text: str) -> str:
    """Text as Slack would send it in quotes: reading that as a word gives the text again."""
    kept = _CLOSING.sub(r"\\\g<0>", text)
    escaped = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'"{escaped}"'


def _cleaned(text: str) -> str:
    if len(text) > TEXT_MAX:
        raise BadRequest(f"That is too long: {TEXT_MAX:,} characters are the most.")
    if _UNPRINTABLE.search(text):
        raise BadRequest("That holds characters nobody can type. Please write it by hand.")
    text = _UNSEEN.sub("", _SLACK_LINK.sub(_link_text, text))
    # Slack writes these three as entities, in commands too; & comes last, so that what a person
    # typed as an entity stays one.
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.split())


def _link_text(link: re.Match[str]) -> str:
    address, label = link[1], link[2]
    # Where people wrote "acme.example", Slack made the address of it: theirs is the label.
    bare = address.removeprefix("mailto:").removeprefix("https://").removeprefix("http://")
    if label and label.rstrip("/") == bare.rstrip("/"):
        return label
    return address.removeprefix("mailto:")


def _read_keyed(text: str) -> tuple[Word, str]:
    """The first word of a text that has one, and the text after it."""
    key = _KEY.match(text)
    if key is None:
        return _read_value(text)
    rest = text[key.end() :]
    value = rest.lstrip()
    # "from: to: …" leaves from: without a value; in "text:a:b" the value is a:b.
    if not value or (value != rest and _KEY.match(value)):
        return Word("", key[0], key=key[1].lower()), value
    word, after = _read_value(value)
    source = text[: len(text) - len(after)].rstrip()
    return Word(word.text, source, key=key[1].lower(), is_quoted=word.is_quoted), after


def _read_value(text: str) -> tuple[Word, str]:
    if text[0] in _DOUBLE_QUOTES:
        quoted = _read_quoted(text, _DOUBLE_QUOTES)
        if quoted is None:
            raise BadRequest(f"The quote before ‘{text[1:40]}’ is never closed.")
        return quoted
    # An apostrophe may begin a name, as in 't Hooft: it is a quote only when another closes it.
    if text[0] in _SINGLE_OPENERS and (quoted := _read_quoted(text, _SINGLE_CLOSERS)):
        return quoted
    word, _, rest = text.partition(" ")
    return Word(word, word), rest


def _read_quoted(text: str, closers: str) -> tuple[Word, str] | None:
    kept = []
    index = 1
    while index < len(text):
        character, following = text[index], text[index + 1 : index + 2]
        if character == "\\" and following and following in f"\\{closers}":
            kept.append(following)
            index += 2
            continue
        # A quote inside a word, as in 12"-pipes, closes nothing.
        if character in closers and following in {"", " "}:
            content = "".join(kept).strip()
            if not content:
                raise BadRequest("There is nothing between the quotes.")
            return Word(content, text[: index + 1], is_quoted=True), text[index + 1 :].lstrip()
        kept.append(character)
        index += 1
    return None
