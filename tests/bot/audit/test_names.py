"""The names of what is recorded are for ever: exports and anchors of years hold them."""

import ast

from bot.audit.deeds import Stage
from bot.audit.erase import OPERATION as ERASE
from bot.audit.refusals import OPERATION as REFUSE
from tests.house.tree import list_product_files, parse

# Add to these, and change none.
OPERATIONS = {
    *("begin_audit", "grant_role", "revoke_role", "allow_channel", "remove_channel"),
    *("dismiss_alert", "retry_object", "ask", "erase_person"),
}
STAGES = {
    *("done", "requested", "approved", "rejected", "expired"),
    *("settled", "refused", "failed", "missed"),
    *("questioned", "answered", "withdrawn", "outdated"),
}


def list_operations() -> set[str]:
    """What the product's own deeds are called, as far as it stands in the call."""
    calls = [
        node
        for path in list_product_files(".py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]
    first = [call.args[0] for call in calls if ast.unparse(call.func) == "Deed"]
    return {str(each.value) for each in first if isinstance(each, ast.Constant)}


def test_every_operation_that_was_ever_recorded_keeps_its_name() -> None:
    assert OPERATIONS - (list_operations() | {ERASE, REFUSE}) == set()


def test_every_stage_that_was_ever_recorded_keeps_its_name() -> None:
    assert STAGES - {stage.value for stage in Stage} == set()
