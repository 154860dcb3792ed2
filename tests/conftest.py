"""Fixtures that several kinds of tests share; each lives in a module of its own beside this one."""

from hypothesis import settings

# Property tests are judged by what they find, not by how busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# What one of them imports comes before it, or its assertions would not be explained.
pytest_plugins = [
    "tests.browser_fixtures",
    "tests.database_fixtures",
    "tests.staff_fixtures",
    "tests.editing_fixtures",
    "tests.mail_fixtures",
    "tests.model_fixtures",
    "tests.postgresql_fixtures",
    "tests.server_fixtures",
    "tests.web_fixtures",
    "tests.widget_fixtures",
]
