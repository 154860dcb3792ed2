"""Who may do what: by role, and by where an article stands."""

import pytest

from app.editing.actors import (
    ACTIONS,
    ROLES,
    Actor,
    Forbidden,
    Grant,
    Place,
    is_allowed,
    require_permission,
)

PLACE = Place("pay/cards", "ko")


def actor(role, **limits):
    return Actor("Kim", grants=(Grant(role, **limits),))


def test_each_role_may_do_what_those_before_it_may():
    allowed = [
        {action for action in ACTIONS if is_allowed(actor(role), action, PLACE)} for role in ROLES
    ]
    assert allowed[0] == {"read", "comment"}
    assert {"write", "submit"} <= allowed[1]
    assert "publish" not in allowed[2]
    assert "review" in allowed[2]
    assert allowed[3] == set(ACTIONS)
    assert all(smaller <= larger for smaller, larger in zip(allowed, allowed[1:], strict=False))


@pytest.mark.parametrize(
    ("limits", "is_covered"),
    [
        ({}, True),
        ({"categories": frozenset({"pay"})}, True),
        ({"categories": frozenset({"pay/cards"})}, True),
        ({"categories": frozenset({"pay/cards/lost"})}, False),
        ({"categories": frozenset({"pa"})}, False),
        ({"locales": frozenset({"ko", "ja"})}, True),
        ({"locales": frozenset({"en"})}, False),
        ({"categories": frozenset({"pay"}), "locales": frozenset({"en"})}, False),
    ],
)
def test_a_role_counts_where_it_was_given(limits, is_covered):
    assert is_allowed(actor("writer", **limits), "write", PLACE) is is_covered


def test_of_several_grants_the_largest_that_covers_the_place_counts():
    both = Actor("Kim", grants=(Grant("reader"), Grant("publisher", locales=frozenset({"ko"}))))
    assert is_allowed(both, "publish", PLACE)
    assert not is_allowed(both, "write", Place("pay", "en"))


def test_somebody_without_a_grant_may_do_nothing_and_is_told_what_it_takes():
    with pytest.raises(Forbidden, match="reader"):
        require_permission(Actor("Kim"), "read", PLACE)
