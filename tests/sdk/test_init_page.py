"""Every example and every row of the documented page of ``init()``.

The examples are run as they are written there; what the page leaves open (``...``, ``[…]``) is
filled in. The test code of resuming is in ``test_resume.py``, in every mode.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import swanlab
from swanlab.errors import AuthenticationError, InvalidArgument
from tests.plugin.receivers import PASSWORD, Mailbox, certificate, mail_server
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


def test_the_example_of_the_plugin_sends_its_mail(script, tmp_path):
    mailbox, pair = Mailbox(), certificate(tmp_path)
    server = mail_server(mailbox, pair, tls_first=False)
    example = """
        import swanlab
        from swanlab.plugin.notification import EmailCallback

        email_callback = EmailCallback(...)

        swanlab.init(
            callbacks=[email_callback]
        )
        """
    given = (
        f"sender_email='a@lab.example', receiver_email='b@lab.example', password={PASSWORD!r}, "
        f"smtp_server='localhost', port={server.port}"
    )
    done = script(example.replace("...", given), SSL_CERT_FILE=str(pair[0]))
    server.stop()
    assert done.returncode == 0, done.stderr
    assert mailbox.receivers == [["b@lab.example"]]
    assert [mail["From"] for mail in mailbox.mails] == ["a@lab.example"]


def test_the_example_of_resuming_by_an_id_of_21_characters(page):
    found = page(
        """
        swanlab.init(
            resume=True,
            id="14pk4qbyav4toobziszli",  # id必须为21位字符串
        )
        """
    )
    assert [header.run for header in found.headers] == ["14pk4qbyav4toobziszli"]


ROWS = {
    "project": "test_init.py::test_the_project_is_the_folders_name_made_valid",
    "workspace": "test_init_page.py::test_the_example_of_uploading_to_an_organization",
    "experiment_name": "test_init_page.py::test_without_a_name_it_is_an_animal_and_a_number",
    "tags": "test_init_page.py::test_the_example_of_tags",
    "description": "test_init_page.py::test_without_a_description_there_is_none",
    "config": "test_init.py::test_config_from_a_file",
    "logdir": "test_init_page.py::test_the_example_of_the_logdir",
    "mode": "test_init_page.py::test_the_four_modes_keep_and_send_what_the_page_says",
    "load": "test_settings.py::test_load_fills_in_what_is_not_given",
    "public": "test_init_page.py::test_a_project_is_private_unless_it_is_made_public",
    "callbacks": "test_callbacks.py::test_a_callback_of_swankit_itself_is_one",
    "name": "test_init_page.py::test_name_and_notes_give_way_to_their_longer_forms",
    "notes": "test_init_page.py::test_name_and_notes_give_way_to_their_longer_forms",
    "settings": "test_settings.py::test_settings_take_the_fields_of_either_generation",
    "id": "test_init_page.py::test_the_example_of_resuming_by_an_id_of_21_characters",
    "resume": "test_init_page.py::test_true_and_false_mean_allow_and_never",
    "reinit": "test_init.py::test_a_second_init_returns_the_active_run_and_reinit_starts_another",
    "cloud": "test_init_page.py::test_the_outdated_cloud_flag_overrides_the_mode",
}
"""Every row of the page's table, and the parameter that is out of date."""


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_table_has_a_test(row):
    file, _, name = ROWS[row].partition("::")
    text = Path(__file__).with_name(file).read_text()
    assert re.search(rf"^def {name}\(", text, re.MULTILINE)


def test_without_a_description_there_is_none():
    run = swanlab.init(mode="offline")
    (start,) = recorded(run.dir).starts
    assert (start.description, start.tags, start.workspace) == (None, [], None)


def test_the_four_modes_keep_and_send_what_the_page_says(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    for mode in ("cloud", "local", "offline", "disabled"):
        swanlab.init(project=mode, mode=mode)
        swanlab.log({"loss": 1})
        swanlab.finish()
    kept = {recorded(folder).starts[0].mode for folder in Path("swanlog").glob("run-*")}
    assert kept == {"cloud", "local", "offline"}
    assert [project["name"] for project in server.get("/projects")["projects"]] == ["cloud"]
    server.stop()


def test_a_project_is_private_unless_it_is_made_public(tmp_path):
    server = Serving(tmp_path / "server").start().log_in()
    made = [("plain", None), ("private", False), ("open", True)]
    for project, public in [*made, ("plain", True), ("open", False)]:  # one that is there stays
        swanlab.init(project=project, mode="cloud", public=public)
        swanlab.finish()
    with swanlab.Api() as api:
        seen = {one.name: one.visibility.lower() for one in api.projects()}
    server.stop()
    assert seen == {"plain": "private", "private": "private", "open": "public"}


def test_true_and_false_mean_allow_and_never():
    for resume in (True, "allow"):
        swanlab.init(mode="offline", id="x", resume=resume).finish()
    for resume in (False, "never"):
        with pytest.raises(InvalidArgument, match="never"):
            swanlab.init(mode="offline", id="x", resume=resume)
        swanlab.init(mode="offline", resume=resume).finish()
