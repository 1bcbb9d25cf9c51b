"""A mail server that delivers nowhere: what it takes is kept for people to look at."""

from bot.sandbox.mail.conversation import Door
from bot.sandbox.mail.mailbox import Letter, Mailbox
from bot.sandbox.mail.server import MailServer

__all__ = ["Door", "Letter", "MailServer", "Mailbox"]
