"""What reminders say, from courtesy to final, in each language; the rest is in letter_words."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.queries.reminder_terms import Level
from bot.queries.terms import Language


@dataclass(frozen=True, slots=True)
class Tone:
    """One tone: {amount} in all, {count} of invoices."""

    subject: str
    opening: str


ENGLISH: Mapping[Level, Tone] = {
    Level.COURTESY: Tone(
        "Due soon: {amount} for {count}",
        "A word ahead of time: {amount} falls due soon for {count}.",
    ),
    Level.FRIENDLY: Tone(
        "A reminder: {amount} for {count}",
        "Perhaps it was overlooked: {amount} is still to be paid for {count}.",
    ),
    Level.FIRM: Tone(
        "Overdue: {amount} for {count}",
        "{amount} is overdue for {count}. Please pay it within the next few days, or tell us what "
        "stands in the way.",
    ),
    Level.FINAL: Tone(
        "Final reminder: {amount} for {count}",
        "This is our final reminder: {amount} is long overdue for {count}. Please pay it now, or "
        "talk to us today so that we find a way together.",
    ),
    Level.THANKS: Tone(
        "Thank you for your payment",
        "Thank you: what you have paid for {count} has arrived.",
    ),
}

GERMAN: Mapping[Level, Tone] = {
    Level.COURTESY: Tone(
        "Bald fällig: {amount} für {count}",
        "Ein Hinweis vorab: Für {count} werden demnächst {amount} fällig.",
    ),
    Level.FRIENDLY: Tone(
        "Zur Erinnerung: {amount} für {count}",
        "Vielleicht ist es untergegangen: Für {count} sind noch {amount} zu zahlen.",
    ),
    Level.FIRM: Tone(
        "Überfällig: {amount} für {count}",
        "Für {count} sind {amount} überfällig. Bitte zahlen Sie in den nächsten Tagen, oder sagen "
        "Sie uns, was dem entgegensteht.",
    ),
    Level.FINAL: Tone(
        "Letzte Erinnerung: {amount} für {count}",
        "Dies ist unsere letzte Erinnerung: Für {count} sind {amount} lange überfällig. Bitte "
        "zahlen Sie jetzt, oder sprechen Sie heute mit uns, damit wir einen Weg finden.",
    ),
    Level.THANKS: Tone(
        "Danke für Ihre Zahlung",
        "Vielen Dank: Ihre Zahlung für {count} ist eingegangen.",
    ),
}

TONES: Mapping[Language, Mapping[Level, Tone]] = {
    Language.ENGLISH: ENGLISH,
    Language.GERMAN: GERMAN,
}
