"""What the server writes down: one line per request, joined by its number, and never a secret."""

from __future__ import annotations

import json
import logging
import re
from contextlib import closing

import httpx2 as httpx
import pytest

from swanlab.server import gate
from swanlab.server.logs import JsonLines, TextLines, request_id

PASSWORD = "correct horse"


@pytest.fixture
def serve(start, tmp_path, wait_for):
    """Start a server that logs in a form; returns it, its address and its lines so far."""

    def begin(form: str):
        password = tmp_path / "password"
        password.write_text(PASSWORD)
        process = start(
            *("server", "--port", "0", "--data-dir", str(tmp_path / "data")),
            *("--admin-password-file", str(password)),
            *("--log-level", "info", "--log-format", form),
        )
        return process, process.url()

    return begin


def sign_in(url):
    client = httpx.Client(base_url=url, trust_env=False)
    body = {"username": "admin", "password": PASSWORD}
    assert client.post("/api/v1/session", json=body).status_code == 200
    key = client.post("/api/v1/keys", json={"name": "k"}, headers={"origin": url}).json()["api_key"]
    return client, key


def test_every_line_of_json_is_an_object_and_a_request_has_one_of_its_own(serve, wait_for):
    process, url = serve("json")
    client, key = sign_in(url)
    secret = client.cookies["swanlab_session"]
    with closing(client):
        answer = client.get("/api/v1/projects", headers={"authorization": f"Bearer {key}"})
        missing = client.get("/api/v1/projects/admin/none", params={"token": "hush-hush"})
    wait_for(lambda: missing.headers["x-request-id"] in process.output())
    assert process.stop() == 0
    text = process.output()
    for hidden in (PASSWORD, key, secret, "hush-hush"):
        assert hidden not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    not_json = [line for line in text.splitlines() if not line.startswith("{")]
    assert all("swanlab server is running" in one or "First start" in one for one in not_json)
    (line,) = [one for one in lines if one.get("request") == answer.headers["x-request-id"]]
    assert (line["message"], line["method"], line["status"]) == ("request", "GET", 200)
    assert (line["route"], line["user"]) == ("/api/v1/projects", "admin")
    assert line["ms"] >= 0
    (line,) = [one for one in lines if one.get("request") == missing.headers["x-request-id"]]
    assert (line["route"], line["path"], line["status"]) == (
        "/api/v1/projects/{workspace}/{project}",
        "/api/v1/projects/admin/none",
        404,
    )
    (started,) = [line for line in lines if line["message"] == "starting"]
    assert started["data"].endswith("/data")
    assert {"version", "python", "mode", "address", "pid"} <= started.keys()
    assert any(line["logger"].startswith("uvicorn") for line in lines)
    assert any(line["message"] == "stopping" for line in lines)


def test_text_is_for_people(serve, wait_for):
    process, url = serve("text")
    client, _ = sign_in(url)
    client.close()
    wait_for(lambda: "route=/api/v1/keys" in process.output())
    line = next(one for one in process.output().splitlines() if "route=/api/v1/keys" in one)
    assert re.fullmatch(
        r"\S+Z INFO request method=POST route=/api/v1/keys path=/api/v1/keys status=200"
        r" ms=[\d.]+ user=admin request=[0-9a-f]{12}",
        line,
    )


def record(message="request", **fields):
    made = logging.LogRecord("swanlab", logging.INFO, "", 0, message, (), None)
    made.fields = fields
    return made


@pytest.mark.parametrize("nasty", ["a\nINFO forged", "a b=c", "\x1b[31m", "", "é ü", '"'])
def test_what_a_client_sends_cannot_break_a_line(nasty):
    text = TextLines().format(record(path=nasty))
    assert "\n" not in text
    assert text.isprintable()
    assert text.count("=") == 1 + nasty.count("=")
    assert json.loads(JsonLines().format(record(path=nasty)))["path"] == nasty
    assert "\n" not in TextLines().format(record(nasty))


def test_lines_of_one_request_share_its_number():
    token = request_id.set("abc")
    try:
        assert json.loads(JsonLines().format(record()))["request"] == "abc"
        assert "request=abc" in TextLines().format(record())
    finally:
        request_id.reset(token)
    assert "request" not in json.loads(JsonLines().format(record("x")))


def test_an_exception_is_in_the_line_of_json():
    try:
        raise ValueError("why")
    except ValueError as error:
        found = record("failed")
        found.exc_info = (ValueError, error, error.__traceback__)
    line = json.loads(JsonLines().format(found))
    assert "ValueError: why" in line["exception"]
    assert TextLines().format(found).splitlines()[-1] == "ValueError: why"


def test_what_an_error_says_names_the_request(server, nobody, monkeypatch, caplog):
    monkeypatch.setattr(server.probe, "trouble", lambda: 1 / 0)
    answer = nobody.get("/health")
    assert answer.status_code == 500
    number = answer.json()["error"]["detail"]["request"]
    assert answer.headers["x-request-id"] == number
    assert any(one.exc_info and one.exc_info[0] is ZeroDivisionError for one in caplog.records)


def test_probes_make_no_noise_while_all_is_well(server, nobody, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    nobody.get("/health/live")
    assert not [one for one in caplog.records if one.getMessage() == "request"]
    monkeypatch.setattr(server.probe, "trouble", lambda: "broken")
    nobody.get("/health")
    (line,) = [one for one in caplog.records if one.getMessage() == "request"]
    assert line.fields["status"] == 503


def test_a_slow_request_is_a_warning(nobody, monkeypatch, caplog):
    monkeypatch.setattr(gate, "SLOW", -1.0)
    nobody.get("/health")
    (slow,) = [one for one in caplog.records if one.getMessage() == "slow request"]
    assert (slow.levelname, slow.fields["route"]) == ("WARNING", "/api/v1/health")
