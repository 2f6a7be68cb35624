"""Many runs: the best of them found, what differs seen, and a view shared with somebody else."""

from __future__ import annotations

import os
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from swanlab import records
from swanlab.client import Client, run_path
from tests.e2e.conftest import sign_in, until
from tests.server.wire import STARTED, frame, header, keys, scalars
from tests.serving import PASSWORD, Serving

RUNS = 500
BEST = 321
SHOTS = Path(os.environ.get("SWANLAB_SHOTS", "."))


def loss_of(number: int) -> float:
    """The lowest loss of a run: no other run has that of the best."""
    return 0.05 if number == BEST else 0.1 + (number * 37 % RUNS) / RUNS


def send(client: Client, number: int) -> None:
    run = f"r{number}"
    new = {"id": run, "name": f"trial-{number}", "created_at": STARTED + number * 1000}
    opened = client.open_run(None, "sweep", {**new, "tags": ["even"] if number % 2 == 0 else []})
    config = {
        "lr": number / 1000,
        "model": "vit" if number % 3 else "cnn",
        "seed": 7,
    }
    body = frame(header(run=run, writer="w"), records.Config(0, config, [])) + keys("loss")
    body += scalars(0, 2.0) + scalars(1, loss_of(number)) + scalars(2, 1.0)
    if number != 7:
        body += frame(records.Finish(60_000, "success"))
    client.post_frames(run_path(opened["workspace"], "sweep", run), "w", 0, body)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """A server with 500 runs in one project, and a user ``bob`` who owns none of them."""
    folder = tmp_path_factory.mktemp("sweep")
    serving = Serving(folder / "server").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        serving.log_in()
        client = Client(serving.host, serving.api_key)
        for number in range(RUNS):
            send(client, number)
        client.close()
    made = httpx2.post(
        f"{serving.host}/api/v1/users",
        json={"username": "bob", "password": PASSWORD},
        headers={"Authorization": f"Bearer {serving.api_key}"},
    )
    assert made.status_code in (200, 201, 204), made.text
    yield serving
    serving.stop()


@pytest.fixture
def opened(page, sweep):
    sign_in(page, sweep.host)
    page.goto(f"{sweep.host}/@admin/sweep")
    expect(listed(page).first).to_be_visible()
    return page


def sidebar(page):
    return page.get_by_role("complementary", name="Runs")


def listed(page):
    return sidebar(page).get_by_role("listitem")


def filter_field(page):
    return page.get_by_role("combobox", name="Filter runs")


def test_the_best_of_500_runs_is_found_and_what_differs_is_seen(opened):
    page = opened
    field = filter_field(page)
    field.press_sequentially("sta")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("state")
    field.press("ArrowDown")
    field.press("Enter")
    field.press_sequentially("= fin")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("state = finished ")
    field.press_sequentially('and loss.min < 0.3 and "even" not in tags')
    expect(sidebar(page).get_by_role("status")).to_contain_text("of 500")
    page.wait_for_url("**filter=**")
    page.get_by_role("combobox", name="Sort by").select_option("last.loss")
    page.get_by_role("combobox", name="Which value").select_option("min")
    page.get_by_role("button", name="Descending: turn around").click()
    expect(listed(page).first).to_contain_text(f"trial-{BEST}")
    expect(listed(page).first).to_contain_text("0.0500")
    page.get_by_role("combobox", name="How many runs are drawn").select_option("5")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Compare").click()
    table = page.get_by_role("table", name="Compare")
    expect(table.get_by_role("row").filter(has_text="lr")).to_contain_text("0.321")
    expect(table.get_by_role("row").filter(has_text="seed")).to_have_count(0)
    page.screenshot(path=SHOTS / "views-compare.png")


def test_a_mistake_in_a_filter_is_pointed_at_and_rows_build_the_same_line(opened):
    page = opened
    field = filter_field(page)
    field.fill("loss.min < 0.12 and loss ~ abc")
    expect(page.get_by_role("alert")).to_contain_text("cannot be asked of loss")
    expect(page.locator("[data-wrong]")).to_have_text("~")
    page.screenshot(path=SHOTS / "views-error.png")
    field.fill("loss.min < 0.12")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Build the filter").click()
    page.get_by_role("button", name="Add a condition").click()
    row = page.get_by_role("dialog").get_by_role("listitem").nth(1)
    row.get_by_role("combobox", name="Field").fill("name")
    row.get_by_role("combobox", name="Operator").select_option("~")
    row.get_by_role("combobox", name="Value").fill("^trial-3")
    expect(field).to_have_value('loss.min < 0.12 and name ~ "^trial-3"')
    page.screenshot(path=SHOTS / "views-builder.png")
    page.keyboard.press("Escape")
    expect(listed(page).first).to_contain_text("trial-3")
    page.reload()
    expect(field).to_have_value('loss.min < 0.12 and name ~ "^trial-3"')
    expect(listed(page).first).to_contain_text("trial-3")


def test_the_table_is_grouped_summed_up_and_its_columns_are_moved(opened):
    page = opened
    page.get_by_role("link", name="Table").click()
    page.get_by_role("combobox", name="Group by").select_option("config.model")
    groups = page.get_by_role("row").filter(has=page.get_by_role("button", expanded=True))
    expect(groups.first).to_contain_text("vit")
    expect(groups.first).to_contain_text("333 runs")
    groups.first.get_by_role("button").click()
    folded = page.get_by_role("row").filter(has=page.get_by_role("button", expanded=False))
    expect(folded.filter(has_text="vit")).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("searchbox", name="Search columns").fill("lss")
    page.get_by_role("button", name="Column min of loss").click()
    page.keyboard.press("Escape")
    header = page.get_by_role("columnheader").filter(has_text="loss min")
    expect(header).to_be_visible()
    expect(groups.or_(folded).filter(has_text="cnn").first).to_contain_text("0.05")
    header.get_by_role("button", name="Menu of column loss min").click()
    page.get_by_role("menuitem", name="Pin to the left").click()
    expect(page.get_by_role("columnheader").nth(1)).to_contain_text("loss min")
    page.get_by_role("checkbox", name="Only what differs").click()
    expect(page.get_by_role("columnheader").filter(has_text="seed")).to_have_count(0)
    expect(page.get_by_role("columnheader").filter(has_text="lr")).to_be_visible()
    page.screenshot(path=SHOTS / "views-table.png")
    page.reload()
    expect(page.get_by_role("columnheader").nth(1)).to_contain_text("loss min")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    head = Path(download.value.path()).read_text().splitlines()[0]
    assert head.startswith("id,name,state,min.loss,")
    assert "config.seed" not in head


def save_view(page, name: str) -> str:
    """Save what is shown; returns the view's number."""
    page.get_by_role("button", name="View: plain").click()
    page.get_by_role("menuitem", name="Save as…").click()
    page.get_by_role("textbox", name="Name of the view").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"View: {name}", exact=True)).to_be_visible()
    page.wait_for_url("**view=**")
    return page.url.partition("view=")[2].partition("&")[0]


def arrange(page) -> None:
    """Filter, sort and draw the runs in a way of one's own."""
    filter_field(page).fill("loss.min < 0.15")
    page.wait_for_url("**filter=**")
    page.get_by_role("combobox", name="Sort by").select_option("last.loss")
    page.get_by_role("combobox", name="Which value").select_option("min")
    page.get_by_role("combobox", name="Y axis").select_option("log")
    page.wait_for_url("**y=log**")


def test_a_saved_view_is_seen_alike_by_another_user(opened, chromium, sweep):
    page = opened
    arrange(page)
    number = save_view(page, "best")
    page.get_by_role("button", name="About").click()
    page.get_by_role("textbox", name="Description").fill("All trials of spring")
    page.get_by_role("radio", name="Public").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    names = listed(page).all_inner_texts()[:5]
    theirs = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="en-US")
    try:
        seen_by_bob(theirs.new_page(), f"{sweep.host}/@admin/sweep?view={number}", names)
    finally:
        theirs.close()


def seen_by_bob(page, url: str, names: list[str]) -> None:
    sign_in(page, url.partition("/@")[0], "bob")
    page.goto(url)
    view = page.get_by_role("button", name="View: best", exact=True)
    expect(view).to_be_visible()
    expect(filter_field(page)).to_have_value("loss.min < 0.15")
    expect(page.get_by_role("combobox", name="Y axis")).to_have_value("log")
    expect(listed(page).first).to_contain_text(names[0].split("\n")[0])
    assert listed(page).all_inner_texts()[:5] == names
    page.get_by_role("button", name="About").click()
    expect(page.get_by_role("dialog")).to_contain_text("All trials of spring")
    expect(page.get_by_role("textbox", name="Description")).to_have_count(0)
    page.keyboard.press("Escape")
    view.click()
    expect(page.get_by_role("menuitem", name="Copy link to this view")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Save as…")).to_have_count(0)


def test_a_view_says_that_it_was_changed_and_can_be_the_projects_default(opened, sweep):
    page = opened
    arrange(page)
    save_view(page, "mine")
    page.get_by_role("combobox", name="Y axis").select_option("linear")
    changed = page.get_by_role("button", name="View: mine, changed")
    changed.click()
    page.screenshot(path=SHOTS / "views-menu.png")
    page.get_by_role("menuitem", name="Make it the project's default").click()
    changed.click()
    page.get_by_role("menuitem", name="Save", exact=True).click()
    saved = page.get_by_role("button", name="View: mine", exact=True)
    expect(saved).to_be_visible()
    page.goto(f"{sweep.host}/@admin/sweep")
    page.wait_for_url("**view=**")
    expect(filter_field(page)).to_have_value("loss.min < 0.15")
    expect(page.get_by_role("combobox", name="Y axis")).to_have_value("linear")
    saved.click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="View: plain")).to_be_visible()
    until(page, "!location.search.includes('view=')")
