"""A mail server that keeps what it is sent."""

import pytest

from tests.app.ticket_delivery.help_desk import MailServer


@pytest.fixture
def mails():
    server = MailServer()
    yield server
    server.stop()
