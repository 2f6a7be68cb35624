"""Media of a run by ``Api`` and by the command line."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from swanlab.api.media import _plain
from swanlab.cli.main import main
from swanlab.client import Client, run_path
from swanlab.errors import InvalidArgument, ServerError
from swanlab.records import MAX_ENTRY, MEDIA, File, Item, Media
from tests.server.wire import frame, header

STEPS = 230
MASK = b"mask"


@pytest.fixture
def shown(lab):
    """The path of a run with many texts, one picture that is there and one on its way."""
    client = Client(lab.host, lab.api_key)
    client.open_run(None, "shown", {"id": "m1"})
    at = run_path("admin", "shown", "m1")
    records = [
        Media("val/said", step, step, "text", [Item("txt", data=f"text {step}".encode())] * 2)
        for step in range(STEPS)
    ]
    for number, data in enumerate((b"picture", MASK)):
        digest = sha256(data).hexdigest()
        client.put_part(f"{at}/blobs/{digest}/upload", 0, len(data), data)
        client.request("POST", f"{at}/blobs/{digest}", {"size": len(data)})
        records.append(File(0, f"{MEDIA}{number}.png", len(data), 0, digest, kind="media"))
    there = Item("png", f"{MEDIA}0.png", b"", "cat", {"files": {"truth": f"{MEDIA}1.png"}})
    records.append(Media("../seen", 3, 3, "image", [there, Item("png", f"{MEDIA}later.png")]))
    large = "x" * (MAX_ENTRY - 1000)
    large_ones = [
        Media("large", step, step, "text", [Item("txt", data=large.encode())]) for step in range(20)
    ]
    offset = client.post_frames(at, "w", 0, frame(header("m1", "w"), *records)).offset
    for one in large_ones:
        offset = client.post_frames(at, "w", offset, frame(one)).offset
    yield "shown/m1"
    client.request("DELETE", "/projects/admin/shown")
    client.close()


def test_media_are_listed_and_read(api, shown):
    run = api.run(shown)
    said = run.media("val/said")
    assert [(one.step, one.index) for one in said] == [(n, i) for n in range(STEPS) for i in (0, 1)]
    assert [one.read() for one in said[::2]] == [f"text {n}".encode() for n in range(STEPS)]
    (first, later) = run.media("../seen")
    assert (first.kind, first.format, first.caption, first.stored) == ("image", "png", "cat", True)
    assert (first.read(), first.parts, first.read("truth")) == (b"picture", ["truth"], MASK)
    assert not later.stored
    with pytest.raises(ServerError, match="not with the server"):
        later.read()
    with pytest.raises(ServerError, match="not with the server"):
        first.read("gone")
    with pytest.raises(InvalidArgument, match="no image"):
        said[0].to_pil()
    assert [one.step for one in run.media("val/said", step=7)] == [7, 7]
    assert run.media("gone") == []
    assert len(run.media()) == 2 * STEPS + 2 + 20


def test_what_is_too_large_for_one_answer_comes_in_several(api, shown):
    assert [one.step for one in api.run(shown).media("large")] == list(range(20))


def test_a_download_stays_in_its_folder(api, shown, tmp_path):
    first = api.run(shown).media("../seen")[0]
    place = first.download(tmp_path / "to")
    assert place == tmp_path / "to" / "_" / "seen" / "image-step3-0.png"
    assert place.read_bytes() == b"picture"
    with pytest.raises(FileExistsError):
        first.download(tmp_path / "to", replace=False)
    assert [_plain(name) for name in ("..", "", "a/b", "C:\\x", "con\0")] == [
        "_", "_", "a_b", "C_x", "con_",
    ]  # fmt: skip


def test_the_command_line_lists_and_fetches(lab, shown, monkeypatch, tmp_path):
    monkeypatch.setenv("SWANLAB_API_KEY", lab.api_key)
    monkeypatch.setenv("SWANLAB_API_HOST", lab.host)

    def command(*arguments: str):
        done = CliRunner().invoke(main, ["api", "run", "media", shown, *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert [one["step"] for one in command("--key", "val/said", "--step", "9")] == [9, 9]
    done = command("--key", "../seen", "--to", str(tmp_path / "to"))
    assert [Path(one["written"]).read_bytes() for one in done[:1]] == [b"picture"]
    assert done[1]["written"] is None
