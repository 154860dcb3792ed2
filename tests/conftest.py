"""Fixtures that several kinds of tests share; each lives in a module of its own beside this one."""

pytest_plugins = [
    "tests.browser_fixtures",
    "tests.database_fixtures",
    "tests.model_fixtures",
    "tests.postgresql_fixtures",
    "tests.server_fixtures",
    "tests.staff_fixtures",
    "tests.web_fixtures",
    "tests.widget_fixtures",
]
