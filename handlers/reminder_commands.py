"""The shell's dry run of reminders: what would go out to customers, and why the rest is held."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import typer
from rich.console import Console

from bot import mailing
from bot.clock import real_now
from bot.queries.dry_run import plan_messages
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime
from bot.views.reminders import reminder_lines
from handlers.spoken import spoken


def add_reminder_commands(
    shell: typer.Typer, opened: Callable[[], AbstractContextManager[Runtime]]
) -> None:
    """Put `reminders` into the shell."""

    @shell.command()
    def reminders() -> None:
        """Show what customers would be reminded of now, and what is held; nothing is sent."""
        with spoken(), opened() as runtime:
            settings = runtime.settings
            sight = sight_of_desk(settings, now=runtime.clock.now(), real_now=real_now())
            with runtime.database.looking() as reading:
                plan = plan_messages(reading, sight=sight, has_mail=mailing.has_mail(settings))
            console = Console(soft_wrap=True, highlight=False, markup=False)
            for line in reminder_lines(plan, zone=settings.account_time_zone):
                console.print(line)
