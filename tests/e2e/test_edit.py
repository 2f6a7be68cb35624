"""Runs are put right where they are seen; whoever looks on sees it, and it can be taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from swanlab.client import Client
from tests.e2e.conftest import sign_in
from tests.serving import Serving, wait_for

NAMES = ["swan-1", "rat-2", "ox-3", "tiger-4", "rabbit-5", "dragon-6"]


@pytest.fixture
def cats(server: Serving) -> Serving:
    """A server with six runs, ``r1`` to ``r6``, that ended."""
    from swanlab import records
    from tests.server.wire import frame, header, keys, scalars

    client = Client(server.host, server.api_key)
    for number in range(1, 7):
        tags = ["base"] if number % 2 else []
        created = 1_700_000_000_000 + number
        client.open_run(None, "cats", {"id": f"r{number}", "tags": tags, "created_at": created})
        path = f"/projects/admin/cats/runs/r{number}"
        points = keys("loss") + scalars(0, float(number))
        ended = frame(records.Finish(9, "success"))
        client.post_frames(path, "t", 0, frame(header(f"r{number}", "t")) + points + ended)
    client.close()
    return server


@pytest.fixture
def table(page: Page, cats: Serving) -> Page:
    sign_in(page, cats.host)
    page.goto(f"{cats.host}/@admin/cats?view=table")
    expect(page.get_by_role("grid")).to_be_visible()
    return page


@pytest.fixture
def other(context, table: Page, cats: Serving) -> Page:
    """A second page on the same table, as somebody else has it open."""
    page = context.new_page()
    page.goto(f"{cats.host}/@admin/cats?view=table")
    expect(row(page, "swan-1")).to_be_visible()
    return page


def row(page: Page, name: str):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def tagged(page: Page, tag: str):
    return page.get_by_role("row").filter(has=page.get_by_text(tag, exact=True))


def select(page: Page, name: str, **how):
    page.get_by_role("checkbox", name=f"Select {name}", exact=True).click(**how)


def test_a_run_is_renamed_in_its_header_and_others_see_it(table, other, cats):
    page = table
    page.get_by_role("link", name="ox-3").click()
    heading = page.get_by_role("heading", level=1)
    heading.get_by_role("button").click()
    page.get_by_role("textbox", name="Name").fill("thrown away")
    page.keyboard.press("Escape")
    expect(heading).to_have_text("ox-3")
    expect(heading.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("best so far")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("best so far")
    expect(row(other, "best so far")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(heading).to_have_text("ox-3")
    expect(row(other, "ox-3")).to_be_visible()
    wait_for(lambda: cats.run("admin/cats", "r3")["name"] == "ox-3")


def test_tags_and_colour_and_description_are_edited_on_the_runs_page(table, cats):
    page = table
    page.goto(f"{cats.host}/@admin/cats/runs/r2?tab=overview")
    tags = page.get_by_role("list", name="Tags")
    tags.get_by_role("button", name="Tag").click()
    expect(page.get_by_role("checkbox", name="base")).to_be_visible()
    page.keyboard.type("good")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="base").click()
    page.keyboard.press("Escape")
    expect(tags.get_by_role("listitem")).to_have_text(["good", "base", "Tag"])
    tags.get_by_role("button", name="Remove the tag base").click()
    expect(tags.get_by_role("listitem")).to_have_text(["good", "Tag"])
    page.get_by_role("button", name="Colour of the run").click()
    page.get_by_role("button", name="Colour 2").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Description").fill("# A\n<img src=x onerror=alert(1)>")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    wait_for(lambda: cats.run("admin/cats", "r2")["description"])
    said = cats.run("admin/cats", "r2")
    assert (said["tags"], said["color"]) == (["good"], "#d55e00")


def test_many_runs_are_tagged_and_grouped_and_it_is_taken_back(table, other):
    page = table
    select(page, "dragon-6")
    select(page, "tiger-4", modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selected runs")
    expect(bar.get_by_role("status")).to_have_text("3 selected")
    bar.get_by_role("button", name="Tags").click()
    page.keyboard.type("sweep")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(tagged(other, "sweep")).to_have_count(3)
    bar.get_by_role("button", name="Group").click()
    page.keyboard.type("june")
    page.keyboard.press("Enter")
    expect(tagged(other, "june")).to_have_count(3)
    page.get_by_role("grid").focus()
    page.keyboard.press("Control+z")
    expect(tagged(other, "june")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(tagged(page, "sweep")).to_have_count(0)
    expect(tagged(other, "sweep")).to_have_count(0)
    expect(tagged(page, "base")).to_have_count(3)


def test_runs_are_deleted_only_when_nobody_wants_them_back(table, other, cats):
    page = table
    page.clock.install()

    def delete():
        select(page, "swan-1")
        select(page, "rat-2")
        page.get_by_role("button", name="Delete…").click()
        expect(page.get_by_role("dialog")).to_contain_text("lost for good")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("row")).to_have_count(5)

    delete()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row")).to_have_count(7)
    delete()
    assert cats.run("admin/cats", "r1")["name"] == "swan-1"
    page.clock.fast_forward(9_000)
    expect(other.get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("row")).to_have_count(5)


def test_leaving_the_page_does_what_was_asked(table, cats):
    page = table
    page.get_by_role("link", name="ox-3").click()
    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted ox-3")).to_be_visible()
    page.goto("about:blank")
    wait_for(lambda: cats.get("/projects/admin/cats")["runs"] == 5)


def test_all_of_it_goes_by_keyboard_alone(table, cats):
    page = table
    grid = page.get_by_role("grid")
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("by hand")
    page.keyboard.press("Enter")
    expect(row(page, "by hand")).to_be_visible()
    expect(grid).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("keys")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_text("2 selected")).to_be_visible()
    wait_for(lambda: cats.run("admin/cats", "r5")["group"] == "keys")
    assert cats.run("admin/cats", "r5")["name"] == "by hand"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/runs/r4"))


def test_what_the_server_refuses_is_shown_as_it_was_with_the_reason(cats, context):
    page = context.new_page()  # The browser writes every refusal into the console.
    client = Client(cats.host, cats.api_key)
    client.open_run(None, "cats", {"id": "full", "tags": [f"t{n}" for n in range(256)]})
    client.close()
    sign_in(page, cats.host)
    page.goto(f"{cats.host}/@admin/cats?view=table")
    select(page, "snake-7")
    select(page, "dragon-6")
    bar = page.get_by_role("region", name="Selected runs")
    bar.get_by_role("button", name="Tags").click()
    page.keyboard.type("refused")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("A run can have at most 256 tags.")
    page.keyboard.press("Escape")
    expect(tagged(page, "t0")).to_have_count(1)
    expect(tagged(page, "refused")).to_have_count(0)


def test_selected_runs_are_compared(table):
    page = table
    select(page, "rat-2")
    select(page, "tiger-4")
    page.get_by_role("button", name="Compare", exact=True).click()
    heads = page.get_by_role("table", name="Compare").get_by_role("columnheader")
    expect(heads).to_have_count(3)


def test_folders_that_are_only_shown_are_not_edited(page, watching, script):
    done = script("import swanlab; swanlab.init(project='seen', mode='local', id='r1')")
    assert done.returncode == 0, done.stderr
    wait_for(lambda: watching.get("/projects")["projects"])
    page.goto(f"{watching.host}/@local/seen?view=table")
    expect(page.get_by_role("table").get_by_role("link", name="swan-1")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("checkbox")).to_have_count(0)
    page.get_by_role("link", name="swan-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("swan-1")
    expect(page.get_by_role("heading", level=1).get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="More actions").first.click()
    expect(page.get_by_role("menuitem", name="Copy the line that resumes it")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)
