"""Alive, ready, measured: what operators' machines are told."""

import os
import subprocess
import sys

import pytest


def test_alive_looks_at_nothing(client):
    response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "alive"})


def test_ready_tells_what_answers(client):
    assert client.get("/readyz").get_json() == {
        "status": "ready",
        "database": "ok",
        "index": {
            "generation": "g1",
            "revision": 7,
            "documents": 6,
            "passages": 6,
            "engine": "fake",
            "stale": False,
        },
        "degraded": False,
        "reason": "",
    }


def test_keywords_alone_are_ready_but_degraded(client, index):
    index.degraded = "there is no embedding model"
    response = client.get("/readyz")
    body = response.get_json()
    assert (response.status_code, body["degraded"]) == (200, True)
    assert body["reason"] == "there is no embedding model"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("the index was made for whoosh", "the index was made for whoosh"),
        (
            "the keyword index cannot be read (/srv/kotae/var/index: it (x) is cut)",
            "the keyword index cannot be read",
        ),
        (
            "The embedding model's config.json cannot be read (x). Run ./scripts/fetch_model.",
            "The embedding model's config.json cannot be read",
        ),
        (
            "There is no embedding model at /srv/my files/models. Run ./scripts/fetch_model.",
            "something that search needs is missing or damaged",
        ),
        ("C:\\kotae\\var is away", "something that search needs is missing or damaged"),
    ],
)
def test_visitors_are_told_no_paths(client, index, reason, told):
    index.degraded = reason
    body = client.get("/readyz").get_json()
    assert (body["degraded"], body["reason"]) == (True, told)


def test_requests_are_counted_by_pattern_and_answers_by_endpoint(client, index):
    client.get("/api/v1/suggest?q=refund")
    index.silent = True
    client.get("/api/v1/suggest?q=mongolia")
    client.get("/en/articles/refund")
    client.get("/something/else")
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain")
    lines = response.get_data(as_text=True).splitlines()
    assert 'kotae_requests_total{method="GET",route="/api/v1/suggest",status="200"} 2.0' in lines
    assert 'kotae_requests_total{method="GET",route="(none)",status="404"} 1.0' in lines
    assert 'kotae_answer_seconds_count{endpoint="suggest"} 2.0' in lines
    assert 'kotae_no_answer_total{endpoint="suggest"} 1.0' in lines
    assert "kotae_index_revision 7.0" in lines
    assert "kotae_index_degraded 0.0" in lines
    assert not any("articles/refund" in line for line in lines)


@pytest.mark.parametrize(
    ("given", "status"),
    [({}, 401), ({"Authorization": "Bearer x"}, 401), ({"Authorization": "Bearer tokén"}, 200)],
)
def test_measurements_can_ask_for_a_token(sessions, make_client, given, status):
    client = make_client(metrics_token="tokén")
    assert client.get("/metrics", headers=given).status_code == status


_COUNT = """
from app.metrics import Metrics
import sys
metrics = Metrics()
for _ in range(int(sys.argv[1])):
    metrics.count_request("/x", "GET", 200, 0.1)
print(metrics.exposition().decode())
"""


def test_measurements_of_all_workers_are_added_up(tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for count in ("2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", _COUNT, count],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    assert 'kotae_requests_total{method="GET",route="/x",status="200"} 5.0' in done.stdout
