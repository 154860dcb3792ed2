"""Whatever is written into the record has a name that people know."""

import ast
from pathlib import Path

import pytest

import app
from app.views.deed_words import deed_word

ROOT = Path(app.__file__).parent
NOTING = {"note_deed", "record", "_note", "_keep_identity", "EditorialAction"}


def strings(node):
    """The strings that an expression may be; both of `a if b else c`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    return set()


def noted(call):
    """The action that a call writes down, if it is such a call."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in NOTING:
        return set()
    given = [word.value for word in call.keywords if word.arg == "action"] or call.args[:4]
    return next((found for each in given if (found := strings(each))), set())


def actions():
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found |= noted(node)
            if isinstance(node, ast.FunctionDef) and node.name == "_deed_of":
                returned = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
                found |= {word for each in returned for word in strings(each.value)}
    return sorted(found)


def test_the_actions_are_found():
    assert {"save", "update", "user.disable", "user.grant", "backup.make", "expire"} <= set(
        actions()
    )


@pytest.mark.parametrize("action", [*actions(), "reviewed", "translate-by-machine"])
def test_every_deed_has_a_word(client, action):
    with client.application.test_request_context():
        assert deed_word(action) != action
