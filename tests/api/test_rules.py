"""Rules by program and on the command line; the code in docs/alerts.md is run as it stands."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from swanlab.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text()


@pytest.fixture(autouse=True)
def cats(lab, record, monkeypatch):
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)
    record("cats", "r1", {"loss": [(0, 1.0)]})
    yield
    CliRunner().invoke(main, ["api", "project", "delete", "cats", "--yes"])


def test_the_code_of_alerts_md_runs(capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    exec(compile(code, "alerts.md", "exec"), {})
    assert capsys.readouterr().out == "above 100.0 False\n"


def test_the_commands_of_alerts_md_run():
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    number, outputs = "1", []
    for line in commands.strip().splitlines():
        words = [number if word == "1" else word for word in shlex.split(line)]
        done = CliRunner().invoke(main, [*words[1:], "--json"])
        assert done.exit_code == 0, done.output
        outputs.append(json.loads(done.output))
        if "create" in words:
            number = str(outputs[-1]["id"])
    assert [one["event"] for one in outputs[1]] == ["crashed"]
    (tried,) = outputs[3]
    assert (tried["channel"], tried["run"]) == ("email", None)
    assert (outputs[4]["email"], outputs[4]["webhook"]) == (False, "https://chat.example/hook")
