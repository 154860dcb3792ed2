"""Staff at work: accounts of each role, and clients that are signed in."""

import functools
import re

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.accounts.audit import COMMAND_LINE
from app.accounts.sessions import open_session
from app.accounts.users import add_user
from app.models import utc_now

STAFF_PASSWORD = "green kettle on the roof"


@pytest.fixture(scope="session", autouse=True)
def costly_hasher():
    """What hashes passwords outside of tests; in tests it is as quick as Argon2id can be."""
    costly = passwords._hasher
    quick = functools.cache(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        yield costly


def add_staff(session, name, role, password=None):
    """An account of somebody called `name`; without a password they are invited, not let in."""
    return add_user(
        session,
        email=f"{name}@example.com",
        name=name.title(),
        role=role,
        password=password,
        actor=COMMAND_LINE,
    )


@pytest.fixture
def sign_in_as(sessions, make_client):
    """Clients signed in with a role: `client = sign_in_as("writer")`."""

    def sign_in(role, **changes):
        client = make_client(**changes)
        with sessions() as session:
            user = add_staff(session, role, role)
            token = open_session(session, user, now=utc_now())
        client.set_cookie("kotae_staff", token)
        return client

    return sign_in


def form_token(client, address="/account"):
    """The token that forms of the page at `address` carry."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', client.get(address).text)
    return found[1]
