"""Who may do what."""

import pytest

from bot.access import NO_ROLE, Permission, actor_for, is_allowed, require
from bot.errors import NotAllowed
from bot.queries.sight import sight_of
from bot.settings import Settings
from tests.build import NOW

SETTINGS = Settings(_env_file=None, billing_admins=("U1ADMIN", "W2ADMIN"))


@pytest.mark.parametrize("user", ["U1ADMIN", "W2ADMIN"])
@pytest.mark.parametrize("permission", list(Permission))
def test_a_first_admin_may_do_everything_everywhere(user: str, permission: Permission) -> None:
    actor = actor_for(SETTINGS, user, "T1")

    require(actor, permission)

    assert actor.scope is None


@pytest.mark.parametrize("user", ["U1ADMI", "u1admin", "U1ADMIN ", "", "U9"])
@pytest.mark.parametrize("permission", list(Permission))
def test_everybody_else_gets_one_text_whatever_they_ask_for(
    user: str, permission: Permission
) -> None:
    actor = actor_for(SETTINGS, user, "T1")

    with pytest.raises(NotAllowed) as refused:
        require(actor, permission)

    assert refused.value.message == NO_ROLE
    assert actor.scope == frozenset()


def test_what_an_actor_may_see_goes_into_the_sight() -> None:
    admin, nobody = (actor_for(SETTINGS, user, "T1") for user in ("U1ADMIN", "U9"))

    seeing, blind = (sight_of(actor, SETTINGS, now=NOW, real_now=NOW) for actor in (admin, nobody))

    assert (seeing.scope, seeing.drafts) == (None, True)
    assert (blind.scope, blind.drafts) == (frozenset(), False)
    assert not is_allowed(nobody, Permission.VIEW_INVOICES)
