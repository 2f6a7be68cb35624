"""Every example of the documented page of ``init()``, run as it is written there.

Two are elsewhere, with the features they show: a callback that sends mail, and resuming by ``id``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import swanlab
from swanlab.errors import AuthenticationError
from tests.recorded import Recorded, recorded
from tests.serving import Serving

SETTING = {
    "project, name and description": """
        swanlab.init(
            project="cats-detection",
            experiment_name="YoloX-baseline",
            description="YoloX检测模型的基线实验，主要用于后续对比。",
        )
        """,  # noqa: RUF001
    "tags": """
        swanlab.init(
            tags=["yolo", "detection", "baseline"]
        )
        """,
    "logdir": """
        swanlab.init(
            logdir="path/to/my_custom_dir",
        )
        """,
    "config": """
        swanlab.init(
            config={
                "learning-rate": 1e-4,
                "model": "CNN",
            }
        )
        """,
}


@pytest.fixture
def page(script):
    """Runs an example in a program of its own, without an account, and reads what it recorded."""

    def run(example: str, imports: str = "import swanlab\n") -> Recorded:
        import textwrap

        done = script(imports + textwrap.dedent(example))
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        (folder,) = Path().glob("**/run-*")
        found = recorded(folder)
        assert [finish.state for finish in found.finishes] == ["success"]
        return found

    return run


def test_the_example_of_init_before_log(page):
    found = page(
        """
        import swanlab

        swanlab.init()
        swanlab.log({"loss": 0.1846})
        """,
        imports="",
    )
    assert found.points == {"loss": [(0, 0.1846)]}


def test_the_example_of_logging_by_the_run_that_init_returns(page):
    found = page(
        """
        import swanlab

        run = swanlab.init()
        run.log({"loss": 0.1846})
        """,
        imports="",
    )
    assert found.points == {"loss": [(0, 0.1846)]}


def test_the_example_of_an_explicit_finish(page):
    found = page(
        """
        import swanlab

        swanlab.init()
        swanlab.finish()
        """,
        imports="",
    )
    assert len(found.starts) == 1


def test_the_example_of_project_name_and_description(page):
    (start,) = page(SETTING["project, name and description"]).starts
    assert (start.project, start.name) == ("cats-detection", "YoloX-baseline")
    assert start.description == "YoloX检测模型的基线实验，主要用于后续对比。"  # noqa: RUF001


def test_the_example_of_tags(page):
    (start,) = page(SETTING["tags"]).starts
    assert start.tags == ["yolo", "detection", "baseline"]


def test_the_example_of_the_logdir(page):
    page(SETTING["logdir"])
    assert len(list(Path("path/to/my_custom_dir").glob("run-*"))) == 1


def test_the_example_of_metadata_in_the_config(page):
    assert page(SETTING["config"]).config == {"learning-rate": 1e-4, "model": "CNN"}


def test_the_example_of_uploading_to_an_organization(script, tmp_path):
    """The page's placeholder is no name of anybody: refused; a workspace of one's own is taken."""
    server = Serving(tmp_path / "server").start().log_in()
    example = """
        import swanlab
        swanlab.init(
            workspace="[组织的username]"
        )
        """
    done = script(example)
    assert done.returncode == 1
    assert "RunRefused" in done.stderr
    done = script(example.replace("[组织的username]", "admin"))
    assert done.returncode == 0, done.stderr
    (run,) = server.get("/projects/admin/work/runs")["runs"]
    assert run["state"] == "finished"
    server.stop()


def test_the_outdated_cloud_flag_overrides_the_mode(capsys):
    assert swanlab.init(mode="offline", cloud=False).mode == "local"
    assert "cloud=False is out of date; use mode='local'" in capsys.readouterr().err
    swanlab.finish()
    with pytest.raises(AuthenticationError, match="mode='cloud' needs a server"):
        swanlab.init(mode="offline", cloud=True)


def test_name_and_notes_give_way_to_their_longer_forms():
    run = swanlab.init(
        mode="offline", name="less", notes="less", experiment_name="e", description="d"
    )
    (start,) = recorded(run.dir).starts
    assert (start.name, start.description) == ("e", "d")


def test_without_a_name_it_is_an_animal_and_a_number():
    names = []
    for _ in range(2):
        names.append(swanlab.init(mode="offline").name)
        swanlab.finish()
    assert names == ["swan-1", "rat-2"]
