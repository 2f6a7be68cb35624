"""Mail of the server, with a real mail server on loopback."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from swanlab.server import accounts, mail, passwords
from swanlab.server.db.engine import now
from swanlab.server.messages.admin import Mail
from tests.serving import free_port

PASSWORD = "a long password"
OTHER = "quite another phrase"
HERE = "http://swanlab.lab.org"


class Box:
    """Takes mail, after refusing the first ``refuse``."""

    def __init__(self):
        self.letters, self.refuse = [], 0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - called by that name
        if self.refuse:
            self.refuse -= 1
            return "451 not now"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def box():
    box = Box()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def admin(as_user, box):
    admin = as_user("root", admin=True)
    told = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "s@lab.org"}
    answer = admin.patch("/instance/settings", json={"mail": told, "public_url": HERE})
    assert answer.status_code == 200, answer.text
    return admin


def link_in(letter, page):
    return re.search(rf"{HERE}{page}(\S+)", letter.get_content()).group(1)


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_an_address_of_the_domain_opens_the_account(admin, nobody, box, wait_for):
    admin.patch("/instance/settings", json={"signup": "open", "email_domains": ["lab.org"]})
    body = {"username": "dora", "password": PASSWORD, "email": "Dora@lab.org"}
    assert nobody.post("/signup", json=body).json() == {"username": "dora", "confirm": True}
    who = {"username": "dora", "password": PASSWORD}
    assert code(nobody.post("/session", json=who)) == (401, "unconfirmed")
    wait_for(lambda: box.letters)
    letter = box.letters[0]
    assert (letter["to"], letter["from"]) == ("dora@lab.org", "s@lab.org")
    token = link_in(letter, "/confirm/")
    assert nobody.post("/email/confirm", json={"token": token}).json()["username"] == "dora"
    assert code(nobody.post("/email/confirm", json={"token": token})) == (403, "bad_link")
    assert nobody.post("/session", json=who).status_code == 200


def test_an_address_that_is_known_is_told_to_its_owner_only(admin, nobody, box, wait_for):
    admin.patch("/instance/settings", json={"signup": "open", "email_domains": ["lab.org"]})
    admin.post("/users", json={"username": "dora", "email": "dora@lab.org"})
    body = {"username": "eve", "password": PASSWORD, "email": "dora@lab.org"}
    assert nobody.post("/signup", json=body).json() == {"username": "eve", "confirm": True}
    wait_for(lambda: box.letters)
    assert "already" in box.letters[0]["subject"]
    assert admin.get("/users/eve").status_code == 404


def test_an_admin_who_disables_somebody_pending_is_not_undone_by_their_link(
    admin, nobody, box, wait_for
):
    admin.patch("/instance/settings", json={"signup": "open", "email_domains": ["lab.org"]})
    body = {"username": "dora", "password": PASSWORD, "email": "dora@lab.org"}
    nobody.post("/signup", json=body)
    wait_for(lambda: box.letters)
    assert admin.patch("/users/dora", json={"disabled": True}).json()["disabled_at"] > 0
    token = link_in(box.letters[0], "/confirm/")
    assert code(nobody.post("/email/confirm", json={"token": token})) == (403, "bad_link")
    admin.patch("/users/dora", json={"disabled": False})
    who = {"username": "dora", "password": PASSWORD}
    assert nobody.post("/session", json=who).status_code == 200


@pytest.mark.parametrize("who", ["dora", "DORA@lab.org"])
def test_a_forgotten_password_is_chosen_anew_by_mail(admin, nobody, box, wait_for, who):
    added = {"username": "dora", "password": PASSWORD, "email": "dora@lab.org"}
    admin.post("/users", json=added)
    assert nobody.post("/password/forgotten", json={"who": who}).status_code == 204
    wait_for(lambda: box.letters)
    body = {"token": link_in(box.letters[0], "/reset/"), "password": OTHER}
    assert nobody.post("/password/reset", json=body).status_code == 200


def test_who_is_not_there_or_not_known_by_an_address_is_answered_alike(admin, nobody, box):
    admin.post("/users", json={"username": "plain", "password": PASSWORD})
    found = [nobody.post("/password/forgotten", json={"who": w}) for w in ("plain", "x", "x@y.z")]
    assert {(one.status_code, one.content) for one in found} == {(204, b"")}
    assert box.letters == []


def test_asking_for_mail_many_times_is_slowed_down(admin, nobody, monkeypatch):
    at = now()
    brake = passwords.Brake("forgotten", 1, clock=lambda _: at)
    monkeypatch.setattr(accounts, "_forgetting", brake)
    found = [nobody.post("/password/forgotten", json={"who": "x"}).status_code for _ in range(3)]
    assert found == [204, 204, 429]


def test_without_an_address_of_our_own_no_links_are_mailed(admin, nobody):
    admin.patch("/instance/settings", json={"public_url": None})
    answer = nobody.post("/password/forgotten", json={"who": "x"}, headers={"host": "evil.example"})
    assert code(answer) == (403, "no_mail")


def test_mail_that_is_not_taken_is_sent_again(admin, box, wait_for, monkeypatch):
    monkeypatch.setattr(mail, "AGAIN", (0.01, 0.01))
    box.refuse = 2
    made = admin.post("/invites", json={"email": "ann@lab.org"}).json()
    assert made["sent"] is True
    wait_for(lambda: box.letters)
    assert made["link"] in box.letters[0].get_content()


def test_why_mail_does_not_go_is_told_without_secrets(box):
    settings = Mail(host="127.0.0.1", port=box.port, sender="s@lab.org", password="hush")
    with pytest.raises(mail.NotSent, match="STARTTLS") as told:
        mail.send(settings, mail.Piece("a@lab.org", "x", "y"))
    assert "hush" not in str(told.value)
    closed = Mail(host="127.0.0.1", port=1, sender="s@lab.org")
    with pytest.raises(mail.NotSent, match="cannot be used"):
        mail.send(closed, mail.Piece("a@lab.org", "x", "y"))


def test_a_subject_cannot_add_headers(box):
    settings = Mail(host="127.0.0.1", port=box.port, security="none", sender="s@lab.org")
    mail.send(settings, mail.Piece("a@lab.org", "x\r\nBcc: eve@evil.example", "y"))
    assert box.letters[0]["bcc"] is None
