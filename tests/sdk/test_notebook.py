"""A real notebook in a real kernel."""

from __future__ import annotations

import json
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import recorded
from tests.serving import Serving, wait_for

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A running server that we are logged in to."""
    serving = Serving(tmp_path / "server").start().log_in()
    yield serving
    serving.stop(signal.SIGKILL)


@pytest.fixture(autouse=True)
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel of this interpreter, with folders of its own."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    spec = tmp_path / "jupyter" / "kernels" / "own"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "own", "language": "python"})
    )


def execute(*cells: str, kill: bool = False) -> Any:
    """Run the cells one after the other in one kernel and return the notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook's own libraries
        client = nbclient.NotebookClient(
            notebook, kernel_name="own", timeout=60, allow_errors=True,
            resources={"metadata": {"path": str(Path.cwd())}},
        )  # fmt: skip
        client.execute()
    return notebook


def html_of(cell: Any) -> list[str]:
    return [one["data"]["text/html"] for one in cell.outputs if "text/html" in one.get("data", {})]


def printed(cell: Any) -> str:
    return "".join(one["text"] for one in cell.outputs if one["output_type"] == "stream")


def test_a_notebook_shows_a_link_and_its_run_holds_points_and_output(server):
    notebook = execute(
        "import swanlab\nrun = swanlab.init(project='cats', id='cells', config={'lr': 1})",
        "for step in range(3):\n    swanlab.log({'loss': step})\n    print('step', step)",
        "again = swanlab.init(project='cats')\nassert again is run",
        "swanlab.finish()",
        "print('after', run.state.name)",
    )
    errors = [one for cell in notebook.cells for one in cell.outputs if one.output_type == "error"]
    assert errors == []
    (link,) = html_of(notebook.cells[0])
    assert f'href="{server.host}/@admin/cats/runs/cells"' in link
    assert "a run is active already" in printed(notebook.cells[2])
    assert printed(notebook.cells[1]) == "step 0\nstep 1\nstep 2\n"
    assert printed(notebook.cells[4]) == "after SUCCESS\n"

    run = server.run("admin/cats", "cells")
    assert (run["state"], run["config"]) == ("finished", {"lr": 1})
    assert server.points("admin/cats", "cells", "loss") == [(0, 0), (1, 1), (2, 2)]
    lines = server.get("/projects/admin/cats/runs/cells/logs")["lines"]
    assert [line["text"] for line in lines] == ["step 0", "step 1", "step 2"]


def test_the_end_of_the_kernel_is_the_end_of_the_run_and_a_failed_cell_is_not():
    execute(
        "import swanlab; run = swanlab.init(project='cats', mode='local')",
        "raise ValueError('a typo in a cell')",
        "swanlab.log({'loss': 1})",
    )
    (folder,) = Path("swanlog").glob("run-*")
    found = recorded(folder)
    assert found.points == {"loss": [(0, 1)]}

    def finishes() -> list[Any]:
        return [*recorded(folder).finishes, *recorded(folder, "sidecar").finishes]

    wait_for(finishes)
    assert [finish.state for finish in finishes()] == ["success"]


def test_a_restarted_kernel_goes_on_with_the_run_of_the_same_id():
    for value in (1, 2):
        execute(
            "import swanlab; run = swanlab.init(project='cats', mode='local', id='kernel')",
            f"swanlab.log({{'loss': {value}}})",
        )
    points = [
        recorded(folder).points["loss"] for folder in sorted(Path("swanlog").glob("run-*-kernel*"))
    ]
    assert points == [[(0, 1)], [(1, 2)]]


def test_a_notebook_that_is_asked_to_stop_has_its_cell_interrupted_and_its_run_goes_on(server):
    notebook = execute(
        "import swanlab, time\nfrom swanlab.client import Client\n"
        "run = swanlab.init(project='cats', id='cells')",
        f"client = Client({server.host!r}, {server.api_key!r})\n"
        "client.request('POST', '/projects/admin/cats/runs/cells/stop')\n"
        "while True:\n    swanlab.log({'loss': 1})\n    time.sleep(0.05)",
        "asked = {}\n"
        "while not asked.get('answer'):\n"
        "    time.sleep(0.1)\n"
        "    asked = client.request('GET', '/projects/admin/cats/runs/cells')['stop']\n"
        "print(asked['answer'], run.alive)\nswanlab.finish()",
    )
    errors = [[out.get("ename") for out in cell.outputs] for cell in notebook.cells]
    assert "KeyboardInterrupt" in errors[1]
    assert "cell True" in printed(notebook.cells[2])
    wait_for(lambda: server.get("/projects/admin/cats/runs/cells")["state"] == "finished", 30)
