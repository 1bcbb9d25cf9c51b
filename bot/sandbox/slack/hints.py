"""What a newcomer may try, by who they are; and what of it they have done."""

from bot.sandbox.slack.records import Hint, Json, Person
from bot.sandbox.slack.state import State


def list_hints(state: State, person: Person) -> list[Json]:
    """The hints for one person that this app can answer, in order."""
    return [
        {
            "text": hint.text,
            "why": hint.why,
            "channel": hint.channel,
            "person": hint.person,
            "shortcut": hint.shortcut,
            "ts": hint.ts,
            "done": (person.id, hint.id) in state.tried,
        }
        for hint in state.hints
        if hint.is_for(person.id) and _is_possible(state, hint)
    ]


def tick(state: State, person: Person, text: str) -> None:
    """Remember that a person has tried what a hint says; the open pages show it."""
    tried = " ".join(text.split()).casefold()
    for hint in state.hints:
        is_this = hint.is_for(person.id) and hint.id.casefold() == tried
        if is_this and (person.id, hint.id) not in state.tried:
            state.tried.add((person.id, hint.id))
            state.workspace.stream.publish({"type": "state"}, to={person.id})


def _is_possible(state: State, hint: Hint) -> bool:
    """Whether the app has what a hint needs: it may not have every command yet."""
    if hint.shortcut:
        return any(each.callback_id == hint.shortcut for each in state.manifest.shortcuts)
    return not hint.text or state.manifest.find_command(hint.text.split()[0]) is not None
