"""E-mail to a real mail server."""

from __future__ import annotations

import pytest

import swanlab
from swanlab.errors import InvalidArgument
from swanlab.plugin.notification import EmailCallback
from tests.plugin.receivers import PASSWORD


def callback(port: int, **more: object) -> EmailCallback:
    given = {
        "sender_email": "train@lab.example",
        "receiver_email": "ann@lab.example, bob@lab.example",
        "password": PASSWORD,
        "smtp_server": "localhost",
        "port": port,
    }
    return EmailCallback(**{**given, **more})


def test_a_finished_run_is_told_by_an_encrypted_mail(mailbox, starttls, trusted):
    run = swanlab.init(project="cats", name="yolo", mode="offline", callbacks=callback(starttls))
    swanlab.finish()
    (mail,) = mailbox.mails
    assert mailbox.encrypted == [True]
    assert mailbox.receivers == [["ann@lab.example", "bob@lab.example"]]
    assert mail["Subject"] == "SwanLab | ✅ Run finished · yolo"
    assert mail["From"] == "train@lab.example"
    assert mail.get_content().splitlines() == [
        "Project: cats",
        "Run: yolo",
        f"Recorded in: {run.dir}",
    ]


def test_tls_from_the_first_byte(mailbox, tls, trusted):
    assert callback(tls, security="ssl").send_email(subject="hello", body="there")
    (mail,) = mailbox.mails
    assert mailbox.encrypted == [True]
    assert (mail["Subject"], mail.get_content().strip()) == ("hello", "there")


def test_port_465_means_tls_from_the_first_byte():
    assert callback(465).security == "ssl"
    assert callback(587).security == "starttls"


def test_a_mail_in_chinese(mailbox, starttls, trusted):
    swanlab.init(
        project="cats", name="猫", mode="offline", callbacks=[callback(starttls, language="zh")]
    )
    swanlab.finish("crashed", "ValueError: 数据")
    (mail,) = mailbox.mails
    assert mail["Subject"] == "SwanLab | ❌ 实验出错中断 · 猫"
    assert "ValueError: 数据" in mail.get_content()


def test_a_server_that_is_not_trusted_gets_neither_password_nor_mail(mailbox, starttls, capsys):
    assert not callback(starttls).send_email("a", "b")
    assert mailbox.mails == []
    assert "EmailCallback: not sent: " in capsys.readouterr().err


def test_a_server_without_encryption_gets_neither_unless_asked(mailbox, clear, capsys):
    assert not callback(clear).send_email("a", "b")
    assert "offers no encryption" in capsys.readouterr().err
    assert callback(clear, password="", security="none").send_email("a", "b")
    assert len(mailbox.mails) == 1


def test_a_wrong_password_is_said_without_it(mailbox, starttls, trusted, capsys):
    assert not callback(starttls, password="wrong-pw").send_email("a", "b")
    said = capsys.readouterr().err
    assert "refuses the address or the password" in said
    assert "wrong-pw" not in said


def test_a_setting_that_does_not_exist_is_refused():
    with pytest.raises(InvalidArgument, match="security must be one of"):
        callback(25, security="tsl")
    with pytest.raises(InvalidArgument, match="language must be"):
        callback(25, language="fr")
