"""Accounts and teams in the browser: ways in, keys, workspaces, sharing, what a role allows."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from swanlab import records
from swanlab.client import Client
from tests.e2e.conftest import sign_in, until
from tests.e2e.test_pages import AXE, LOOKS, SHOTS
from tests.server.wire import frame, header, keys, scalars
from tests.serving import PASSWORD, Serving, wait_for


class Team:
    """A server with ``admin``, the organisation ``lab``, and members of it of every role."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.host = serving.host
        self._clients: dict[str, Client] = {}
        for name in ("bob", "vera", "mia", "strange"):
            self.ask("POST", "/users", {"username": name, "password": PASSWORD})
        self.ask("POST", "/workspaces", {"name": "lab", "description": "We train small models."})
        for name, role in (("bob", "admin"), ("mia", "member"), ("vera", "viewer")):
            made = self.ask("POST", "/workspaces/lab/invites", {"role": role})
            self.ask("POST", "/join", {"token": made["token"]}, name)

    def ask(self, method: str, path: str, body: Any = None, user: str = "admin") -> Any:
        """Ask the server as a user, with a key of theirs that may do all."""
        if user not in self._clients:
            asking = Client(self.host)
            key = asking.sign_in(user, PASSWORD, scope="admin")
            asking.close()
            self._clients[user] = Client(self.host, key)
        return self._clients[user].request(method, path, body)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def record(self, project: str, run: str, *, ended: bool = True, user: str = "admin") -> None:
        """Record a run of two points in ``workspace/name``."""
        self.ask("GET", "/session", user=user)
        client, (workspace, name) = self._clients[user], project.split("/")
        client.open_run(workspace, name, {"id": run, "name": f"run {run}", "created_at": 1})
        points = keys("loss") + scalars(0, 1.0) + scalars(1, 0.5)
        end = frame(records.Finish(9, "success")) if ended else b""
        path = f"/projects/{workspace}/{name}/runs/{run}"
        client.post_frames(path, "t", 0, frame(header(run, "t")) + points + end)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving = Serving(folder / "server").start().log_in()
    found = Team(serving)
    found.record("lab/cats", "r1")
    found.record("lab/cats", "r2")
    found.record("lab/dogs", "d1")
    found.record("lab/old", "o1")
    cats = {"description": "Cats or *not*.", "tags": ["vision", "small"]}
    found.ask("PATCH", "/projects/lab/cats", cats)
    found.ask("PUT", "/projects/lab/cats/star")
    found.ask("PUT", "/projects/lab/old/archive")
    found.ask("PUT", "/projects/lab/cats/collaborators/strange", {"share": "read"})
    found.ask("POST", "/projects/lab/cats/links", {"kind": "view", "label": "reviewers", "days": 7})
    found.ask("POST", "/projects/lab", {"name": "gone"})
    found.ask("DELETE", "/projects/lab/gone")
    found.ask("POST", "/workspaces/lab/invites", {"role": "viewer", "approval": True})
    waiting = found.ask("POST", "/workspaces/lab/invites", {"role": "member", "approval": True})
    found.ask("POST", "/join", {"token": waiting["token"]}, "strange")
    revoked = found.ask("POST", "/keys", {"name": "old laptop", "scope": "write"})
    found.ask("DELETE", f"/keys/{revoked['key']['id']}")
    found.ask("POST", "/keys", {"name": "cluster", "expires_at": 4_000_000_000_000})
    found.ask("POST", "/invites", {"uses": 10})
    found.ask("PATCH", "/users/mia", {"email": "mia@lab.example"})
    yield found
    found.close()
    serving.stop()


def check(page: Page, look: str, name: str) -> None:
    """Keep a picture to look at, and hold the page against axe's rules and its own width."""
    page.wait_for_timeout(300)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"teams-{name}-{look}.png")
    page.evaluate(AXE.read_text())  # Not as a script of the page: its policy refuses strangers.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    told = [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in serious]
    assert not told, json.dumps(told, indent=1)
    wide = "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
    assert page.evaluate(wide) <= 0, f"{name} is wider than the window"


@pytest.fixture(params=list(LOOKS))
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def looking(look: str, chromium: Browser) -> Iterator[Page]:
    """A page in one look; any error in its console fails the test, but refusals that it shows."""
    context = chromium.new_context(**LOOKS[look])
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: (
            said.type == "error" and "status of 40" not in said.text and troubles.append(said.text)
        ),
    )
    yield page
    context.close()
    assert not troubles


ENTRY = {
    "login": "/login",
    "signup-closed": "/signup",
    "forgot": "/forgot",
    "reset": "/reset/nothing",
    "confirm": "/confirm/nothing",
    "join-bad": "/join#nothing",
    "share-bad": "/share#nothing",
}


def test_pages_for_those_who_are_not_in_are_accessible(looking: Page, look: str, team: Team):
    for name, path in ENTRY.items():
        looking.goto(team.host + path)
        expect(looking.locator("h1")).to_be_visible()
        check(looking, look, name)


INSIDE = {
    "settings-keys": "/settings",
    "settings-sessions": "/settings?tab=sessions",
    "settings-account": "/settings?tab=account",
    "settings-preferences": "/settings?tab=preferences",
    "projects": "/",
    "workspace": "/@lab",
    "workspace-activity": "/@lab?tab=activity",
    "workspace-members": "/@lab?tab=members",
    "workspace-bin": "/@lab?tab=bin",
    "workspace-settings": "/@lab?tab=settings",
    "workspace-audit": "/@lab?tab=audit",
    "personal": "/@admin",
    "project-settings": "/@lab/cats/settings",
    "admin-users": "/admin",
    "admin-invites": "/admin?tab=invites",
    "admin-settings": "/admin?tab=settings",
    "admin-audit": "/admin?tab=audit",
}


def test_pages_of_accounts_and_teams_are_accessible(looking: Page, look: str, team: Team):
    sign_in(looking, team.host)
    for name, path in INSIDE.items():
        looking.goto(team.host + path)
        expect(looking.locator("h1").first).to_be_visible()
        until(looking, "document.querySelector('[aria-busy=true]') === null")
        check(looking, look, name)


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A window of somebody else: nothing of the first one is known in it."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="en-US")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def copied(page: Page, title: str) -> str:
    """Return what stands in the box to copy from."""
    return page.get_by_role("dialog").get_by_label(title, exact=True).inner_text().strip()


def make_key(page: Page, name: str) -> str:
    """Make a key on the page of keys; returns the login command that is shown with it."""
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Make the key").click()
    command = copied(page, "On the machine that trains, run:")
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("table", name="API keys")).to_contain_text(name)
    return command


def on_the_machine(folder: Path, *command: str) -> str:
    """Run a command as the user of another machine does; returns what it says."""
    done = subprocess.run(command, **machine(folder), timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return str(done.stdout)


def machine(folder: Path) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    kept = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SWANLAB_SAVE_DIR": str(folder / "home")}
    return {
        "cwd": folder,
        "env": kept,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }


def log_in(folder: Path, command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "swanlab"
    said = on_the_machine(folder, sys.executable, "-m", "swanlab", *arguments)
    assert "Currently logged in as" in said


def test_a_new_colleague_comes_by_invite_and_sees_a_first_run(
    page: Page, server: Serving, window: BrowserContext, tmp_path: Path
):
    sign_in(page, server.host)
    page.goto(f"{server.host}/admin?tab=settings")
    page.get_by_role("combobox", name="Accounts are made").select_option("invite")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("The settings hold from now on")).to_be_visible()
    page.get_by_role("link", name="Invites").click()
    page.get_by_role("button", name="Make an invite").click()
    page.get_by_role("dialog").get_by_role("button", name="Make an invite").click()
    link = copied(page, "Link of the invite")
    assert link.startswith(f"{server.host}/join/")

    theirs = window.new_page()
    theirs.goto(link)
    theirs.get_by_role("textbox", name="Username").fill("nina")
    theirs.get_by_label("Password", exact=True).fill("a fine pass phrase")
    theirs.get_by_role("button", name="Make the account").click()
    theirs.wait_for_url("**/settings")
    log_in(tmp_path / "machine", make_key(theirs, "my laptop"))
    script = (
        "import swanlab\n"
        "swanlab.init(project='first', experiment_name='hello')\n"
        "for step in range(20): swanlab.log({'loss': 1 / (step + 1)})\n"
        "swanlab.finish()\n"
    )
    on_the_machine(tmp_path / "machine", sys.executable, "-c", script)
    theirs.goto(server.host)
    theirs.get_by_role("link", name="first", exact=True).click()
    theirs.get_by_role("link", name="hello", exact=True).first.click()
    theirs.wait_for_url("**/runs/*")
    expect(theirs.get_by_role("heading", name="hello")).to_be_visible()
    expect(theirs.get_by_text("finished").first).to_be_visible()
    # It was for one account.
    theirs.get_by_role("button", name="Account of nina").click()
    theirs.get_by_role("menuitem", name="Sign out").click()
    theirs.wait_for_url("**/login")
    theirs.goto(link)
    expect(theirs.get_by_text("This invite was used, ran out")).to_be_visible()


def test_a_viewer_is_shown_no_edits_and_is_refused_what_they_try(page: Page, team: Team):
    sign_in(page, team.host, "vera")
    page.goto(f"{team.host}/@lab/cats?tab=table")
    expect(page.get_by_role("link", name="run r1", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name="Select run r1")).to_have_count(0)
    page.goto(f"{team.host}/@lab")
    expect(page.get_by_role("link", name="cats", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="New project")).to_have_count(0)
    for gone in ("Settings", "Audit log"):
        expect(page.get_by_role("link", name=gone)).to_have_count(0)
    page.get_by_role("button", name="More actions for cats").click()
    expect(page.get_by_role("menuitem", name="Clone…")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Delete…")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("table", name="Members")).to_contain_text("mia")
    expect(page.get_by_role("main").get_by_role("combobox")).to_have_count(0)
    expect(page.get_by_role("button", name="Make an invite")).to_have_count(0)
    page.goto(f"{team.host}/@lab/cats/settings")
    expect(page.get_by_role("alert")).to_contain_text("You may not do this here")


def test_what_the_server_refuses_is_said_and_taken_back(window: BrowserContext, team: Team):
    page = window.new_page()
    sign_in(page, team.host, "mia")
    page.goto(f"{team.host}/@lab/dogs")
    page.get_by_role("button", name="About").click()
    page.get_by_role("textbox", name="Description").fill("All mine")
    team.ask("PATCH", "/workspaces/lab/members/mia", {"role": "viewer"})
    try:
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("That was not saved")
        expect(page.get_by_role("alert")).to_contain_text("You may not do this here")
        assert team.ask("GET", "/projects/lab/dogs")["description"] is None
        page.get_by_role("button", name="About").click()
        expect(page.get_by_role("dialog")).to_contain_text("No description yet.")
        expect(page.get_by_role("textbox", name="Description")).to_have_count(0)
    finally:
        team.ask("PATCH", "/workspaces/lab/members/mia", {"role": "member"})


TRAINING = """
import pathlib, time, swanlab
run = swanlab.init(project="leak", experiment_name="long", id="long")
stop, step = pathlib.Path("stop"), 0
while not stop.exists():
    swanlab.log({"loss": 1 / (step + 1)}, step=step)
    step += 1
    pathlib.Path("logged").write_text(str(step))
    time.sleep(0.05)
swanlab.finish()
"""


def test_a_run_goes_on_when_its_key_is_revoked_and_sends_with_a_new_one(
    page: Page, server: Serving, tmp_path: Path
):
    sign_in(page, server.host)
    page.goto(f"{server.host}/settings")
    folder = tmp_path / "machine"
    log_in(folder, make_key(page, "leaked"))
    training = subprocess.Popen([sys.executable, "-c", TRAINING], **machine(folder))

    def logged() -> int:
        try:
            return int((folder / "logged").read_text() or 0)
        except FileNotFoundError:
            return 0

    def sent() -> int:
        return len(server.points("admin/leak", "long", "loss"))

    try:
        wait_for(lambda: logged() > 20, 60)
        wait_for(lambda: bool(server.get("/projects")["projects"]), 30)
        wait_for(lambda: sent() > 0, 30)
        page.get_by_role("button", name="Revoke leaked").click()
        page.get_by_role("button", name="Revoke", exact=True).click()
        expect(page.get_by_text("Revoked leaked")).to_be_visible()
        wait_for(lambda: server.get("/keys")["keys"][0]["revoked_at"] is not None)
        refused_at = sent()
        before = logged()
        wait_for(lambda: logged() > before + 50, 60)
        assert training.poll() is None
        assert sent() <= refused_at + 1, "a revoked key goes on sending"
        log_in(folder, make_key(page, "its successor"))
        wait_for(lambda: sent() > before, 90)
        (folder / "stop").touch()
        said, _ = training.communicate(timeout=120)
        assert training.returncode == 0, said
    finally:
        training.kill()
    wait_for(lambda: server.run("admin/leak", "long")["state"] == "finished", 60)
    assert sent() == logged()
    page.goto(f"{server.host}/@admin/leak/runs/long")
    expect(page.get_by_text("finished").first).to_be_visible()


def test_a_cloned_run_is_not_resumed_and_the_original_is(
    page: Page, server: Serving, tmp_path: Path
):
    folder = tmp_path / "machine"
    log_in(folder, f"swanlab login --host {server.host} --api-key {server.api_key}")
    first = "import swanlab; swanlab.init(project='base', id='trial'); swanlab.log({'loss': 2})"
    on_the_machine(folder, sys.executable, "-c", first)
    wait_for(lambda: server.run("admin/base", "trial")["state"] == "finished")
    sign_in(page, server.host)
    page.get_by_role("button", name="More actions for base").click()
    page.get_by_role("menuitem", name="Clone…").click()
    page.get_by_role("button", name="Clone", exact=True).click()
    page.wait_for_url("**/@admin/base-copy")
    (copy,) = server.get("/projects/admin/base-copy/runs")["runs"]
    resume = (
        "import swanlab\n"
        "run = swanlab.init(project={!r}, id={!r}, resume='must')\n"
        "swanlab.log({{'loss': 1}}); swanlab.finish()\n"
    )
    refused = subprocess.run(
        [sys.executable, "-c", resume.format("base-copy", copy["id"])],
        **machine(folder), timeout=120, check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "cop" in refused.stdout.lower()
    on_the_machine(folder, sys.executable, "-c", resume.format("base", "trial"))
    wait_for(lambda: len(server.points("admin/base", "trial", "loss")) == 2)
    page.goto(f"{server.host}/@admin/base/runs/trial")
    expect(page.get_by_text("finished").first).to_be_visible()
    page.goto(f"{server.host}/@admin/base-copy/runs/{copy['id']}")
    expect(
        page.get_by_text("Copy", exact=True).or_(page.get_by_text("Copy of")).first
    ).to_be_visible()


def test_a_run_is_copied_and_a_project_cloned_into_another_workspace(
    window: BrowserContext, team: Team
):
    page = window.new_page()
    sign_in(page, team.host, "mia")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to a run").fill("lab organisation")
    page.get_by_role("option", name="lab").first.click()
    page.wait_for_url("**/@lab")
    page.goto(f"{team.host}/@lab/cats/runs/r1")
    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name="Copy to").click()
    dialog = page.get_by_role("dialog")
    home = dialog.get_by_role("combobox", name="Workspace")
    expect(home).to_have_value("lab")
    assert home.locator("option").all_inner_texts() == ["mia", "lab"]
    home.select_option("mia")
    dialog.get_by_role("textbox").fill("kept")
    dialog.get_by_role("button", name="New project “kept”").click()
    expect(page.get_by_text("Copied run r1 to mia/kept")).to_be_visible()
    assert team.ask("GET", "/projects/mia/kept", user="mia")["runs"] == 1
    page.goto(f"{team.host}/@mia")
    page.get_by_role("button", name="More actions for kept").click()
    page.get_by_role("menuitem", name="Clone…").click()
    dialog = page.get_by_role("dialog", name="Clone kept")
    dialog.get_by_role("combobox", name="Workspace").select_option("lab")
    page.screenshot(path=SHOTS / "teams-clone.png")
    dialog.get_by_role("button", name="Clone", exact=True).click()
    page.wait_for_url("**/@lab/kept-copy*")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to a run").fill("api keys")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings*")
    expect(page.get_by_role("button", name="New key")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to a run").fill("administration")
    expect(page.get_by_role("status").filter(has_text="Nothing")).to_be_visible()
    page.get_by_role("combobox", name="Go to a run").fill("settings")
    page.screenshot(path=SHOTS / "teams-palette.png")
    team.ask("DELETE", "/projects/lab/kept-copy")
    team.ask("DELETE", "/projects/mia/kept", user="mia")


def test_a_share_link_opens_the_project_in_a_private_window(
    page: Page, team: Team, window: BrowserContext
):
    team.record("lab/open", "s1")
    sign_in(page, team.host)
    page.goto(f"{team.host}/@lab/open/settings")
    page.get_by_role("button", name="Make a link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="For whom").fill("the reviewers")
    dialog.get_by_role("button", name="Make a link").click()
    link = copied(page, "Share link")
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("table", name="Share links")).to_contain_text("the reviewers")

    theirs = window.new_page()
    theirs.goto(link)
    theirs.wait_for_url("**/@lab/open")
    expect(theirs.get_by_role("link", name="Sign in")).to_be_visible()
    theirs.goto(f"{team.host}/@lab/open?tab=table")  # the tab keeps what opened it
    expect(theirs.get_by_role("link", name="run s1", exact=True)).to_be_visible()
    expect(theirs.get_by_role("checkbox", name="Select run s1")).to_have_count(0)
    check(theirs, "light", "shared-table")
    theirs.get_by_role("link", name="run s1", exact=True).click()
    expect(theirs.get_by_role("heading", name="run s1")).to_be_visible()
    expect(theirs.get_by_role("button", name="Rename")).to_have_count(0)
    check(theirs, "light", "shared-run")
    other = window.new_page()
    other.goto(f"{team.host}/@lab/open")
    other.wait_for_url("**/login?next=*")
    theirs.goto(f"{team.host}/@lab/cats")
    theirs.wait_for_url("**/login?next=*")

    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The link opens nothing any more")).to_be_visible()
    theirs.goto(f"{team.host}/@lab/open")
    theirs.wait_for_url("**/login?next=*")


def test_a_public_project_is_read_without_an_account_where_the_server_lets_it(
    team: Team, window: BrowserContext
):
    team.record("lab/paper", "p1")
    team.ask("PATCH", "/projects/lab/paper", {"visibility": "public"})
    page = window.new_page()
    page.goto(f"{team.host}/@lab/paper")
    page.wait_for_url("**/login?next=*")
    team.ask("PATCH", "/instance/settings", {"anonymous_read": True})
    try:
        page.goto(f"{team.host}/")
        page.get_by_role("link", name="paper").click()
        page.goto(f"{team.host}/@lab/paper?tab=table")
        expect(page.get_by_role("link", name="run p1", exact=True)).to_be_visible()
        expect(page.get_by_role("checkbox", name="Select run p1")).to_have_count(0)
        expect(page.get_by_role("button", name="Star paper")).to_have_count(0)
        page.get_by_role("link", name="Sign in").click()
        page.locator("input[autocomplete=username]").fill("mia")
        page.locator("input[autocomplete=current-password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/@lab/paper?tab=table")
        expect(page.get_by_role("checkbox", name="Select run p1")).to_have_count(1)
    finally:
        team.ask("PATCH", "/instance/settings", {"anonymous_read": False})


def test_who_is_invited_with_approval_waits_and_is_let_in(
    page: Page, team: Team, window: BrowserContext
):
    sign_in(page, team.host)
    page.get_by_role("combobox", name="Switch workspace").click()
    page.get_by_role("option", name="New organisation…").click()
    page.get_by_role("textbox", name="Name").fill("club")
    page.get_by_role("button", name="Make the organisation").click()
    page.wait_for_url("**/@club?tab=members")
    page.get_by_role("button", name="Make an invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Role").select_option("viewer")
    dialog.get_by_text("Who follows it waits").click()
    dialog.get_by_role("button", name="Make an invite").click()
    link = copied(page, "Link of the invite")
    page.get_by_role("button", name="I have copied it").click()

    theirs = window.new_page()
    theirs.goto(link)
    expect(theirs.get_by_role("heading", name="Join club")).to_be_visible()
    theirs.get_by_role("link", name="Sign in").click()
    theirs.locator("input[autocomplete=username]").fill("strange")
    theirs.locator("input[autocomplete=current-password]").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    theirs.get_by_role("button", name="Ask to join").click()
    expect(theirs.get_by_text("You asked to be let into club")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Let in strange").click()
    expect(page.get_by_text("strange is in")).to_be_visible()
    role = page.get_by_role("combobox", name="Role of strange")
    role.select_option("member")
    expect(page.get_by_text("strange is now: Member")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(role).to_have_value("viewer")
    theirs.goto(f"{team.host}/@club?tab=members")
    theirs.get_by_role("button", name="Leave").click()
    theirs.get_by_role("dialog").get_by_role("button", name="Leave", exact=True).click()
    theirs.wait_for_url(f"{team.host}/")
    assert [one["username"] for one in team.ask("GET", "/workspaces/club/members")["members"]] == [
        "admin"
    ]


def test_a_project_is_renamed_deleted_by_its_name_and_had_back(page: Page, team: Team):
    team.record("lab/brief", "b1")
    sign_in(page, team.host)
    page.goto(f"{team.host}/@lab/brief/settings")
    page.get_by_role("textbox", name="Name", exact=True).fill("shorter")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_url("**/@lab/shorter/settings")
    page.goto(f"{team.host}/@lab/brief?tab=table")
    page.wait_for_url("**/@lab/shorter?tab=table")
    expect(page.get_by_role("link", name="run b1", exact=True)).to_be_visible()
    page.goto(f"{team.host}/@lab/shorter/settings")
    page.get_by_role("button", name="Delete…").click()
    delete = page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    page.get_by_role("textbox", name="To go on, write shorter").fill("shorter")
    delete.click()
    page.wait_for_url("**/@lab?tab=bin")
    row = page.get_by_role("row").filter(has_text="shorter")
    row.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    page.wait_for_url("**/@lab/shorter")
    assert team.ask("GET", "/projects/lab/shorter")["runs"] == 1


def test_who_forgot_the_password_chooses_one_by_a_link_of_an_admin(
    page: Page, team: Team, window: BrowserContext
):
    team.ask("POST", "/users", {"username": "lost", "password": PASSWORD})
    sign_in(page, team.host)
    page.goto(f"{team.host}/admin?q=lost")
    page.get_by_role("button", name="More actions for lost").click()
    page.get_by_role("menuitem", name="Link for a new password").click()
    page.get_by_role("dialog").get_by_role("button", name="Link for a new password").click()
    link = page.get_by_role("dialog", name="Link for lost").locator("pre").inner_text().strip()
    theirs = window.new_page()
    theirs.goto(link)
    theirs.get_by_label("New password").fill("quite another phrase")
    theirs.get_by_role("button", name="Set it and sign in").click()
    theirs.wait_for_url(f"{team.host}/")
    theirs.goto(f"{team.host}/settings?tab=sessions")
    expect(theirs.get_by_role("table")).to_contain_text("Chrome on Linux")
    assert urlsplit(link).path.startswith("/reset/")
    # Disabled, they are out at once.
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More actions for lost").click()
    page.get_by_role("menuitem", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(page.get_by_text("lost is disabled")).to_be_visible()
    theirs.goto(f"{team.host}/")
    theirs.wait_for_url("**/login*")
