"""Alerts set in the browser: what a run does reaches a webhook, and the log says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from swanlab.client import Client
from tests.e2e.conftest import sign_in
from tests.e2e.test_pages import LOOKS
from tests.e2e.test_teams import check
from tests.server.test_rules import Receiver
from tests.server.wire import frame, header, keys, scalars
from tests.serving import Serving

SETTINGS = "/@admin/cats/settings"
RULES = "/projects/admin/cats/rules"


class Hook(ThreadingHTTPServer):
    """A receiver of webhooks; it answers with ``answers``, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook?token=x"


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("alerts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        found = Serving(Path(folder) / "server").start().log_in()
    yield found
    found.stop()


@pytest.fixture
def client(serving: Serving) -> Iterator[Client]:
    """Asks as the admin, in a project with one run at work and no rules."""
    asking = Client(serving.host, serving.api_key)
    asking.request("PATCH", "/instance/settings", {"private_webhooks": True})
    for name in [one["name"] for one in asking.request("GET", "/projects")["projects"]]:
        asking.request("DELETE", f"/projects/admin/{name}")
    asking.open_run("admin", "cats", {"id": "r1", "name": "swan-1", "created_at": 1})
    asking.post_frames("/projects/admin/cats/runs/r1", "t", 0, START)
    yield asking
    asking.close()


START = frame(header("r1", "t")) + keys("train/loss", "val/acc") + scalars(0, 1.0, 0.5)


def rows(page: Page, name: str) -> Any:
    return page.get_by_role("table", name=name).get_by_role("row")


def test_a_rule_made_in_the_browser_reaches_its_webhook_and_the_log_says_so(
    page: Page, serving: Serving, client: Client, hook: Hook
):
    sign_in(page, serving.host)
    page.goto(serving.host + SETTINGS)
    page.get_by_role("button", name="New alert").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tell when a run").select_option("crashed")
    expect(dialog.get_by_label("Bound")).to_have_count(0)
    dialog.get_by_label("Tell when a run").select_option("above")
    key = dialog.get_by_label("Key", exact=True)
    key.fill("loss")
    offered = dialog.locator("datalist option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "train/loss")
    key.fill("train/loss")
    dialog.get_by_label("Bound").fill("100")
    expect(dialog.get_by_label("Name, if any")).to_have_attribute(
        "placeholder", "train/loss above 100"
    )
    dialog.get_by_label("Webhook, if any").fill(hook.url)
    dialog.get_by_label("Secret").fill("hush")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    line = rows(page, "Alerts").nth(1)
    expect(line).to_contain_text(f"127.0.0.1:{hook.server_port}")
    expect(line).to_contain_text("signed")
    expect(line).not_to_contain_text("token")

    client.post_frames("/projects/admin/cats/runs/r1", "t", len(START), scalars(1, 250.0, 0.4))
    sent = rows(page, "What was told").filter(has_text="swan-1")
    expect(sent).to_contain_text("delivered", timeout=30_000)
    expect(sent).to_contain_text("logged train/loss above 100: 250 at step 1")
    body = json.loads(hook.got[0][1])
    assert (body["value"], body["step"], body["run"]["name"]) == (250.0, 1, "swan-1")
    assert any(name.lower() == "swanlab-signature" for name in hook.got[0][0])
    sent.get_by_role("link").click()
    page.wait_for_url("**/@admin/cats/runs/r1*")


def test_an_alert_is_changed_tried_rested_and_deleted(
    page: Page, serving: Serving, client: Client, hook: Hook
):
    client.request(
        "POST", RULES, {"name": "ended", "event": "finished", "webhook": "http://x.example/"}
    )
    hook.answers[:] = [404]
    sign_in(page, serving.host)
    page.goto(serving.host + SETTINGS)
    page.get_by_role("button", name="Edit ended").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tell when a run")).to_be_disabled()
    dialog.get_by_label("Name, if any").fill("it ended")
    dialog.get_by_label("Webhook, if any").fill(hook.url)
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Try it ended now").click()
    log = rows(page, "What was told")
    expect(log.filter(has_text="failed")).to_contain_text("127.0.0.1 answers 404")
    page.get_by_role("button", name="Try it ended now").click()
    expect(log.filter(has_text="delivered")).to_have_count(1)

    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("switch", name="it ended is on").press(" ")
    page.reload()
    expect(page.get_by_role("switch", name="it ended is on")).not_to_be_checked()
    page.get_by_role("button", name="Delete it ended").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No alerts yet.")).to_be_visible()
    expect(page.get_by_text("Deleted it ended")).to_be_visible()
    assert client.request("GET", RULES)["rules"] == []


def test_what_is_refused_is_said_at_its_field_and_missing_mail_with_what_to_do(
    looking: Page, serving: Serving, client: Client
):
    sign_in(looking, serving.host)
    looking.goto(serving.host + SETTINGS)
    looking.get_by_role("button", name="New alert").click()
    dialog = looking.get_by_role("dialog")
    expect(dialog.get_by_text("This server sends no mail yet.")).to_be_visible()
    expect(dialog.get_by_role("link", name="Set up mail")).to_be_visible()
    dialog.get_by_role("button", name="Make the alert").click()
    field = dialog.get_by_label("Webhook, if any")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Give an address that begins with http:// or https://, or have a mail sent."
    )
    dialog.get_by_text("Mail to me").click()
    dialog.get_by_role("button", name="Make the alert").click()
    expect(dialog).to_have_count(0)
    looking.get_by_role("button", name="Try A run crashes now").click()
    expect(rows(looking, "What was told").nth(1)).to_contain_text("failed")


@pytest.fixture(params=["light"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def looking(look: str, chromium: Browser) -> Iterator[Page]:
    """A page in one look; what the server refuses is no trouble."""
    context = chromium.new_context(**LOOKS[look])
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert not troubles


@pytest.mark.parametrize("look", list(LOOKS), indirect=True)
def test_alerts_are_accessible_and_fit(
    looking: Page, look: str, serving: Serving, client: Client, hook: Hook
):
    for body in (
        {"name": "loss blew up", "event": "above", "key": "train/loss", "bound": 100.0,
         "webhook": hook.url, "secret": "hush"},
        {"name": "a rule of a long name " * 4, "event": "stalled", "key": "val/acc" * 20,
         "steps": 5000, "better": "higher", "email": True, "enabled": False,
         "webhook": "https://hooks.a-long-name.example.com/services/1"},
        {"name": "quiet", "event": "unresponsive", "email": True},
    ):  # fmt: skip
        rule = client.request("POST", RULES, body)
        if body["name"] != "quiet":
            continue
        client.request("POST", f"{RULES}/{rule['id']}/try")
    first = client.request("GET", RULES)["rules"][0]["id"]
    hook.answers[:] = [200, 500]
    for _ in range(2):
        client.request("POST", f"{RULES}/{first}/try")
    sign_in(looking, serving.host)
    looking.goto(serving.host + SETTINGS)
    name = {"chinese": "通知记录"}.get(look, "What was told")
    expect(rows(looking, name)).to_have_count(4)
    expect(rows(looking, name).filter(has_text="127.0.0.1 answers 500")).to_have_count(1)
    title = looking.get_by_role("heading", name={"chinese": "提醒"}.get(look, "Alerts"))
    title.evaluate("at => at.scrollIntoView({block: 'start'})")
    check(looking, look, "alerts")
    looking.get_by_role("button", name={"chinese": "新建提醒"}.get(look, "New alert")).click()
    dialog = looking.get_by_role("dialog")
    dialog.locator("select").first.select_option("stalled")
    dialog.locator("input[list]").fill("no/such")
    check(looking, look, "alerts-dialog")
