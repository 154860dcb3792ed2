"""The demo shop's pages: there only where they are wanted."""

import pytest

from app.views.demo import WAYS


@pytest.fixture
def shop(sessions, make_client):
    return make_client(demo="on")


@pytest.mark.parametrize("path", ["/demo", "/demo/en/box"])
def test_it_is_not_there_unless_it_is_wanted(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_every_way_has_a_page_under_a_strict_policy(shop, way):
    response = shop.get(f"/demo/ko/{way}")
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "trusted-types 'none'" in policy
    assert b"<kotae-suggest" in response.data


@pytest.mark.parametrize("path", ["/demo/en/nothing", "/demo/xx/box", "/demo/fr/box"])
def test_nothing_else_is_there(shop, path):
    assert shop.get(path).status_code == 404
