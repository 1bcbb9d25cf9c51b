"""What people at a customer are told when it changes whom we write to there."""

from enum import StrEnum
from html import escape

from bot.queries.terms import Language
from bot.views import letters
from bot.views.letter_words import WORDS
from bot.views.letters import MailText
from bot.views.text import plain


class News(StrEnum):
    """What has changed for the person that it is told to."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


def contact_mail(
    news: News, *, account: str, support: str, sender: str, language: Language
) -> MailText:
    """The mail to one person; it names nobody else, whoever reads it.

    Shape: `support` is whom they may ask, "" for whoever answers this mail.
    """
    words, named = WORDS[language], plain(account)
    said = {
        News.ADDED: words.contact_added,
        News.REMOVED: words.contact_removed,
        News.CHANGED: words.contact_changed,
    }[news].format(account=named)
    doubt = words.contact_doubt_to.format(contact=support) if support else words.contact_doubt
    return MailText(
        words.contact_subject.format(account=named),
        letters.plain_form(words, [said, doubt], sender=sender),
        letters.page_form(language, f"<p>{escape(said)}</p>", closing=doubt, sender=sender),
    )
