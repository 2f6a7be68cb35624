"""The frameworks' own virtual environment, a server, and what scripts left on it."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from swanlab.client import Client
from tests.plugin.receivers import Service
from tests.serving import PASSWORD, Serving

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".frameworks" / "bin" / "python"

Points = dict[str, list[tuple[int, float]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of a process waits for imports that take a minute on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """The process that runs the scripts, in the environment of the frameworks."""
    if not PYTHON.exists() or not (ROOT / ".frameworks" / ".installed").exists():
        pytest.fail("The frameworks are not installed. Run: make frameworks", pytrace=False)
    folder = tmp_path_factory.mktemp("warm")
    with (folder / "log").open("w") as log, subprocess.Popen(
        [str(PYTHON), str(Path(__file__).with_name("warm.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        cwd=folder,
        env=quiet({name: v for name, v in os.environ.items() if not name.startswith("SWANLAB_")}),
    ) as process:  # fmt: skip
        yield process
        process.kill()  # It holds nothing; the end of Python with all that imported is slow.


def quiet(env: dict[str, str]) -> dict[str, str]:
    """``env`` for frameworks that keep to themselves: nothing fetched, one thread."""
    return {
        **env,
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        # LLaMA-Factory names newer releases than it was tested with by this switch of its own.
        "DISABLE_VERSION_CHECK": "1",
    }


@pytest.fixture
def framework(warm: subprocess.Popen[str], tmp_path: Path) -> Callable[..., str]:
    """Runs a script with the frameworks and returns what it printed; its failure is the test's."""

    def run(*source: str, **env: str) -> str:
        script = Path.cwd() / "train.py"
        script.write_text("\n".join(textwrap.dedent(part) for part in source))
        output = tmp_path / "output"
        job = {
            "script": str(script),
            "folder": str(Path.cwd()),
            "env": quiet({**os.environ, "HOME": str(tmp_path / "home"), **env}),
            "output": str(output),
        }
        print(json.dumps(job), file=warm.stdin, flush=True)
        status = warm.stdout.readline().strip()
        assert status == "0", f"{status!r}\n{output.read_text() if output.exists() else ''}"
        return output.read_text()

    return run


class Lab:
    """A server, the environment that leads a script to it, and what is on it."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.env = {
            "SWANLAB_API_HOST": serving.host,
            "SWANLAB_API_KEY": str(serving.api_key),
            "SWANLAB_MODE": "cloud",
        }

    def run(self, project: str) -> dict[str, Any]:
        """The only run of the project."""
        (found,) = self.serving.get(f"/projects/admin/{project}/runs")["runs"]
        return self.serving.run(f"admin/{project}", found["id"])

    def points(self, project: str, keys: set[str]) -> Points:
        """The points of ``keys`` in the only run of the project."""
        run = self.run(project)["id"]
        return {key: self.serving.points(f"admin/{project}", run, key) for key in keys}


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    serving = Serving(tmp_path_factory.mktemp("lab")).start()
    client = Client(serving.host)
    serving.api_key = client.sign_in("admin", PASSWORD)
    client.close()
    yield Lab(serving)
    serving.stop()


@pytest.fixture
def chat() -> Iterator[Service]:
    """A chat service that says that it took a message."""
    service = Service()
    service.answer = {"code": 0, "errcode": 0}
    yield service
    service.stop()
