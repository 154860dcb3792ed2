"""The dependency rule and the sizes that keep the house tidy, read from the source itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

WEB_FACING = {
    "app/__init__.py",  # create_app
    "app/cli.py",
    "app/commands",
    "app/problems.py",
    "app/server.py",
    "app/views",
}
"""What may know of Flask. Everything else in app/ is a use case, and runs without a web server."""

SQL_CALLS = {"execute", "scalars", "scalar", "query", "get_one", "add", "commit", "flush", "merge"}
"""Methods of a database session that only a use case calls."""
ALLOWED_IN_VIEWS = {"sqlalchemy.exc", "sqlalchemy.orm.Session", "sqlalchemy.orm.sessionmaker"}
"""Errors to translate, and the types of what is handed through."""


def sources(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path):
    """Yield every imported name, as module.name for `from module import name`."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                yield f"{module}.{alias.name}"


def imports_any(path, *packages):
    return sorted(
        name
        for name in imports_of(path)
        if any(name == p or name.startswith(f"{p}.") or name.startswith(f"{p}_") for p in packages)
    )


def is_web_facing(path):
    name = name_of(path)
    return any(name == part or name.startswith(f"{part}/") for part in WEB_FACING)


def test_the_rules_look_at_something():
    assert len(sources("search")) > 20
    assert len(sources("app")) > 20
    assert sources("app/views")
    assert sources("migrations")


@pytest.mark.parametrize("path", sources("search"), ids=name_of)
def test_the_engine_knows_neither_the_application_nor_the_web_nor_the_database(path):
    assert imports_any(path, "app", "flask", "sqlalchemy", "alembic", "scripts") == []


@pytest.mark.parametrize("path", [p for p in sources("app") if not is_web_facing(p)], ids=name_of)
def test_a_use_case_does_not_know_the_web(path):
    assert imports_any(path, "flask", "werkzeug", "app.views") == []


@pytest.mark.parametrize("path", sources("app/views"), ids=name_of)
def test_a_view_holds_no_sql(path):
    imported = imports_any(path, "sqlalchemy")
    assert [n for n in imported if not any(n.startswith(a) for a in ALLOWED_IN_VIEWS)] == []
    called = [
        f"{node.func.attr}() in line {node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SQL_CALLS
        and "session" in ast.unparse(node.func.value).lower()
    ]
    assert called == []


@pytest.mark.parametrize("path", sources("migrations"), ids=name_of)
def test_a_migration_does_not_know_the_models_of_today(path):
    assert imports_any(path, "app", "search") == []


@pytest.mark.parametrize("path", sources("app", "search", "migrations", "tests"), ids=name_of)
def test_nobody_imports_scripts(path):
    assert imports_any(path, "scripts") == []


@pytest.mark.parametrize("path", sources("app", "search"), ids=name_of)
def test_nobody_imports_tests(path):
    assert imports_any(path, "tests") == []


@pytest.mark.parametrize("path", sources("app", "search", "migrations"), ids=name_of)
def test_a_module_fits_on_a_few_screens(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", sources("app", "search", "migrations"), ids=name_of)
def test_a_function_fits_on_one_screen(path):
    # A migration's upgrade and downgrade are lists of tables and columns, not logic.
    listed = {"upgrade", "downgrade"} if name_of(path).startswith("migrations/versions") else set()
    too_long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
        and node.name not in listed
    }
    assert too_long == {}


@pytest.mark.parametrize("path", sources("app", "search"), ids=name_of)
def test_importing_a_module_does_nothing(path):
    """At the top of a module there are definitions; a bare call would be a side effect."""
    calls = [
        f"line {node.lineno}"
        for node in tree_of(path).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert calls == []
