"""Files of a run by ``Api`` and by the command line."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from swanlab.api.files import _below
from swanlab.cli.main import main
from swanlab.client import Client, run_path
from swanlab.errors import ServerError
from swanlab.records import File
from tests.server.wire import frame, header

FILES = {"out/model.pt": bytes(range(256)) * 5000, "a.txt": b"hello", "empty": b""}


@pytest.fixture
def kept(lab):
    """The path of a run with files, and how to add one."""
    client = Client(lab.host, lab.api_key)
    client.open_run(None, "filed", {"id": "f1"})
    at = run_path("admin", "filed", "f1")
    offset = client.post_frames(at, "w", 0, frame(header("f1", "w"))).offset
    count = 0

    def add(name: str, data: bytes | None) -> None:
        nonlocal offset, count
        digest = "" if data is None else sha256(data).hexdigest()
        count += 1
        size = len(data or b"")
        offset = client.post_frames(
            at, "w", offset, frame(File(count, name, size, 7, digest))
        ).offset
        if data is not None:
            if data:
                client.put_part(f"{at}/blobs/{digest}/upload", 0, size, data)
            client.request("POST", f"{at}/blobs/{digest}", {"size": size})

    for name, data in FILES.items():
        add(name, data)
    add("later.bin", None)
    yield add
    client.request("DELETE", "/projects/admin/filed")
    client.close()


def test_files_are_listed_and_fetched(api, kept, tmp_path):
    run = api.run("filed/f1")
    found = {one.path: one for one in run.files()}
    assert list(found) == ["a.txt", "empty", "later.bin", "out/model.pt"]
    assert [one.path for one in run.files("*.pt")] == ["out/model.pt"]
    assert (found["later.bin"].stored, found["later.bin"].digest) == (False, None)
    assert found["a.txt"].read() == b"hello"
    for name, data in FILES.items():
        place = found[name].download(tmp_path / "here")
        assert place == tmp_path / "here" / name
        assert place.read_bytes() == data
    with pytest.raises(FileExistsError):
        found["a.txt"].download(tmp_path / "here", replace=False)
    with pytest.raises(ServerError) as missing:
        found["later.bin"].download(tmp_path)
    assert missing.value.status == 404
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "a.txt", "empty", "model.pt",
    ]  # fmt: skip


def test_a_download_goes_on_where_it_was_cut(api, kept, tmp_path):
    (file,) = api.run("filed/f1").files("*.pt")
    data = FILES["out/model.pt"]
    fresh = tmp_path / "fresh"
    fresh.write_bytes(data[:1_000_000])
    file._fetch(fresh)
    assert fresh.read_bytes() == data


def test_a_file_replaced_meanwhile_is_never_a_mixture_of_two(api, kept, tmp_path):
    (file,) = api.run("filed/f1").files("a.txt")
    kept("a.txt", b"another")
    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"hel")
    file._fetch(fresh)
    assert fresh.read_bytes() == b"another"
    with pytest.raises(ServerError, match="replaced since"):
        file.download(tmp_path)
    assert not (tmp_path / "a.txt").exists()


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:\\a", "C:a", "a\\..\\b", "", "."])
def test_no_name_from_a_server_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(ServerError):
        _below(tmp_path, name)


def test_the_command_line_lists_and_fetches(lab, kept, monkeypatch, tmp_path):
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)

    def command(*arguments: str):
        done = CliRunner().invoke(main, ["api", "run", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert [one["path"] for one in command("files", "filed/f1")] == [
        "a.txt", "empty", "later.bin", "out/model.pt",
    ]  # fmt: skip
    done = command("download", "filed/f1", "--to", str(tmp_path / "to"))
    assert {one["path"]: one["note"] for one in done} == {
        "a.txt": "", "empty": "", "later.bin": "not sent yet", "out/model.pt": "",
    }  # fmt: skip
    assert (tmp_path / "to" / "out" / "model.pt").read_bytes() == FILES["out/model.pt"]
    again = command("download", "filed/f1", "--to", str(tmp_path / "to"), "--keep", "--match", "a*")
    assert again == [{"path": "a.txt", "written": None, "note": "is there already"}]
    assert Path(tmp_path / "to" / "a.txt").read_bytes() == b"hello"
