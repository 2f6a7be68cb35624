"""``swanlab api`` shows what is on the server, to people and to programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import swanlab
from swanlab.credentials import Login, remember
from tests.serving import Serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ask(lab, invoke):
    """Runs ``swanlab api …`` as the admin; returns the JSON, or with ``text=True`` the text."""
    remember(Login(lab.host, lab.api_key, "admin"))

    def run(*args, text=False, code=0):
        done = invoke("api", *args, *([] if text else ["--json"]))
        assert done.exit_code == code, done.output
        return done.output if text else json.loads(done.stdout)

    return run


@pytest.fixture
def cats(lab, monkeypatch):
    """A run of the SDK in project ``cats``."""
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    run = swanlab.init(project="cats", mode="cloud", config={"lr": 0.1}, tags=["t"], name="tom")
    for step in range(10):
        swanlab.log({"loss": step, "odd": float("inf")} if step else {"loss": 0}, step=step)
    print("hello")
    swanlab.finish()
    return f"admin/cats/{run.id}"


def test_a_run_can_be_read_whole(ask, cats):
    info = ask("run", "info", cats)
    assert (info["path"], info["state"], info["config"]) == (cats, "FINISHED", {"lr": 0.1})
    assert ask("run", "columns", cats) == ["loss", "odd"]
    assert ask("run", "column", cats, "loss")[0]["count"] == 10
    assert [one["key"] for one in ask("run", "series", cats)] == ["loss", "odd"]
    assert ask("run", "summary", cats, "--keys", "odd")["odd"]["value"] == "Infinity"
    rows = ask("run", "metrics", cats, "--range-tail", "2", "--ignore-timestamp")
    assert rows == [
        {"step": 8, "loss": 8, "odd": "Infinity"}, {"step": 9, "loss": 9, "odd": "Infinity"},
    ]  # fmt: skip
    first = ask("run", "metrics", cats, "--range-end", "1", "--ignore-timestamp", "--all")
    assert first[0] == {"step": 0, "loss": 0, "odd": None}
    assert [line["text"] for line in ask("run", "logs", cats)] == ["hello"]
    assert ask("run", "export-logs", cats, "-o", "console.log") == {"written": "console.log"}
    assert ask("run", "export", cats, "-o", "points.csv") == {"written": "points.csv"}
    assert Path("points.csv").read_text().startswith("key,rank,step,time,value\n")
    assert Path("console.log").read_text().endswith(" INFO hello\n")


def test_lists_have_pages_and_filters(ask, cats):
    assert cats in [one["path"] for one in ask("run", "list", "cats", "--all")]
    assert len(ask("run", "list", "cats", "--size", "1")) == 1
    passing = ask("run", "filter", "cats", "--filter", '{"name": "tom"}', "--all")
    assert cats in [one["path"] for one in passing]
    assert ask("run", "filter", "cats", "--filter", '{"name": "jerry"}') == []
    assert "cats" in [one["name"] for one in ask("project", "list")]
    assert ask("project", "info", "cats")["path"] == "admin/cats"


def test_people_see_tables(ask, cats):
    text = ask("run", "list", "cats", text=True)
    assert re.search(r"^id +name +path ", text)
    assert cats in text
    assert re.search(r"^path +admin/cats/", ask("run", "info", cats, text=True), re.MULTILINE)
    assert ask("run", "columns", cats, text=True) == "loss\nodd\n"
    nothing = ask("run", "filter", "cats", "--filter", '{"name": "x"}', text=True)
    assert nothing == "Nothing.\n"


def test_who_and_where(ask, lab):
    assert ask("user", "info") == {"username": "admin", "admin": True}
    assert ask("workspace", "info")["role"] == "OWNER"
    assert ask("self-hosted", "info") == {
        "host": lab.host, "version": swanlab.__version__, "mode": "server",
    }  # fmt: skip


def test_deleting_asks_first(ask, cats):
    assert "give --yes" in ask("run", "delete", cats, text=True, code=1)
    assert "give --yes" in ask("project", "delete", "cats", text=True, code=1)
    assert ask("run", "delete", cats, "--yes") == {"deleted": cats}
    assert "There is no such run" in ask("run", "info", cats, text=True, code=1)
    assert ask("project", "delete", "cats", "--yes") == {"deleted": "admin/cats"}


def test_errors_are_one_line(ask, cats, invoke):
    for line in (
        "run info a/b/c", "run info x", f"run column {cats} no", "project info none",
        "run filter cats --filter {",
    ):  # fmt: skip
        text = ask(*line.split(), text=True, code=1)
        assert text.startswith("swanlab: ")
        assert text.count("\n") == 1
    done = invoke("api", "user", "info", "-h", "http://127.0.0.1:9", "-k", "x" * 21)
    assert (done.exit_code, "cannot be reached" in done.output) == (1, True)


def test_watch_is_read_without_a_key(invoke, tmp_path):
    run = swanlab.init(project="dogs", mode="local")
    swanlab.log({"loss": 1})
    swanlab.finish()
    watch = Serving(tmp_path / "watch", "watch", str(Path(run.dir).parent)).start()
    try:
        done = invoke("api", "user", "info", "-h", watch.host, "--json")
        assert json.loads(done.stdout)["username"] == "local"
    finally:
        watch.stop()


def test_every_command_is_in_the_document_and_has_json(invoke):
    import click

    from swanlab.cli.main import main

    document = (ROOT / "docs" / "cli.md").read_text()

    def leaves(command, path):
        if not isinstance(command, click.Group):
            yield path, command
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from leaves(command.get_command(context, name), f"{path} {name}")

    for path, command in leaves(main, "swanlab"):
        assert f"`{path}" in document, path
        if path.startswith("swanlab api "):
            assert "as_json" in [option.name for option in command.params], path


def test_runs_are_copied_and_moved_and_projects_cloned(ask, cats):
    run = cats.rpartition("/")[2]
    assert ask("run", "copy", cats, "copies") == {"run": cats, "copy": f"admin/copies/{run}"}
    assert ask("project", "clone", "cats", "admin/clone")["path"] == "admin/clone"
    moved = ask("run", "move", cats, "admin/moved")
    assert moved == {"run": cats, "moved": f"admin/moved/{run}"}
    assert "There is no such run" in ask("run", "info", cats, text=True, code=1)
    for project in ("copies", "clone", "moved"):
        (series, _) = ask("run", "series", f"{project}/{run}")
        assert (series["key"], series["count"]) == ("loss", 10)
        ask("project", "delete", project, "--yes")
