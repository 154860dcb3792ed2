"""Staff at work: accounts of each role, and clients that are signed in."""

import re

import pytest

from app.accounts.audit import COMMAND_LINE
from app.accounts.sessions import open_session
from app.accounts.users import add_user
from app.models import utc_now

STAFF_PASSWORD = "green kettle on the roof"


@pytest.fixture
def sign_in_as(sessions, make_client):
    """Clients signed in with a role: `client = sign_in_as("writer")`."""

    def sign_in(role, **changes):
        client = make_client(**changes)
        with sessions() as session:
            user = add_user(
                session,
                email=f"{role}@example.com",
                name=role.title(),
                role=role,
                password=None,
                actor=COMMAND_LINE,
            )
            token = open_session(session, user, now=utc_now())
        client.set_cookie("kotae_staff", token)
        return client

    return sign_in


def form_token(client, address="/account"):
    """The token that forms of the page at `address` carry."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', client.get(address).text)
    return found[1]
