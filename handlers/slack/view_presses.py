"""Presses in a Home tab or a modal, which carry no address to answer to.

What changes the Home tab is answered by publishing it anew; everything else in a modal: opened over
the Home tab, pushed above the modal with the list that it belongs to, or in the place of what was
pressed. Permission and state are read at each press, as everywhere.
"""

from collections.abc import Callable, Mapping

from bot.clock import monotonic_seconds
from bot.errors import Unavailable
from bot.slack_views import View, open_modal, push_modal, update_modal
from bot.telemetry import get_logger
from bot.views import action_values, actions
from bot.views.blocks import Message
from bot.views.surfaces import modal_of, waiting_modal
from handlers.slack.actions import STRIPE_SECONDS_MAX, is_row, unknown, wanted_by
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.home import publish, renew_home, show_home
from handlers.slack.presses import LINKS, MODAL_PRESSES, PRESSES, SLOW_PRESSES
from handlers.slack.requests import Press, PressedView
from handlers.slack.submissions import stamped

log = get_logger("slack.views")


def _show_home(ask: Ask, value: str) -> Message:
    return show_home(ask, action_values.parse_show_home(value))


def _use_account(ask: Ask, value: str) -> Message:
    PRESSES[actions.USE_ACCOUNT](ask, value)
    return show_home(ask, 1)


# These change the Home tab itself, when they are pressed there.
HOME_PRESSES: Mapping[str, Callable[[Ask, str], Message]] = {
    actions.SHOW_HOME: _show_home,
    actions.USE_ACCOUNT: _use_account,
}


def answer_press_in_view(desk: Desk, press: Press, view: PressedView) -> None:
    """Answer a press in a view, soon; what fails is logged, as there is nowhere to say it."""
    action = press.action_id.partition(":")[0]
    if action in LINKS:
        return
    try:
        desk.background.start(lambda: _answer(desk, press, view, action))
    except Unavailable as busy:
        log.warning("press_unanswered", action=press.action_id, why=busy.message)


def _answer(desk: Desk, press: Press, view: PressedView, action: str) -> None:
    caller, wanted = press.caller, wanted_by(press)
    if view.is_home and action in HOME_PRESSES:
        work = HOME_PRESSES[action]
        publish(desk, caller, wanted, lambda ask: work(ask, press.value))
        return
    try:
        if action in SLOW_PRESSES:
            _answer_slowly(desk, press, view, SLOW_PRESSES[action])
            return
        _answer_in_modal(desk, press, view, action)
    except Unavailable as failed:
        log.warning("press_unanswered", action=press.action_id, why=failed.message)


def _answer_in_modal(desk: Desk, press: Press, view: PressedView, action: str) -> None:
    work = PRESSES.get(action) or MODAL_PRESSES.get(action) or unknown
    wanted, done = wanted_by(press), []

    def finished(ask: Ask) -> Message:
        message = stamped(ask, work(ask, press.value))
        done.append(action)
        return message

    message = answer(desk, press.caller, wanted, finished)
    is_above = is_row(press) or action in MODAL_PRESSES
    _show(desk, press, view, modal_of(message), is_above=is_above)
    if done and action in HOME_PRESSES:
        renew_home(desk, press.caller, wanted)


def _answer_slowly(
    desk: Desk, press: Press, view: PressedView, work: Callable[[Ask, str, float], Message]
) -> None:
    """Show at once that Stripe is asked, for a trigger holds three seconds, and then the answer."""
    patient_until = monotonic_seconds() + STRIPE_SECONDS_MAX
    shown_id = _show(desk, press, view, waiting_modal(), is_above=True)
    message = answer(
        desk, press.caller, wanted_by(press), lambda ask: work(ask, press.value, patient_until)
    )
    update_modal(desk.slack, shown_id, modal_of(message))


def _show(desk: Desk, press: Press, view: PressedView, modal: View, *, is_above: bool) -> str:
    """Show a modal where it belongs; its id."""
    if view.is_home:
        return open_modal(desk.slack, press.trigger_id, modal)
    if is_above and not view.is_full:
        return push_modal(desk.slack, press.trigger_id, modal)
    # The same button pressed twice is answered once: by then the view has changed.
    update_modal(desk.slack, view.id, modal, hash_=view.hash)
    return view.id
