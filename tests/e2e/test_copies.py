"""Runs are copied and moved and projects cloned where they are seen, and a move is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from swanlab import records
from swanlab.client import Client
from tests.e2e.conftest import sign_in
from tests.server.wire import frame, header, keys, scalars
from tests.serving import Serving, wait_for


@pytest.fixture
def cats(server: Serving) -> Serving:
    """A server with project ``cats``, three of whose four runs have ended, and ``dogs``."""
    client = Client(server.host, server.api_key)
    for number in range(1, 5):
        created = 1_700_000_000_000 + number
        new = {"id": f"r{number}", "name": f"run {number}", "created_at": created}
        client.open_run(None, "cats", new)
        points = keys("loss") + scalars(0, float(number)) + scalars(1, 0.5)
        ended = frame(records.Finish(9, "success")) if number < 4 else b""
        path = f"/projects/admin/cats/runs/r{number}"
        client.post_frames(path, "t", 0, frame(header(f"r{number}", "t")) + points + ended)
    client.request("POST", "/projects/admin", {"name": "dogs"})
    client.close()
    return server


def names(server: Serving, project: str) -> list[str]:
    found = server.get(f"/projects/admin/{project}/runs")["runs"]
    return sorted(str(run["name"]) for run in found)


def choose(page: Page, name: str) -> None:
    """Write a project's name into the dialog and take what it finds."""
    box = page.get_by_role("textbox", name="Find a project")
    expect(box).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)


def test_selected_runs_are_moved_and_it_is_taken_back(page: Page, cats: Serving):
    sign_in(page, cats.host)
    page.goto(f"{cats.host}/@admin/cats?view=table")
    for run in ("run 1", "run 2", "run 4"):
        page.get_by_role("checkbox", name=f"Select {run}", exact=True).click()
    page.get_by_role("region", name="Selected runs").get_by_role("button", name="Move to").click()
    dialog = page.get_by_role("dialog", name="Move 3 runs to a project")
    expect(dialog.get_by_role("button", name="dogs")).to_be_visible()
    expect(dialog.get_by_role("button", name="cats")).to_have_count(0)
    choose(page, "dogs")
    expect(page.get_by_text("One run was left out: it has not ended.")).to_be_visible()
    expect(page.get_by_text("Moved 2 runs to dogs")).to_be_visible()
    expect(page.get_by_role("link", name="run 1", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="run 4", exact=True)).to_be_visible()
    assert names(cats, "dogs") == ["run 1", "run 2"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="run 1", exact=True)).to_be_visible()
    wait_for(lambda: names(cats, "cats") == ["run 1", "run 2", "run 3", "run 4"])
    assert names(cats, "dogs") == []


def test_a_run_is_copied_and_moved_from_its_page(page: Page, cats: Serving):
    sign_in(page, cats.host)
    page.goto(f"{cats.host}/@admin/cats/runs/r4")
    menu = page.get_by_role("button", name="More actions").first
    menu.click()
    expect(page.get_by_role("menuitem", name="Copy to")).to_be_disabled()
    expect(page.get_by_text("Runs are moved and copied once they have ended.")).to_be_visible()
    page.goto(f"{cats.host}/@admin/cats/runs/r3")
    menu.click()
    page.get_by_role("menuitem", name="Copy to").click()
    choose(page, "brand-new")
    expect(page.get_by_text("Copied run 3 to brand-new")).to_be_visible()
    page.goto(f"{cats.host}/@admin/brand-new/runs/r3")
    page.get_by_role("link", name="Copy of admin/cats/r3").click()
    page.wait_for_url(re.compile("/@admin/cats/runs/r3"))
    menu.click()
    page.get_by_role("menuitem", name="Move to").click()
    choose(page, "dogs")
    page.wait_for_url(re.compile("/@admin/dogs/runs/r3"))
    expect(page.get_by_role("heading", level=1)).to_have_text("run 3")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile("/@admin/cats/runs/r3"))
    expect(page.get_by_role("heading", level=1)).to_have_text("run 3")


def test_a_project_is_cloned_from_the_list(page: Page, cats: Serving):
    sign_in(page, cats.host)
    page.get_by_role("button", name="More actions for cats").click()
    page.get_by_role("menuitem", name="Clone").click()
    dialog = page.get_by_role("dialog", name="Clone cats")
    name = dialog.get_by_role("textbox", name="Name of the new project")
    expect(name).to_have_value("cats-copy")
    name.fill("cats again")
    expect(dialog.get_by_role("button", name="Clone", exact=True)).to_be_disabled()
    expect(dialog.get_by_role("status")).to_have_text(re.compile("1 to 100 letters"))
    name.fill("cats-again")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/@admin/cats-again"))
    expect(page.get_by_text("Cloned cats as cats-again: 3 runs")).to_be_visible()
    assert names(cats, "cats-again") == ["run 1", "run 2", "run 3"]
