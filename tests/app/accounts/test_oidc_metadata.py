"""A provider that is silent, slow or back again: who asks it, and what the others are told."""

import contextlib
import dataclasses
import threading

import pytest

from app.accounts.oidc_metadata import FAILED_SECONDS, MetadataReader, ProviderUnavailable
from app.accounts.oidc_provider import OidcProvider, new_attempt
from tests.openid_provider import CLIENT_ID, behave, start_provider
from tests.slow_server import slow_server

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
BACK = "http://localhost/back"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def issuer():
    process, address = start_provider()
    yield address
    process.terminate()
    process.wait(10)
    process.stdout.close()


@contextlib.contextmanager
def asking(reader, server):
    """While another thread asks a silent provider."""

    def ask():
        with contextlib.suppress(ProviderUnavailable):
            reader.read()

    thread = threading.Thread(target=ask)
    thread.start()
    assert server.asked.acquire(timeout=30)
    yield
    server.ending.set()
    thread.join()


def test_who_comes_while_a_silent_provider_is_asked_is_told_so_at_once(clock):
    with slow_server() as silent:
        reader = MetadataReader(silent.url, clock, seconds=60)
        with asking(reader, silent):
            for _ in range(5):
                with pytest.raises(ProviderUnavailable, match="being asked"):
                    reader.read()
        assert silent.count == 1


def test_a_failure_is_remembered_and_then_asked_about_anew(clock):
    with slow_server() as silent:
        reader = MetadataReader(silent.url, clock, seconds=0.2)
        for _ in range(5):
            with pytest.raises(ProviderUnavailable):
                reader.read()
        assert silent.count == 1
        clock.now += FAILED_SECONDS + 1
        with pytest.raises(ProviderUnavailable):
            reader.read()
        assert silent.count == 2


@pytest.mark.parametrize("says", [b"", BEGUN], ids=["silent", "dripping"])
def test_a_provider_that_never_ends_is_given_up(clock, says):
    with slow_server(says, drips=b" " if says else b"") as slow:
        reader = MetadataReader(slow.url, clock, seconds=0.3)
        with pytest.raises(ProviderUnavailable, match="discovery document cannot be read"):
            reader.read()


def test_what_was_kept_is_used_while_another_asks_again(clock, issuer):
    behave(issuer)
    reader = MetadataReader(issuer, clock)
    kept = reader.read()
    clock.now += 4000
    with slow_server() as silent:
        reader._issuer = silent.url
        with asking(reader, silent):
            assert reader.read() is kept


def test_a_provider_that_is_back_is_asked_and_kept(clock, issuer):
    behave(issuer, lies={"called": "https://login.example.com"})
    reader = MetadataReader(issuer, clock)
    with pytest.raises(ProviderUnavailable):
        reader.read()
    behave(issuer)
    clock.now += FAILED_SECONDS + 1
    assert reader.read() is reader.read()


def test_a_defect_while_asking_lets_another_ask(clock, issuer, monkeypatch):
    reader = MetadataReader(issuer, clock)
    with monkeypatch.context() as broken:
        broken.setattr(reader, "_ask_provider", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reader.read()
    behave(issuer)
    clock.now += FAILED_SECONDS + 1
    assert reader.read().keys


@pytest.fixture
def provider_of(issuer, settings):
    """A provider whose token endpoint is elsewhere."""

    def made(token_endpoint, **options):
        behave(issuer)
        chosen = dataclasses.replace(settings, oidc_issuer=issuer, oidc_client_id=CLIENT_ID)
        provider = OidcProvider(chosen, **options)
        kept = provider._metadata.read()
        document = dict(kept.document) | {"token_endpoint": token_endpoint}
        provider._metadata._kept = dataclasses.replace(kept, document=document)
        return provider

    return made


def answer_to(provider, attempt):
    document = provider._metadata.read().document
    return {"state": attempt.state, "code": "a code", "iss": document["issuer"]}


def test_a_token_endpoint_that_drips_is_given_up(provider_of):
    with slow_server(BEGUN, drips=b" ") as slow:
        provider, attempt = provider_of(slow.url, seconds=0.3), new_attempt()
        with pytest.raises(ProviderUnavailable, match="token endpoint"):
            provider.redeem(attempt, answer_to(provider, attempt), BACK)


def test_no_more_than_two_wait_for_a_silent_token_endpoint(provider_of):
    with slow_server() as silent:
        provider, attempt = provider_of(silent.url, seconds=60), new_attempt()
        answer = answer_to(provider, attempt)

        def redeem():
            with contextlib.suppress(ProviderUnavailable):
                provider.redeem(attempt, answer, BACK)

        waiting = [threading.Thread(target=redeem) for _ in range(2)]
        for thread in waiting:
            thread.start()
            assert silent.asked.acquire(timeout=30)
        with pytest.raises(ProviderUnavailable, match="those who came before"):
            provider.redeem(attempt, answer, BACK)
        silent.ending.set()
        for thread in waiting:
            thread.join()
        assert silent.count == 2
