"""``/metrics``: true numbers, in a form that Prometheus reads, for those who may read them."""

from __future__ import annotations

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from swanlab.server import monitor
from swanlab.server.app import create_app
from swanlab.server.auth import digest
from tests.server.wire import frame, header, keys, scalars


def read(answer):
    """Every sample by its name and labels; the text must be what Prometheus accepts."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == monitor.MEDIA
    found = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.type in ("counter", "gauge", "histogram"), family.name
        assert family.documentation
        for sample in family.samples:
            name = (sample.name, tuple(sorted(sample.labels.items())))
            assert name not in found
            found[name] = sample.value
    return found


def named(found, name, **labels):
    return found[name, tuple(sorted(labels.items()))]


@pytest.fixture
def admin(as_user) -> TestClient:
    client = as_user("root", admin=True)
    client.base_url = "http://testserver"
    return client


def test_what_was_sent_is_counted(server, sender, admin):
    raw = frame(header()) + keys("loss", "acc")
    now = int(time.time() * 1000)
    raw = frame(header(started=now - 60_000)) + keys("loss", "acc")
    raw += scalars(0, 1.0, 2.0, t=59_000) + scalars(1, 1.0, 2.0, t=60_000)
    sender.send(raw)
    assert sender.post(raw, offset=7).status_code == 409
    found = read(admin.get("/metrics"))
    assert named(found, "swanlab_ingest_posts_total") == 1
    assert named(found, "swanlab_ingest_points_total") == 4
    assert named(found, "swanlab_ingest_bytes_total") == len(raw)
    assert named(found, "swanlab_ingest_lag_seconds_count") == 1
    assert 0 <= named(found, "swanlab_ingest_lag_seconds_sum") < 55
    assert named(found, "swanlab_commit_seconds_count") >= 1
    assert (
        named(found, "swanlab_batches_waiting"),
        named(found, "swanlab_points_waiting"),
        named(found, "swanlab_queue_posts"),
        named(found, "swanlab_queue_bytes"),
        named(found, "swanlab_live_streams"),
        named(found, "swanlab_ready"),
    ) == (1, 4, 0, 0, 0, 1)
    assert named(found, "process_resident_memory_bytes") > 1e7
    assert named(found, "swanlab_disk_free_bytes") > 0
    route = "/api/v1/projects/{workspace}/{project}/runs/{run}/frames"
    for status in ("200", "409"):
        labels = {"method": "POST", "route": route, "status": status}
        assert named(found, "swanlab_http_request_seconds_count", **labels) == 1
        assert named(found, "swanlab_http_request_seconds_bucket", **labels, le="+Inf") == 1


def test_sealing_and_bytes_per_point_are_measured(server, sender, admin):
    sender.send(frame(header()) + keys("loss") + b"".join(scalars(n, n * 0.5) for n in range(5000)))
    store = server.stores.opened()[0]
    server.ingest.keeper._seal_run(store, 1, force=True)
    read(admin.get("/metrics"))  # somebody asks: from now on it is measured
    sweep = server.beside[0]
    sweep._measured = 0.0
    sweep.look()
    found = read(admin.get("/metrics"))
    assert named(found, "swanlab_seal_seconds_count") >= 1
    assert named(found, "swanlab_points_waiting") == 0
    assert named(found, "swanlab_store_points") == 5000
    per_point = named(found, "swanlab_store_bytes") / 5000
    assert named(found, "swanlab_store_bytes_per_point") == pytest.approx(per_point)
    assert per_point > 1


def test_what_can_still_be_told_is_told_when_the_database_is_away(server, admin, monkeypatch):
    from sqlalchemy import text

    from swanlab.server import probe

    monkeypatch.setattr(probe, "FRESH", 0.0)
    assert named(read(admin.get("/metrics")), "swanlab_ready") == 1
    with server.db.write() as connection:
        connection.execute(text("DROP TABLE sessions"))
        connection.execute(text("DROP TABLE migrations"))
    found = read(admin.get("/metrics"))
    assert named(found, "swanlab_ready") == 0
    assert named(found, "swanlab_disk_free_bytes") > 0
    assert ("swanlab_sessions", ()) not in found


def test_strangers_make_no_metrics_of_their_own(admin, nobody):
    nobody.base_url = "http://testserver"
    for path in ("/api/v1/nothing/x", "/api/v1/projects/a/b", '/@a"b%0A/c', "/x/y/z"):
        nobody.get(path)
    nobody.request("BREW", "/api/v1/health")
    found = read(admin.get("/metrics"))
    seen = {(dict(labels).get("method"), dict(labels).get("route")) for _, labels in found}
    routes = {route for _, route in seen if route}
    assert routes <= {"other", "/metrics", "/api/v1/projects/{workspace}/{project}"}
    assert {method for method, _ in seen if method} <= {"GET", "POST", "other"}


def test_only_admins_may_read_it_from_elsewhere(nobody, alice, admin):
    for client in (nobody, alice):
        client.base_url = "http://testserver"
        answer = client.get("/metrics")
        assert answer.status_code == 401
        assert "swanlab_" not in answer.text
    assert admin.get("/metrics").status_code == 200


@pytest.fixture
def here(server):
    with TestClient(
        create_app(server), base_url="http://127.0.0.1:5093", client=("127.0.0.1", 5)
    ) as client:
        yield client


def test_this_machine_may_read_it_unless_a_token_was_set(server, here):
    assert here.get("/metrics").status_code == 200
    server.metrics_token = digest("let me in")
    assert here.get("/metrics").status_code == 401
    for token, status in (("let me in", 200), ("let me out", 401), ("", 401)):
        headers = {"authorization": f"Bearer {token}"}
        assert here.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"via": "1.1 proxy"},
        {"host": "rebound.example"},
        {"host": "[bad"},
        {"origin": "https://elsewhere.example"},
    ],
)
def test_what_comes_through_a_proxy_or_a_page_is_not_from_this_machine(here, headers):
    assert here.get("/metrics", headers=headers).status_code == 401


def test_a_token_for_metrics_opens_nothing_else(server, here):
    server.metrics_token = digest("let me in")
    headers = {"authorization": "Bearer let me in"}
    assert here.get("/api/v1/projects", headers=headers).status_code == 401
