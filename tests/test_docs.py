"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import swanlab
from swanlab import settings
from tests.conftest import run_folder
from tests.recorded import recorded
from tests.serving import Serving

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "settings.md").read_text()
    for name, option in settings.OPTIONS.items():
        for word in (*settings.variables(name), *option.fields):
            assert f"`{word}`" in text
        assert option.disabled_by is None or f"`{option.disabled_by}=1`" in text
        assert option.help in text


LOCAL = ("config", "define_metric", "init", "log", "run", "settings", "utils")
WITH_SERVER = ("login", "sync")
ELSEWHERE = {
    "accounts": "api/test_accounts.py",
    "alerts": "api/test_rules.py",
    "api": "api/test_docs.py",
    "callbacks": "sdk/test_callbacks.py",
    "distributed": "sdk/test_resume.py",
    "files": "test_docs.py",
    "filter": "api/test_docs.py",
    "integrations": "frameworks/test_docs.py",
    "media": "test_docs.py",
    "mirror": "frameworks/test_mirror_docs.py",
    "notifications": "plugin/test_notification.py",
    "resume": "sdk/test_resume.py",
    "teams": "api/test_teams.py",
}
"""Pages whose code is run by another test, beside what it needs."""


def test_the_code_of_every_page_is_run_by_a_test():
    known = {*LOCAL, *WITH_SERVER, *ELSEWHERE}
    for path in (ROOT / "docs").glob("*.md"):
        if "```python" in path.read_text():
            assert path.stem in known, f"{path.name} has code that no test runs"
    for page, file in ELSEWHERE.items():
        assert f"{page}.md" in (ROOT / "tests" / file).read_text()


def test_every_page_can_be_found_from_both_readmes():
    for name in ("README.md", "README_zh.md"):
        text = (ROOT / name).read_text()
        for path in (ROOT / "docs").glob("*.md"):
            assert f"(docs/{path.name})" in text, f"{name} does not point to {path.name}"


@pytest.mark.parametrize("page", WITH_SERVER)
def test_the_code_of_a_page_runs_with_a_server(page, script, tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    text = (ROOT / "docs" / f"{page}.md").read_text()
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        done = script(
            block, HOST=server.host, API_KEY=str(server.api_key), SWANLAB_SAVE_DIR="nobody"
        )
        assert done.returncode == 0, done.stderr
        assert f"{server.host}/@admin/cats-detection/runs/" in done.stdout
    server.stop()


@pytest.mark.parametrize("page", LOCAL)
def test_the_code_of_a_page_runs_as_it_is_written(page, script):
    text = (ROOT / "docs" / f"{page}.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        done = script(block)
        assert done.returncode == 0, done.stderr


def test_the_code_of_files_md_runs_as_it_is_written(script):
    text = (ROOT / "docs" / "files.md").read_text()
    keeping, _ = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    done = script(keeping)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['checkpoints/last.pt'] ['train.py']\n"
    assert (run_folder() / "files" / "checkpoints" / "last.pt").read_bytes() == b"\x02" * 1000


def test_the_code_of_media_md_runs_as_it_is_written(script):
    text = (ROOT / "docs" / "media.md").read_text()
    done = script("".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)))
    assert done.returncode == 0, done.stderr
    assert "not recorded" not in done.stderr
    kinds = {one.key: one.kind for one in recorded(run_folder()).media}
    assert set(kinds.values()) == {
        "image", "audio", "text", "video", "object3d", "molecule", "html", "histogram", "table",
        "echarts",
    }  # fmt: skip


def test_both_readmes_show_the_same_commands():
    def blocks(name: str) -> list[list[str]]:
        text = (ROOT / name).read_text()
        found = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
        return [[line.partition("#")[0].strip() for line in block.splitlines()] for block in found]

    english = [[line.replace('"baseline"', "…") for line in b] for b in blocks("README.md")]
    chinese = [
        [line.replace('"基线"', "…").replace('"baseline"', "…") for line in b]
        for b in blocks("README_zh.md")
    ]
    assert english == chinese


def test_the_version_is_one(tmp_path):
    assert f'version = "{swanlab.__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_files_the_documents_name_exist():
    for name in ("CONTRIBUTING.md", "README.md"):
        for path in re.findall(
            r"`((?:swanlab|web|docs|bench)/[\w/.]+)`", (ROOT / name).read_text()
        ):
            assert (ROOT / path).exists(), path


def test_everything_public_can_be_had():
    for name in swanlab.__all__:
        assert hasattr(swanlab, name)
    assert swanlab.run is None
