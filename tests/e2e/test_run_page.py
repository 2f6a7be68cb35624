"""The page of one run: its console however long, who printed it, what differs from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from swanlab import records
from tests.e2e.conftest import sign_in, until
from tests.e2e.test_pages import LOOKS, check
from tests.server.wire import STARTED, Sender, frame, header, keys, scalars
from tests.serving import Serving

LINES = 1_000_000
NOTHING = "\N{EN DASH}"
NEEDLES = (123_456, 700_001, 999_000)
DESCRIPTION = """# Result

Loss went **down**, see [the notes](https://example.com/notes) and [this](javascript:alert(1)).

| lr | loss |
|---|---|
| 1e-4 | 0.2 |

![elsewhere](https://example.com/spy.png)

<img src=x onerror="window.hacked = true">
"""


def printed(first: int, end: int) -> bytes:
    """Frames of console lines; some are errors, three hold what is searched for."""
    lines = []
    for i in range(first, end):
        text = f"needle in line {i}" if i in NEEDLES else f"step {i}: all is well"
        lines.append(records.Console(i, i, 40 if i in NEEDLES else 20, 1, text))
    return frame(*lines)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("run-page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving = Serving(folder / "server").start().log_in()
    yield serving
    serving.stop()


@pytest.fixture(scope="module")
def client(serving: Serving) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {serving.api_key}"}
    with httpx2.Client(base_url=f"{serving.host}/api/v1", headers=headers, timeout=120) as client:
        yield client


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A million lines are stored and searched beside whatever else the machine does."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


def make(client: httpx2.Client, run: str, **fields) -> str:
    answer = client.post("/projects/admin/cats/runs", json={"id": run, **fields})
    assert answer.status_code in (200, 201), answer.text
    return f"/projects/admin/cats/runs/{run}"


@pytest.fixture(scope="module")
def endless(client: httpx2.Client) -> str:
    """A run that printed a million lines."""
    path = make(client, "endless")
    sender = Sender(client, path)
    sender.send(frame(header(run="endless")))
    for first in range(0, LINES, 50_000):
        sender.send(printed(first, first + 50_000))
    return "endless"


@pytest.fixture(scope="module")
def shared(client: httpx2.Client) -> str:
    """A run of four processes on two machines, of which rank 0 was started again; and another."""
    path = make(client, "shared", name="wide", description=DESCRIPTION)
    system = ("__swanlab__.cpu.pct", "__swanlab__.gpu.0.pct", "__swanlab__.gpu.1.pct")
    for rank in range(4):
        host = f"node-{rank // 2}"
        sender = Sender(client, path, f"t{rank}")
        said = header(run="shared", writer=f"t{rank}", rank=rank, host=host)
        config = frame(records.Config(0, {"lr": 1e-4, "net": {"d": 3}})) if rank == 0 else b""
        sender.send(frame(said) + config + keys("train/loss", "val/loss"))
        sender.send(b"".join(scalars(step, 10.0 * rank, 1.0) for step in range(20)))
        sender.send(frame(records.Console(0, 0, 20, 1, f"I am rank {rank}")))
        if rank % 2 == 0:
            writer = f"s{rank}"
            said = header(run="shared", writer=writer, rank=rank, host=host, role="sidecar")
            sidecar = Sender(client, path, writer)
            sidecar.send(frame(said) + keys(*system))
            sidecar.send(b"".join(scalars(t, 40.0 + rank, 50.0, 60.0) for t in (0, 5000, 10_000)))
    again = Sender(client, path, "a-again")
    said = header(
        run="shared", writer="a-again", rank=0, host="node-0", started=STARTED + 3_600_000
    )
    again.send(frame(said, records.Console(1, 0, 30, 2, "I am back")))
    other = Sender(client, make(client, "other", name="narrow"))
    config = records.Config(0, {"lr": 1e-3, "net": {"d": 3}, "seed": 7})
    other.send(frame(header(run="other"), config))
    return "shared"


def open_run(page: Page, serving: Serving, run: str, rest: str) -> None:
    sign_in(page, serving.host)
    page.goto(f"{serving.host}/@admin/cats/runs/{run}{rest}")


def in_sight(page: Page, text: str) -> None:
    """Hold that a line of the console lies within what one sees of it."""
    console = page.get_by_role("log").bounding_box()
    line = page.get_by_text(text, exact=True).bounding_box()
    assert console
    assert line
    assert console["y"] <= line["y"] <= console["y"] + console["height"] - line["height"]


def test_a_console_of_a_million_lines_is_read_searched_and_followed(
    page: Page, serving, client, endless
):
    asked: list[str] = []
    page.on("request", lambda request: "/console?" in request.url and asked.append(request.url))
    open_run(page, serving, endless, "?tab=logs")
    console = page.get_by_role("log")
    expect(page.get_by_text("step 999999: all is well")).to_be_visible()
    expect(page.get_by_text("1,000,000 lines")).to_be_visible()
    follow = page.get_by_role("button", name="Follow")
    expect(follow).to_have_attribute("aria-pressed", "true")

    console.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("step 0: all is well")).to_be_visible()
    expect(follow).to_have_attribute("aria-pressed", "false")
    # Half way down, by the bar; then a line at a time.
    console.evaluate("node => { node.scrollTop = node.scrollHeight / 2 }")
    until(page, "document.querySelector('[role=log]').innerText.includes('step 500')")
    before = first_line(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    until(
        page,
        "before => Number(/step (\\d+)/.exec("
        "document.querySelector('[role=log]').innerText)[1]) > before",
        before,
    )
    assert 0 < first_line(page) - before < 200

    search = page.get_by_role("searchbox", name="Search all lines")
    search.fill("NEEDLE in")
    expect(page.get_by_text(f"{NOTHING} of 3")).to_be_visible()
    search.press("Enter")
    in_view = page.get_by_text("needle in line 700001", exact=True)
    expect(in_view).to_be_visible()
    in_sight(page, "needle in line 700001")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    # More lines come: one stays where one is, and what is new is found.
    Sender(client, f"/projects/admin/cats/runs/{endless}", "later").send(
        frame(
            header(run=endless, writer="later", started=STARTED + 10**7),
            records.Console(0, 0, 20, 1, "a needle in the end"),
        )
    )
    expect(page.get_by_text("2 of 4")).to_be_visible()
    in_sight(page, "needle in line 700001")

    search.fill("")
    page.get_by_role("button", name="Level: All levels").click()
    page.get_by_role("menuitemradio", name="Error").click()
    expect(page.get_by_text("3 of 1,000,001")).to_be_visible()
    expect(page.get_by_text("needle in line 123456", exact=True)).to_be_visible()
    # It never asked for more than what was near what it showed, nor holds more.
    assert len(asked) < 40
    assert page.evaluate("document.querySelectorAll('[role=log] div').length") < 300


def first_line(page: Page) -> int:
    return int(
        page.evaluate("/step (\\d+)/.exec(document.querySelector('[role=log]').innerText)[1]")
    )


def test_the_console_is_joined_over_a_resume_and_told_apart_by_rank(page: Page, serving, shared):
    open_run(page, serving, shared, "?tab=logs")
    expect(page.get_by_text("I am rank 0")).to_be_visible()
    expect(page.get_by_text("I am back")).to_be_visible()
    expect(page.get_by_text("started again")).to_have_count(1)
    page.get_by_role("button", name="Process: rank 0 · node-0").click()
    page.get_by_role("menuitemradio", name="rank 3 · node-1").click()
    expect(page.get_by_text("I am rank 3")).to_be_visible()
    assert "rank=3" in page.url
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    assert "I am rank 3" in Path(saved.value.path()).read_text()


def test_ranks_are_drawn_as_their_mean_or_each_by_itself(page: Page, serving, shared):
    open_run(page, serving, shared, "")
    loss = page.get_by_role("article", name="train/loss")
    until(page, "window.drawn.length > 10")
    loss.get_by_role("button", name="Full screen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Show as a table").click()
    # 0, 10, 20 and 30: one line, and its mean.
    expect(dialog.get_by_role("columnheader", name="train/loss (4 ranks)")).to_be_visible()
    expect(dialog.get_by_role("cell", name="15", exact=True).first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Ranks").select_option("each")
    page.wait_for_url("**ranks=each**")
    loss.get_by_role("button", name="Full screen").click()
    dialog.get_by_role("button", name="Show as a table").click()
    for rank in range(4):
        expect(dialog.get_by_role("columnheader", name=f"rank {rank}")).to_be_visible()
    page.goto(f"{serving.host}/@admin/cats?ranks=mean")
    loss.get_by_role("button", name="Full screen").click()
    dialog.get_by_role("button", name="Show as a table").click()
    expect(dialog.get_by_role("columnheader", name="wide (4 ranks)")).to_be_visible()


def test_every_machine_has_charts_of_its_own(page: Page, serving, shared):
    open_run(page, serving, shared, "?tab=system")
    for node in ("node-0", "node-1"):
        expect(page.get_by_role("article", name=f"{node} · CPU use (%)")).to_be_visible()
        expect(page.get_by_role("region", name=f"{node} · GPU")).to_be_visible()


def test_only_what_differs_from_another_run_is_shown(page: Page, serving, shared):
    open_run(page, serving, shared, "?tab=overview")
    page.get_by_role("combobox", name="Differences to…").click()
    page.get_by_role("option", name="narrow").click()
    page.wait_for_url("**vs=other**")
    config = page.get_by_role("region", name="Config")
    expect(config.get_by_role("rowheader")).to_have_text(["lr", "seed"])
    expect(config.get_by_role("row", name="lr").get_by_role("cell")).to_have_text(["1e-4", "0.001"])
    expect(config.get_by_role("row", name="seed").get_by_role("cell")).to_have_text([NOTHING, "7"])
    page.get_by_role("button", name="Show this run alone").click()
    expect(config.get_by_text("net")).to_be_visible()
    with page.expect_download() as saved:
        config.get_by_role("button", name="Download").click()
        page.get_by_role("menuitem", name="YAML").click()
    assert Path(saved.value.path()).read_text() == "lr: 0.0001\nnet:\n  d: 3\n"


def test_a_description_is_markdown_and_nothing_of_it_runs(page: Page, serving, shared):
    outside: list[str] = []
    page.on("request", lambda one: "example.com" in one.url and outside.append(one.url))
    open_run(page, serving, shared, "?tab=overview")
    panel = page.get_by_role("region", name="Description")
    expect(panel.get_by_role("heading", name="Result")).to_be_visible()
    expect(panel.get_by_role("cell", name="0.2")).to_be_visible()
    notes = panel.get_by_role("link", name="the notes")
    assert "noopener" in (notes.get_attribute("rel") or "")
    assert panel.get_by_role("link", name="this").count() == 0
    # A picture from elsewhere is a link, HTML is text.
    expect(panel.get_by_role("link", name="elsewhere")).to_be_visible()
    expect(panel.get_by_text("<img src=x")).to_be_visible()
    assert panel.get_by_role("img").count() == 0
    assert page.evaluate("window.hacked") is None
    panel.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Description").fill("## Better\n\n- [x] done")
    page.get_by_role("button", name="Preview").click()
    expect(panel.get_by_role("heading", name="Better")).to_be_visible()
    expect(panel.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("heading", name="Result")).to_be_visible()
    assert outside == []


TABS = {
    "overview": ("heading", "Result"),
    "overview&vs=other": ("rowheader", "seed"),
    "logs": ("link", "Download"),
    "system": ("article", "node-1 · CPU use (%)"),
}
"""What is there once a tab is."""


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_every_tab_is_accessible_in_every_look(chromium: Browser, serving, shared, look):
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()
    sign_in(page, serving.host)
    for tab, (role, name) in TABS.items():
        page.goto(f"{serving.host}/@admin/cats/runs/{shared}?tab={tab}")
        expect(page.get_by_role(role, name=name).first).to_be_visible()
        check(page, look, f"shared-{tab.partition('&')[0]}{'-vs' if 'vs' in tab else ''}")
    context.close()
