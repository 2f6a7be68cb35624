"""One shape for every error, and headers that keep a browser out of trouble."""

from __future__ import annotations

import msgspec
import pytest

from swanlab.server.http import MAX_BODY
from swanlab.server.messages.message import Error


def shape(answer) -> msgspec.Struct:
    assert answer.headers["content-type"] == "application/json"
    return msgspec.json.decode(answer.content, type=Error).error


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        ({"charts": [{"series": [{"run": 1}]}]}, "$.charts[0].series[0].run", "Expected `str`"),
        ({"charts": [{"series": [], "buckets": 0}]}, "$.charts[0].buckets", ">= 1"),
        ({"charts": [{}]}, "$.charts[0]", "missing required field `series`"),
        ([], "$", "Expected `object`"),
    ],
)
def test_a_bad_field_is_named_by_its_path(alice, run, body, path, said):
    answer = alice.post("/projects/alice/demo/charts", json=body)
    error = shape(answer)
    assert (answer.status_code, error.code, error.detail) == (400, "bad_request", {"path": path})
    assert said in error.message


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": "\\ud800"}'])
def test_what_is_not_json_is_a_bad_request(alice, content):
    answer = alice.post(
        "/projects/alice/demo/runs", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert shape(answer).code == "bad_request"


def test_a_bad_query_is_named(alice, run):
    error = shape(alice.get(f"{run}/logs", params={"limit": "many"}))
    assert error.detail == {"path": "$.limit"}


def test_a_body_of_another_type_is_refused(alice):
    answer = alice.post("/projects/alice/demo/runs", data={"id": "r"})
    assert (answer.status_code, shape(answer).code) == (415, "not_json")


def test_a_body_that_is_too_large_is_refused(alice):
    body = {"id": "r", "description": "x" * MAX_BODY}
    answer = alice.post("/projects/alice/demo/runs", json=body)
    assert (answer.status_code, shape(answer).code) == (413, "too_large")


def test_a_length_that_lies_does_not_let_a_large_body_in(alice):
    def pieces():
        for _ in range(20):
            yield b"x" * (MAX_BODY // 10)

    answer = alice.post(
        "/projects/alice/demo/runs",
        content=pieces(),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


def test_an_unknown_address_and_a_wrong_method_have_the_same_shape(alice):
    missing, wrong = alice.get("/nothing"), alice.delete("/projects")
    assert (missing.status_code, shape(missing).code) == (404, "not_found")
    assert (wrong.status_code, shape(wrong).code) == (405, "wrong_method")
    assert "GET" in wrong.headers["allow"]


def test_a_failure_inside_says_where_to_look_and_nothing_else(alice, server, monkeypatch, caplog):
    def broken():
        raise RuntimeError("secret path /etc")

    monkeypatch.setattr(server.db, "read", broken)
    answer = alice.get("/projects")
    assert answer.status_code == 500
    assert shape(answer).detail == {"request": answer.headers["x-request-id"]}
    assert "secret" not in answer.text
    assert "secret path" in caplog.text


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/nothing", "/", "/@a/b"])
def test_every_answer_carries_the_security_headers(nobody, path):
    headers = nobody.get(f"http://testserver{path}").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert headers["x-request-id"]


def test_over_https_browsers_are_told_to_come_by_nothing_else(nobody):
    secure = nobody.get("https://testserver/api/v1/health").headers
    assert secure["strict-transport-security"] == "max-age=31536000"
    plain = nobody.get("http://testserver/api/v1/health").headers
    assert "strict-transport-security" not in plain


@pytest.mark.parametrize(
    ("path", "framed"),
    [
        ("/embed/@alice/demo", True),
        ("/embed/..%2Flogin", True),
        ("/embed", False),
        ("/embedded", False),
        ("//embed/@alice/demo", False),
        ("/login", False),
        ("/@alice/embed", False),
        ("/api/v1/health", False),
    ],
)
def test_only_a_chart_by_itself_may_stand_in_a_page_of_another_site(built, nobody, path, framed):
    headers = nobody.get(f"http://testserver{path}").headers
    allowed = headers["content-security-policy"].endswith("frame-ancestors *")
    assert (allowed, "x-frame-options" not in headers) == (framed, framed)


def test_the_page_for_reports_has_no_origin_and_reaches_nobody(nobody):
    policy = nobody.get("http://testserver/stage.html").headers["content-security-policy"]
    said = [part.strip() for part in policy.split(";")]
    assert said[:2] == ["sandbox allow-scripts", "default-src 'none'"]
    assert said[-1] == "frame-ancestors 'self'"
    assert not {"connect-src", "frame-src"} & {part.split()[0] for part in said}
    for other in ("/stage.htmlx", "//stage.html", "/@a/stage.html"):
        policy = nobody.get(f"http://testserver{other}").headers["content-security-policy"]
        assert "sandbox" not in policy


def test_an_unchanged_table_is_not_sent_again(alice, run):
    first = alice.get("/projects/alice/demo/runs")
    same = {"if-none-match": first.headers["etag"]}
    assert alice.get("/projects/alice/demo/runs", headers=same).status_code == 304
    alice.post("/projects/alice/demo/runs", json={"id": "r2"})
    assert alice.get("/projects/alice/demo/runs", headers=same).status_code == 200


@pytest.fixture
def built(server):
    (server.static / "assets").mkdir(parents=True)
    (server.static / "index.html").write_text("<title>app</title>")
    (server.static / "assets" / "index-abc.js").write_text("1")
    (server.static.parent / "secret").write_text("secret")
    return server.static


def test_pages_are_served_by_index_html_which_is_never_kept(built, nobody):
    for path in ("/", "/login", "/@alice/demo/runs/r1?tab=logs", "/index.html", "/run.v2"):
        answer = nobody.get(f"http://testserver{path}")
        assert (answer.status_code, answer.text) == (200, "<title>app</title>")
        assert answer.headers["cache-control"] == "no-cache"


def test_assets_are_kept_for_ever_and_missing_ones_are_missing(built, nobody):
    found = nobody.get("http://testserver/assets/index-abc.js")
    assert "immutable" in found.headers["cache-control"]
    assert nobody.get("http://testserver/assets/gone.js").status_code == 404


@pytest.mark.parametrize("path", ["/..%2Fsecret", "/%2e%2e/secret", "/a%00b", "//etc/passwd"])
def test_nothing_outside_the_web_app_is_served(built, nobody, path):
    answer = nobody.get(f"http://testserver{path}")
    assert "secret" not in answer.text
    assert "root:" not in answer.text


def test_without_a_built_web_app_a_page_says_so(nobody):
    answer = nobody.get("http://testserver/")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/plain")
    assert "npm run build" in answer.text


def test_pages_are_only_read(built, nobody):
    answer = nobody.post("http://testserver/login")
    assert (answer.status_code, shape(answer).code) == (405, "wrong_method")
