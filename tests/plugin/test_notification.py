"""Chat services, as their receivers see them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import inspect
import os
import re
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import swanlab
from swanlab import plugin
from swanlab.errors import InvalidArgument
from swanlab.plugin import notification
from swanlab.plugin.notification import (
    BarkCallback,
    DingTalkCallback,
    DiscordCallback,
    LarkCallback,
    PrintCallback,
    SlackCallback,
    TelegramCallback,
    WebhookCallback,
    WeComCallback,
    WXWorkCallback,
)
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import Serving, wait_for

CHATS = [LarkCallback, DingTalkCallback, WeComCallback, SlackCallback, DiscordCallback]
GOOD = {"code": 0, "errcode": 0}


def text_of(body: dict) -> str:
    """The words, wherever the service has them."""
    for place in ("content", "text", "body"):
        found = body.get(place)
        if isinstance(found, dict):
            found = found.get("text") or found.get("content")
        if isinstance(found, str):
            return f"{body.get('title', '')}\n{found}".strip()
    return str(body["text"]["content"])


@pytest.mark.parametrize("kind", CHATS)
@pytest.mark.parametrize(
    ("language", "ending", "title", "error"),
    [
        ("en", ("success", None), "✅ Run finished", None),
        ("en", ("crashed", "ValueError: boom"), "❌ Run crashed", "Error: ValueError: boom"),
        ("zh", ("aborted", "KeyboardInterrupt"), "⚠️ 实验被手动中止", "KeyboardInterrupt"),
    ],
)
def test_every_service_is_told_how_the_run_ended(service, kind, language, ending, title, error):
    service.answer = GOOD
    made = kind(service.url + "/hook", secret="s3", language=language)
    run = swanlab.init(project="cats", name="yolo", mode="offline", callbacks=made)
    run.finish(*ending)
    (post,) = service.posts
    text = text_of(post.body)
    assert text.splitlines()[0] == f"SwanLab | {title} · yolo"
    assert "cats" in text
    assert run.dir in text
    assert (error or title) in text


def test_lark_is_signed_by_its_rule(service):
    service.answer = GOOD
    assert LarkCallback(service.url, "s3").send_msg(content="hi")
    body = service.posts[0].body
    key = f"{body['timestamp']}\ns3".encode()
    made = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert body["sign"] == made
    assert body["msg_type"] == "text"


def test_dingtalk_is_signed_by_its_rule(service):
    service.answer = GOOD
    assert DingTalkCallback(service.url + "/send?access_token=t", "SECx").send_msg("hi")
    query = parse_qs(urlsplit(service.posts[0].path).query)
    signed = f"{query['timestamp'][0]}\nSECx".encode()
    made = base64.b64encode(hmac.new(b"SECx", signed, hashlib.sha256).digest()).decode()
    assert query["sign"] == [made]
    assert query["access_token"] == ["t"]


def test_without_a_secret_nothing_is_signed(service):
    service.answer = GOOD
    LarkCallback(service.url).send_msg("hi")
    DingTalkCallback(service.url + "/send").send_msg("hi")
    assert "sign" not in service.posts[0].body
    assert service.posts[1].path == "/send"


def test_discord_mentions_nobody_and_slack_takes_no_markup(service):
    DiscordCallback(service.url).send_msg("@everyone " + "x" * 3000)
    SlackCallback(service.url).send_msg("<!channel> & more")
    assert service.posts[0].body["allowed_mentions"] == {"parse": []}
    assert len(service.posts[0].body["content"]) == 2000
    assert service.posts[0].headers["User-Agent"] == f"swanlab/{swanlab.__version__}"
    assert "&lt;!channel&gt; &amp; more" in service.posts[1].body["text"]


def test_wecom_keeps_within_the_bytes_that_it_takes(service):
    service.answer = GOOD
    assert WXWorkCallback is WeComCallback
    WeComCallback(service.url).send_msg("猫" * 2000)
    content = service.posts[0].body["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("猫…")


def test_telegram_sends_as_the_bot_to_the_chat(service):
    made = TelegramCallback("12:tok", "42", "en", api_url=service.url)
    swanlab.init(project="cats", name="yolo", mode="offline", callbacks=[made])
    swanlab.finish()
    (post,) = service.posts
    assert post.path == "/bot12:tok/sendMessage"
    assert post.body["chat_id"] == "42"
    assert post.body["text"].startswith("SwanLab | ✅ Run finished · yolo\nProject: cats")


def test_bark_pushes_with_title_group_and_level(service):
    made = BarkCallback(
        key="dev", url=service.url, title="Lab", bark_level="critical", group="project",
        language="en",
    )  # fmt: skip
    swanlab.init(project="cats", name="yolo", mode="offline", callbacks=made)
    swanlab.finish()
    (post,) = service.posts
    assert post.path == "/push"
    assert post.body["device_key"] == "dev"
    assert post.body["title"] == "Lab | ✅ Run finished · yolo"
    assert post.body["group"] == "cats"
    assert post.body["level"] == "critical"
    assert "url" not in post.body


def test_a_receiver_of_your_own_gets_the_facts(service):
    made = WebhookCallback(service.url, language="en")
    run = swanlab.init(project="cats", mode="offline", id="abc", description="d", callbacks=made)
    run.finish("crashed", "boom")
    body = service.posts[0].body
    assert {k: body[k] for k in ("project", "id", "state", "error", "description", "url")} == {
        "project": "cats",
        "id": "abc",
        "state": "crashed",
        "error": "boom",
        "description": "d",
        "url": None,
    }


def test_print_says_it_on_standard_output(capsys):
    swanlab.init(project="cats", name="yolo", mode="offline", callbacks=[PrintCallback()])
    swanlab.finish()
    assert "SwanLab | ✅ Run finished · yolo\nProject: cats" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (LarkCallback, {"code": 19021, "msg": "sign match fail"}),
        (DingTalkCallback, {"errcode": 310000, "errmsg": "keywords not in content"}),
        (WeComCallback, {"errcode": 93000, "errmsg": "invalid webhook url"}),
    ],
)
def test_a_refusal_in_the_answer_is_said(service, capsys, kind, answer):
    service.answer = answer
    assert not kind(service.url + "/very-secret").send_msg("hi")
    said = capsys.readouterr().err
    assert f"{kind.__name__}: not sent: the service refuses it" in said
    assert next(str(part) for part in answer.values() if isinstance(part, str)) in said
    assert "very-secret" not in said


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/very-secret", "very-secret", "ftp://h/x"])
def test_what_cannot_be_reached_is_said_without_its_address(capsys, url):
    swanlab.init(project="cats", mode="offline", callbacks=SlackCallback(url))
    swanlab.finish()
    said = capsys.readouterr().err
    assert "SlackCallback: not sent" in said
    assert "very-secret" not in said


def test_an_error_of_the_service_is_said(service, capsys):
    service.status, service.answer = 404, "no_service"
    assert not SlackCallback(service.url).send_msg("hi")
    assert "the service answers 404" in capsys.readouterr().err


def test_a_service_that_hangs_holds_up_neither_the_end_nor_the_other_service(
    service, monkeypatch, capsys
):
    from swanlab.sdk import hooks

    monkeypatch.setattr(hooks, "SEND_SECONDS", 0.3)
    service.hold.clear()
    hanging, printing = SlackCallback(service.url), PrintCallback()
    swanlab.init(project="cats", mode="offline", callbacks=[hanging, printing])
    swanlab.finish()
    assert "did not answer in time" in capsys.readouterr().err
    wait_for(lambda: service.posts)
    assert recorded(run_folder()).finishes[0].state == "success"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(InvalidArgument, match="language must be 'zh' or 'en'"):
        LarkCallback("http://x", language="fr")


KILLED = """
import os, signal, sys, swanlab
from swanlab.plugin.notification import LarkCallback, PrintCallback
swanlab.init(project="cats", name="yolo", mode="offline", callbacks=[
    PrintCallback(), LarkCallback(os.environ["HOOK"], "s3cret-of-lark", language="en")])
swanlab.log({"loss": 1})
{ending}
"""


def test_a_killed_training_is_told_by_the_background_process(service, script):
    service.answer = GOOD
    done = script(
        KILLED.replace("{ending}", "os.kill(os.getpid(), signal.SIGKILL)"), HOOK=service.url
    )
    assert done.returncode == -signal.SIGKILL
    wait_for(lambda: service.posts)
    (post,) = service.posts
    text = text_of(post.body)
    assert text.startswith("SwanLab | ❌ Run crashed · yolo\nProject: cats\nRun: yolo\nError: the ")
    assert "without finishing the run (killed" in text
    assert post.body["sign"]


@pytest.mark.parametrize(
    ("ending", "title"),
    [
        ("pass", "✅ Run finished"),
        ("raise ValueError('boom')", "❌ Run crashed"),
        ("raise KeyboardInterrupt", "⚠️ Run aborted"),
        ("swanlab.finish(); os._exit(3)", "✅ Run finished"),
    ],
)
def test_a_training_that_comes_to_an_end_is_told_once(service, script, ending, title):
    service.answer = GOOD
    script(KILLED.replace("{ending}", ending), HOOK=service.url)
    folder = run_folder()
    wait_for(lambda: "finish" in _sidecar_state(folder))
    (post,) = service.posts
    assert text_of(post.body).startswith(f"SwanLab | {title} · yolo")


def _sidecar_state(folder: Path) -> str:
    """``finish`` once the background process of the run is gone."""
    import psutil

    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if "swanlab.sidecar" in command and str(folder.absolute()) in command:
            return "going"
    return "finish"


def test_secrets_of_a_notification_are_nowhere_on_the_disk(service, script):
    service.answer = GOOD
    script(KILLED.replace("{ending}", "os.kill(os.getpid(), signal.SIGKILL)"), HOOK=service.url)
    wait_for(lambda: service.posts)
    folder = run_folder()
    wait_for(lambda: _sidecar_state(folder) == "finish")
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"s3cret-of-lark" not in path.read_bytes(), path
            assert service.url.encode() not in path.read_bytes(), path
    (start,) = recorded(folder).starts
    assert "callbacks" not in start.options


def test_a_class_of_your_own_in_a_module_is_sent_by_the_background_process_too(service, script):
    service.answer = GOOD
    Path("mine.py").write_text(
        "from swanlab.plugin.notification import WebhookCallback\n"
        "class Mine(WebhookCallback):\n"
        "    def payload(self, message):\n"
        "        return {'mine': message.facts['state']}\n"
    )
    done = script(
        """
        import os, signal, sys, swanlab
        from mine import Mine
        swanlab.register_callbacks([Mine(sys.argv[1])])
        swanlab.init(project="cats", mode="offline")
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        service.url,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_for(lambda: service.posts)
    assert service.posts[0].body == {"mine": "crashed"}


def test_a_killed_run_on_a_server_is_told_with_its_address(service, script, tmp_path):
    service.answer = GOOD
    server = Serving(tmp_path / "server").start().log_in()
    try:
        source = KILLED.replace('"offline"', '"cloud", id="abc"')
        script(source.replace("{ending}", "os.kill(os.getpid(), signal.SIGKILL)"), HOOK=service.url)
        wait_for(lambda: service.posts)
        folder = run_folder()
        wait_for(lambda: _sidecar_state(folder) == "finish")
    finally:
        server.stop()
    assert f"View it at: {server.host}/@admin/cats/runs/abc" in text_of(service.posts[0].body)
    assert len(service.posts) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_tells_nobody(service, script):
    service.answer = GOOD
    ending = "pid = os.fork()\nif pid == 0: sys.exit(0)\nos.waitpid(pid, 0)"
    script(KILLED.replace("{ending}", ending), HOOK=service.url)
    assert len(service.posts) == 1


def test_every_name_of_both_generations_is_there():
    names = (
        "Print Email Webhook Lark DingTalk WXWork WeCom Discord Slack Telegram Bark Notification"
    )
    for name in names.split():
        assert getattr(plugin, f"{name}Callback") is getattr(notification, f"{name}Callback")
    assert plugin.CSVWriter
    with pytest.raises(AttributeError):
        plugin.FaxCallback  # noqa: B018


def test_arguments_of_both_generations_are_taken():
    known = {
        "EmailCallback": "sender_email receiver_email password smtp_server port language",
        "WebhookCallback": "webhook_url secret language",
        "LarkCallback": "webhook_url secret language",
        "DingTalkCallback": "webhook_url secret language",
        "WXWorkCallback": "webhook_url secret language",
        "DiscordCallback": "webhook_url secret language",
        "SlackCallback": "webhook_url secret language",
        "TelegramCallback": "bot_token chat_id language",
        "BarkCallback": "url title bark_level icon group click_jump language key",
        "CSVWriter": "dir filename",
        "LogdirFileWriter": "sub_dir file_path",
    }
    for name, parameters in known.items():
        names = list(inspect.signature(getattr(plugin, name).__init__).parameters)[1:]
        assert names[: len(parameters.split())] == parameters.split(), name
        assert "secret" in names or "Writer" in name


def test_the_document_names_every_callback_and_its_arguments():
    text = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text()
    for name in set(notification.__all__):
        assert f"`{name}`" in text, name
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        code = block.partition("swanlab.init(")[0]
        names = {"MAIL_PASSWORD": "x", "LARK_URL": "x", "LARK_SECRET": "x"}
        exec(code.replace("os.environ", "ENV"), {"ENV": names})
