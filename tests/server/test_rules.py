"""Rules of projects, with real receivers of mail and webhooks on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from swanlab.records import Finish
from swanlab.server import deliveries, runview
from swanlab.server import rules as going_by
from swanlab.server.db.engine import now
from tests.server.wire import Sender, frame, header, keys, scalars
from tests.serving import free_port

RULES = "/projects/alice/demo/rules"
LOG = "/projects/alice/demo/deliveries"


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        found = self.server
        found.got.append((dict(self.headers), body))
        status = found.answers.pop(0) if found.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("location", f"http://127.0.0.1:{found.server_port}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    """A receiver of webhooks; it answers with ``answers``, then with 200."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/hook?token=x"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def admin(as_user):
    admin = as_user("root", admin=True)
    allowed = {"private_webhooks": True, "public_url": "http://swanlab.lab.org"}
    assert admin.patch("/instance/settings", json=allowed).status_code == 200
    return admin


@pytest.fixture
def look(server):
    """Go by the rules once, now, beside the thread that does so every few seconds."""
    rules = going_by.Rules(server)
    return rules.look


@pytest.fixture
def rule(alice, run, hook, admin):
    def make(event, **more):
        body = {"name": f"on {event}", "event": event, "webhook": hook.url, **more}
        answer = alice.post(RULES, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


def told(hook):
    return [json.loads(body) for _, body in hook.got]


def delivered(alice):
    return [(one["state"], one["tries"]) for one in alice.get(LOG).json()["deliveries"]]


def states(alice):
    """What became of each: on a busy machine one may be tried again, and arrive twice."""
    return [one["state"] for one in alice.get(LOG).json()["deliveries"]]


@pytest.mark.parametrize(("state", "event"), [("success", "finished"), ("crashed", "crashed")])
def test_the_end_of_a_run_is_told_once(rule, sender, look, hook, alice, wait_for, state, event):
    rule("finished")
    rule("crashed")
    sender.send(frame(header(), Finish(1, state)))
    for _ in range(3):
        look()
    wait_for(lambda: states(alice) == ["sent"])
    body = told(hook)[0]
    assert body["rule"]["event"] == event
    assert body["run"]["url"] == "http://swanlab.lab.org/@alice/demo/runs/r1"
    assert body["text"].startswith(f"{body['run']['name']} of alice/demo {event}")


@pytest.mark.parametrize(
    ("event", "more", "values", "found"),
    [
        ("above", {"bound": 2.0}, [1, 3, 1], {"value": 3.0, "step": 1}),
        ("above", {"bound": 3.0}, [1, 3, 1], None),
        ("below", {"bound": 0.5}, [1, 0.25], {"value": 0.25, "step": 1}),
        ("nan", {}, [1, float("nan"), 2], {"count": 1}),
        ("nan", {}, [1, float("inf")], None),
        ("stalled", {"steps": 3}, [2, 1, 1.5, 1.5, 1.5], {"value": 1.0, "step": 1, "steps": 3}),
        ("stalled", {"steps": 3}, [2, 1, 1.5, 1.5], None),
        ("stalled", {"steps": 2, "better": "higher"}, [1, 2, 0, 0], {"step": 1, "steps": 2}),
    ],
)
def test_what_a_series_does_is_told(
    rule, sender, look, hook, alice, wait_for, event, more, values, found
):
    rule(event, key="loss", **more)
    points = b"".join(scalars(step, value) for step, value in enumerate(values))
    sender.send(frame(header()) + keys("loss") + points)
    look()
    look()
    if found is None:
        assert delivered(alice) == []
        return
    wait_for(lambda: states(alice) == ["sent"])
    body = told(hook)[0]
    assert {name: body[name] for name in found} == found
    assert "loss" in body["text"]


def test_a_value_that_comes_later_is_seen_then(rule, sender, look, hook, alice, wait_for):
    rule("above", key="loss", bound=2.0)
    sender.send(frame(header()) + keys("loss") + scalars(0, 1.0))
    look()
    assert delivered(alice) == []
    sender.send(scalars(1, 5.0))
    look()
    wait_for(lambda: states(alice) == ["sent"])


def test_silence_is_told_again_after_a_sign_of_life(
    rule, sender, look, alice, monkeypatch, wait_for
):
    rule("unresponsive")
    sender.send(frame(header()))
    look()
    assert delivered(alice) == []
    monkeypatch.setattr(runview, "SILENCE_MS", -60_000)
    look()
    look()
    wait_for(lambda: states(alice) == ["sent"])
    monkeypatch.setattr(runview, "SILENCE_MS", 60_000)
    look()
    monkeypatch.setattr(runview, "SILENCE_MS", -60_000)
    look()
    wait_for(lambda: states(alice) == ["sent"] * 2)


def test_what_was_over_before_the_rule_is_not_told(rule, sender, look, alice, server):
    sender.send(frame(header(), Finish(1, "success")))
    made = rule("finished")
    with server.db.write() as connection:
        from swanlab.server.db import rules

        rules.change(connection, made["id"], {"created_at": now() + 60_000})
    look()
    assert delivered(alice) == []


def test_a_rule_that_rests_or_is_dropped_tells_nothing(rule, sender, look, alice):
    first, second = rule("finished"), rule("finished")
    edited = alice.patch(f"{RULES}/{first['id']}", json={"enabled": False}).json()
    assert edited["enabled"] is False
    assert alice.delete(f"{RULES}/{second['id']}").status_code == 204
    sender.send(frame(header(), Finish(1, "success")))
    look()
    assert delivered(alice) == []


def test_a_rule_that_waits_for_something_else_tells_of_its_runs_anew(
    rule, sender, look, hook, alice, wait_for
):
    made = rule("above", key="loss", bound=2.0)
    sender.send(frame(header()) + keys("loss") + scalars(0, 3.0))
    look()
    wait_for(lambda: states(alice) == ["sent"])
    address = f"{RULES}/{made['id']}"
    assert alice.patch(address, json={"name": "again", "bound": 2.0}).json()["bound"] == 2.0
    sender.send(scalars(1, 4.0))
    look()
    assert states(alice) == ["sent"]
    assert alice.patch(address, json={"bound": 5.0}).json()["bound"] == 5.0
    look()
    assert states(alice) == ["sent"]
    sender.send(scalars(2, 6.0))
    look()
    wait_for(lambda: states(alice) == ["sent"] * 2)
    assert told(hook)[-1]["value"] == 6.0


def test_an_edit_is_held_against_the_whole_rule_and_names_the_field(rule, hook, alice):
    made = rule("above", key="loss", bound=2.0, secret="hush")
    address = f"{RULES}/{made['id']}"
    for field, body in (
        ("name", {"name": " "}),
        ("webhook", {"webhook": None}),
        ("webhook", {"webhook": "ftp://x.org/"}),
        ("bound", {"bound": None}),
        ("steps", {"steps": 0}),
    ):
        answer = alice.patch(address, json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["detail"]["path"] == f"$.{field}"
    kept = alice.patch(address, json={"email": True}).json()
    assert (kept["email"], kept["signed"], kept["webhook"]) == (True, True, hook.url)
    # What one receiver shares with us signs nothing for another.
    assert alice.patch(address, json={"webhook": "http://x.org/"}).json()["signed"] is False
    assert alice.patch(address, json={"secret": "hush"}).json()["signed"] is True


def test_what_does_not_arrive_is_told_again_and_the_log_says_so(
    rule, hook, alice, wait_for, monkeypatch
):
    monkeypatch.setattr(deliveries, "PAUSES", (0, 0, 0))
    hook.answers[:] = [500, 503]
    made = rule("finished")
    assert alice.post(f"{RULES}/{made['id']}/try").status_code == 204
    wait_for(lambda: delivered(alice) == [("sent", 3)])
    monkeypatch.setattr(deliveries, "PAUSES", (0,))
    hook.answers[:] = [500] * 5
    alice.post(f"{RULES}/{made['id']}/try")
    wait_for(lambda: delivered(alice)[0] == ("failed", 2))
    newest = alice.get(LOG).json()["deliveries"][0]
    assert newest["error"] == "127.0.0.1 answers 500"


def test_a_webhook_is_signed_and_its_secret_is_shown_to_nobody(rule, hook, alice, wait_for):
    made = rule("finished", secret="hush")
    assert made["signed"] is True
    assert "hush" not in alice.get(RULES).text
    alice.post(f"{RULES}/{made['id']}/try")
    wait_for(lambda: hook.got)
    headers, body = hook.got[0]
    signed = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
    lower = {name.lower(): value for name, value in headers.items()}
    assert lower["swanlab-signature"] == f"sha256={signed}"
    assert lower["host"] == f"127.0.0.1:{hook.server_port}"


def test_a_webhook_leads_nowhere_else(rule, hook, alice, wait_for):
    hook.answers[:] = [302]
    made = rule("finished")
    alice.post(f"{RULES}/{made['id']}/try")
    wait_for(lambda: delivered(alice) == [("failed", 1)])
    assert len(hook.got) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]"])
def test_a_webhook_does_not_reach_into_private_networks(admin, rule, alice, wait_for, hook, host):
    admin.patch("/instance/settings", json={"private_webhooks": False})
    made = rule("finished", webhook=f"http://{host}:{hook.server_port}/")
    alice.post(f"{RULES}/{made['id']}/try")
    wait_for(lambda: delivered(alice) == [("failed", 1)])
    assert "private network" in alice.get(LOG).json()["deliveries"][0]["error"]
    assert hook.got == []


class Box:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - called by that name
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def box(admin):
    box, port = Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    told = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "s@lab.org"}
    assert admin.patch("/instance/settings", json={"mail": told}).status_code == 200
    yield box
    controller.stop()


def test_mail_goes_to_who_made_the_rule_while_they_may_read(
    admin, alice, as_user, run, look, box, wait_for
):
    bob = as_user("bob")
    admin.patch("/users/bob", json={"email": "bob@lab.org"})
    alice.put("/projects/alice/demo/collaborators/bob", json={"share": "write"})
    made = bob.post(RULES, json={"name": "mine", "event": "finished", "email": True}).json()
    Sender(alice, run).send(frame(header(), Finish(1, "success")))
    look()
    wait_for(lambda: box.letters)
    assert box.letters[0]["to"] == "bob@lab.org"
    assert "http://swanlab.lab.org/@alice/demo/runs/r1" in box.letters[0].get_content()
    alice.delete("/projects/alice/demo/collaborators/bob")
    alice.post(f"{RULES}/{made['id']}/try")
    wait_for(lambda: delivered(alice)[0] == ("failed", 1))
    assert "no longer read" in alice.get(LOG).json()["deliveries"][0]["error"]
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"event": "above", "webhook": "http://x.org/"},
        {"event": "above", "key": "loss", "webhook": "http://x.org/"},
        {"event": "nan", "webhook": "http://x.org/"},
        {"event": "stalled", "key": "loss", "webhook": "http://x.org/"},
        {"event": "finished"},
        {"event": "finished", "webhook": "file:///etc/passwd"},
        {"event": "finished", "webhook": "http://x.org/", "name": " "},
    ],
)
def test_a_rule_that_says_too_little_is_refused(alice, run, body):
    assert alice.post(RULES, json={"name": "x", **body}).status_code == 400


def test_the_author_may_go_and_readers_see_no_rules(rule, as_user, alice):
    made = rule("finished")
    bob = as_user("bob")
    assert bob.get(RULES).status_code == 404
    alice.put("/projects/alice/demo/collaborators/bob", json={"share": "read"})
    assert bob.get(RULES).status_code == 403
    assert bob.delete(f"{RULES}/{made['id']}").status_code == 403
    assert alice.delete(f"{RULES}/999").status_code == 404
