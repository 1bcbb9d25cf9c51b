"""Presses: what a button carries is parsed strictly, and answered on today's state."""

from collections.abc import Callable
from dataclasses import replace

from bot.clock import monotonic_seconds
from bot.errors import BadRequest, Unavailable
from bot.slack_views import open_modal
from bot.telemetry import get_logger
from bot.views import actions
from bot.views.ageing import BEHIND
from bot.views.blocks import Message
from bot.views.invoice_deeds import DEED_ACTIONS
from bot.views.notices import error_notice
from bot.views.surfaces import modal_of
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.presses import LINKS, MODAL_PRESSES, PRESSES, SLOW_PRESSES, WITH_ROWS
from handlers.slack.requests import Press
from handlers.slack.submissions import stamped

log = get_logger("slack.actions")

# What somebody who pressed a button waits for Stripe at most, in all.
STRIPE_SECONDS_MAX = 2.0


def of_deed(press: Press) -> Press:
    """A choice from the menu of deeds as a press on that deed's button; any other as it is."""
    if press.action_id != actions.CHOOSE_DEED:
        return press
    deed, value = actions.parse_choose_deed(press.value)
    return replace(press, action_id=deed, value=value) if deed in DEED_ACTIONS else press


def answer_press(desk: Desk, press: Press) -> None:
    """Answer a press where the person is, through the address that came with it."""
    action = press.action_id.partition(":")[0]
    if action in LINKS:
        return
    if action in SLOW_PRESSES:
        patient_until = monotonic_seconds() + STRIPE_SECONDS_MAX
        slow = SLOW_PRESSES[action]
        _later(desk, press, lambda: _answer_slowly(desk, press, slow, patient_until))
        return
    if action in MODAL_PRESSES:
        _later(desk, press, lambda: _answer_in_modal(desk, press, MODAL_PRESSES[action]))
        return
    work = PRESSES.get(action, unknown)
    message = answer(desk, press.caller, wanted_by(press), lambda ask: work(ask, press.value))
    # What everybody sees is never replaced by what one person may see.
    _respond(desk, press, message, replaces=press.is_private and not is_row(press))


def is_row(press: Press) -> bool:
    """Whether a press is on a row of a list, or on a figure: what it opens comes beside it."""
    action, _, place = press.action_id.partition(":")
    return place == BEHIND or (action in WITH_ROWS and place.isdigit())


def wanted_by(press: Press) -> str:
    """What somebody wanted, as a refusal is recorded with it."""
    return f"{press.action_id} {press.value}"


def unknown(_ask: Ask, _value: str) -> Message:
    """What comes of a button that is none of ours.

    Raises: BadRequest, always.
    """
    raise BadRequest("This button is of a kind that does not exist here.")


def _answer_slowly(
    desk: Desk, press: Press, work: Callable[[Ask, str, float], Message], patient_until: float
) -> None:
    message = answer(
        desk, press.caller, wanted_by(press), lambda ask: work(ask, press.value, patient_until)
    )
    _respond(desk, press, message, replaces=False)


def _answer_in_modal(desk: Desk, press: Press, work: Callable[[Ask, str], Message]) -> None:
    message = answer(
        desk, press.caller, wanted_by(press), lambda ask: stamped(ask, work(ask, press.value))
    )
    try:
        open_modal(desk.slack, press.trigger_id, modal_of(message))
    except Unavailable as failed:
        log.warning("modal_unopened", action=press.action_id, why=failed.message)
        if message.form is not None:
            # Nobody can fill in a message.
            message = error_notice(failed, reference="", contact=desk.contact)
        _respond(desk, press, message, replaces=False)


def _later(desk: Desk, press: Press, work: Callable[[], None]) -> None:
    try:
        desk.background.start(work)
    except Unavailable as busy:
        notice = error_notice(busy, reference="", contact=desk.contact)
        _respond(desk, press, notice, replaces=False)


def _respond(desk: Desk, press: Press, message: Message, *, replaces: bool) -> None:
    try:
        desk.slack.respond(press.response_url, message.text, message.blocks, replaces=replaces)
    except Unavailable as failed:
        log.warning("press_unanswered", action=press.action_id, why=failed.message)
