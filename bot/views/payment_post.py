"""What a customer reads in its own channel: the request to pay, with a link for each invoice."""

from collections.abc import Sequence

from bot.queries.terms import Language
from bot.views import blocks
from bot.views.blocks import Block, Element, Message
from bot.views.letter_words import WORDS
from bot.views.letters import amount_in, invoices_in
from bot.views.mail import PaymentLine, facts_of, link_of, total_of
from bot.views.text import fit, literal


def payment_post(lines: Sequence[PaymentLine], *, language: Language) -> Message:
    """The request to pay some invoices of one currency; a preview says where the links will stand.

    Raises: ValueError for no invoice at all.
    """
    words = WORDS[language]
    amount, count = amount_in(language, total_of(lines)), invoices_in(language, len(lines))
    parts: list[Block] = [
        blocks.rich_text(
            blocks.text(amount, is_bold=True),
            blocks.text(f" {words.to_pay_for.format(count=count)}"),
        ),
        blocks.rich_text(*invoice_elements(lines, language)),
        blocks.context(blocks.plain_text(words.closing_here)),
    ]
    text = words.several_subject.format(count=count, amount=amount)
    return Message(text=literal(text), blocks=tuple(parts))


def invoice_elements(lines: Sequence[PaymentLine], language: Language) -> list[Element]:
    """Each invoice with its amount and its link, one below the other, as parts of rich text."""
    elements: list[Element] = []
    for line in lines:
        lead = "\n" if elements else ""
        facts = fit(facts_of(line, language), blocks.HEADER_TEXT_MAX)
        elements.append(blocks.text(f"{lead}{facts}: {amount_in(language, line.amount)} "))
        if line.url is None:
            elements.append(blocks.text(link_of(line, language)))
        else:
            elements.append(blocks.link(WORDS[language].pay, url=line.url))
    return elements
