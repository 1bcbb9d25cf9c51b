"""The ways to write a command, as a table: what finds the fitting one, and corrects what fits none.

Each form is one entry: it reads the words, is proposed when somebody comes near it, and writes its
line of the help.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.errors import BadRequest
from handlers.slack.filters import nearest
from handlers.slack.words import Word, read_words

SHARE = "share"
# So much of what somebody wrote is repeated to them.
ASKED_MAX = 80
# How near a name must come to a word of the grammar, of 100, to be taken for it mistyped.
MEANT_MIN = 70


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """What does this command understand?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a command: the word it begins with, how it looks and what it does.

    Shape: `read` gets the words after the first one; `is_alone` when there may be none.
    """

    usage: str
    meaning: str
    read: Callable[[list[Word]], Any]
    word: str | None = None
    is_alone: bool = False


def read_shared(text: str) -> tuple[list[Word], bool]:
    """The words of a command without the last one where that is "share", and whether it was.

    Raises: BadRequest for text that can't be read.
    """
    words = read_words(text)
    is_shared = len(words) > 1 and is_bare(words[-1]) and words[-1].text.lower() == SHARE
    return (words[:-1] if is_shared else words), is_shared


def read_forms(words: list[Word], forms: tuple[Form, ...]) -> Any:
    """What the first form that fits the words makes of them.

    Raises: BadRequest when none fits, with the nearest word.
    """
    for form in forms:
        fits = is_bare(words[0]) and words[0].text.lower() == form.word
        # More words after one that stands alone are a name: a customer may be called Help Desk.
        if fits and not (form.is_alone and len(words) > 1):
            return form.read(words[1:])
    for form in forms:
        if form.word is None:
            return form.read(words)
    known = list(dict.fromkeys(form.word for form in forms if form.word))
    raise not_understood(words[0], known)


def hint_of(command: str, asked: str, forms: tuple[Form, ...]) -> str:
    """What somebody may have meant with a name that nothing is called; "" for no idea."""
    first, _, rest = asked.partition(" ")
    if rest and first.lower() in {SHARE, command, command.removeprefix("/")}:
        ending = f" {SHARE}" if first.lower() == SHARE else ""
        return f"Did you mean {command} {rest[:ASKED_MAX]}{ending}?"
    known = {form.word for form in forms if form.word}
    meant = nearest(first, sorted(known), score_min=MEANT_MIN)
    return f"Did you mean {command} {meant} {rest[:ASKED_MAX]}".rstrip() + "?" if meant else ""


def read_help(_words: list[Word]) -> ShowHelp:
    """The help, whatever follows."""
    return ShowHelp()


def not_understood(word: Word, known: list[str]) -> BadRequest:
    """That a word is none of those that may stand in its place."""
    asked = word.source[:ASKED_MAX]
    return BadRequest(
        f"‘{asked}’ is not understood. Write {' or '.join(known)}.{proposal(asked, known)}"
    )


def proposal(word: str, choices: Iterable[str]) -> str:
    """The nearest choice as a question, or ""."""
    meant = nearest(word, choices)
    return f" Did you mean {meant}?" if meant else ""


def is_bare(word: Word) -> bool:
    """Whether a word may be one of the grammar's own: neither a filter nor in quotes."""
    return word.key is None and not word.is_quoted


def joined(words: list[Word]) -> str:
    """Words as a name that somebody wrote without quotes."""
    return " ".join(word.text if word.is_quoted else word.source for word in words)
