"""The names of what is recorded are for ever: exports and anchors of years hold them."""

import ast
from collections.abc import Iterator

from bot.audit.deeds import Stage
from bot.audit.erase import OPERATION as ERASE
from bot.audit.refusals import OPERATION as REFUSE
from tests.house.tree import list_product_files, parse

# Add to these, and change none.
OPERATIONS = {
    *("begin_audit", "grant_role", "revoke_role", "allow_channel", "remove_channel"),
    *("dismiss_alert", "retry_object", "ask", "erase_person"),
    *("retry_effect", "dismiss_effect", "confirm_effect", "repeat_effect", "share_answer"),
    *("charge_balance", "send_payment_link", "send_balance_links", "decide_mail"),
    *("change_contacts", "change_terms", "tell_contact", "assign_owner"),
    *("record_promise", "cancel_promise", "judge_promise", "snooze_account", "end_snooze"),
    *("set_digest", "stop_digest", "post_digest", "see_digest"),
    *("switch_reminders", "send_reminder"),
}
# What makes an entry of a name: the deed itself, and what several deeds have in common.
RECORDING = {"Deed", "decide"}
STAGES = {
    *("done", "requested", "approved", "rejected", "expired"),
    *("settled", "refused", "failed", "missed"),
    *("questioned", "answered", "withdrawn", "outdated"),
}


def list_operations() -> set[str]:
    """What the product's own deeds are called, as far as it stands in the call."""
    return {name for path in list_product_files(".py") for name in names_in(parse(path))}


def names_in(tree: ast.Module) -> Iterator[str]:
    """Those in one file, where they stand for themselves or as the kind of its effects."""
    kinds = {
        ast.unparse(node.targets[0]): node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDING:
            named = (kinds.get(ast.unparse(argument), argument) for argument in node.args)
            values = (one.value for one in named if isinstance(one, ast.Constant))
            yield from (value for value in values if isinstance(value, str))


def test_every_operation_that_was_ever_recorded_keeps_its_name() -> None:
    assert OPERATIONS - (list_operations() | {ERASE, REFUSE}) == set()


def test_every_stage_that_was_ever_recorded_keeps_its_name() -> None:
    assert STAGES - {stage.value for stage in Stage} == set()
