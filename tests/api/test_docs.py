"""The code in docs/api.md and docs/cli.md is run as it stands."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

import swanlab
from swanlab.cli.main import main
from swanlab.client import Client, run_path
from swanlab.records import File
from tests.server.wire import frame, header

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def cats(lab, record, monkeypatch):
    """What the documents are written about: run ``r1`` of project ``cats``, logged in."""
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    loss = [(step, 1 / (step + 1)) for step in range(10)]
    acc = [(step, step / 10) for step in range(10)]
    path = record("cats", "r1", {"loss": loss, "acc": acc}, config={"lr": 0.1}, lines=["bad day"])
    yield
    assert path == "admin/cats/r1"
    CliRunner().invoke(main, ["api", "project", "delete", "cats", "--yes"])


def test_the_code_of_api_md_runs(capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(), re.DOTALL))
    exec(compile(code, "api.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert "admin/cats 1" in printed
    assert "['r1']" in printed
    assert str([1 / (step + 1) for step in range(2, 7)]) in printed
    assert "10 0.1" in printed
    assert "0 bad day" in printed
    assert printed[-1] == "0.1"


def test_the_code_of_filter_md_finds_what_it_asks_for(lab, capsys):
    code = "\n".join(
        re.findall(r"```python\n(.*?)```", (DOCS / "filter.md").read_text(), re.DOTALL)
    )
    exec(compile(code, "filter.md", "exec"), {"swanlab": swanlab})
    assert capsys.readouterr().out == ""
    client = Client(lab.host, lab.api_key)
    run = client.request("PATCH", run_path("admin", "cats", "r1"), {"tags": ["baseline"]})
    client.close()
    exec(compile(code, "filter.md", "exec"), {"swanlab": swanlab})
    assert capsys.readouterr().out == f"{run['name']}\n"


def test_the_fetching_code_of_files_md_runs(lab, capsys, monkeypatch):
    client = Client(lab.host, lab.api_key)
    at = run_path("admin", "cats", "r1")
    data = b"weights"
    digest = sha256(data).hexdigest()
    noted = frame(header("r1", "files"), File(1, "best.pt", len(data), 7, digest))
    client.post_frames(at, "files", 0, noted)
    client.put_part(f"{at}/blobs/{digest}/upload", 0, len(data), data)
    client.request("POST", f"{at}/blobs/{digest}", {"size": len(data)})
    client.close()
    _, code = re.findall(r"```python\n(.*?)```", (DOCS / "files.md").read_text(), re.DOTALL)
    exec(compile(code, "files.md", "exec"), {})
    assert capsys.readouterr().out == "best.pt 7 True\n"
    assert Path("fetched/best.pt").read_bytes() == data


def test_the_commands_of_cli_md_print_what_it_says():
    text = (DOCS / "cli.md").read_text()
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for command, output in re.findall(
            r"^\$ swanlab (.*)\n((?:[^$].*\n)+)", block, re.MULTILINE
        ):
            done = CliRunner().invoke(main, command.split())
            assert done.exit_code == 0, done.output
            said = [line.rstrip() for line in done.stdout.splitlines()]
            wanted = output.splitlines()
            if command == "ping":  # what it finds depends on the machine
                said, wanted = [[line.split()[0] for line in part] for part in (said, wanted)]
            assert said == wanted
