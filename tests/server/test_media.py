"""What runs logged as media: how it comes in, who sees it, and how its bytes go out."""

from __future__ import annotations

import io
import struct
import zlib
from hashlib import sha256

import msgspec
import numpy as np
import PIL.Image
import pytest
from sqlalchemy import select

from swanlab.records import MAX_ENTRY, MEDIA, File, Item, Media
from swanlab.server.db.schema import files as files_table
from swanlab.server.db.schema import media as media_table
from swanlab.server.db.schema import run_blobs
from swanlab.server.state import Server
from tests.server.wire import Sender, frame, header, hold

PROJECT = "/projects/alice/demo"


def png(width: int = 600, height: int = 300) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def text(key: str, step: int, *texts: str, t: int = 0, kind: str = "text") -> Media:
    return Media(key, step, t, kind, [Item("txt", data=one.encode()) for one in texts])


def picture(name: str, step: int = 0, t: int = 0, **changes) -> bytes:
    """What the training writes of one picture."""
    path = f"{MEDIA}{name}"
    fields = {"format": name.rpartition(".")[2], "path": path, "meta": {"width": 2}, **changes}
    wish = File(t, path, size=1, policy="now", kind="media-plain")
    return frame(wish, Media("seen", step, t, "image", [Item(**fields)]))


def finished(name: str, data: bytes, t: int = 5) -> bytes:
    """What the background process writes of a file it has hashed."""
    digest = sha256(data).hexdigest()
    path = f"{MEDIA}{name}"
    return frame(File(t, path, size=len(data), policy="now", kind="media", digest=digest))


def stored(client, run: str, sender: Sender, name: str, data: bytes) -> str:
    """Log a picture at step 0 and let its bytes arrive; return its digest."""
    sender.send(frame(header()) if not sender.offset else b"")
    sender.send(picture(name))
    Sender(client, run, "sidecar-1").send(frame(header(role="sidecar")) + finished(name, data))
    return hold(client, run, data)


def entries(client, key: str = "seen", **wanted) -> list[dict]:
    body = {"wanted": [{"run": "r1", "key": key, "limit": 100, **wanted}]}
    answer = client.post(f"{PROJECT}/media/entries", json=body)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["found"]
    return found


def series(client) -> list[dict]:
    answer = client.post(f"{PROJECT}/media/keys", json={"runs": ["r1", "gone"]})
    assert answer.status_code == 200, answer.text
    return answer.json()["series"]


def test_keys_steps_and_entries(alice, run, sender):
    sender.send(
        frame(header(), text("a/said", 0, "x"), text("a/said", 7, "y", "z"), text("b", 1 << 62, ""))
    )
    assert series(alice) == [
        {"run": "r1", "key": "a/said", "rank": 0, "kind": "text", "count": 2, "first": 0,
         "last": 7, "most": 2},
        {"run": "r1", "key": "b", "rank": 0, "kind": "text", "count": 1, "first": 1 << 62,
         "last": 1 << 62, "most": 1},
    ]  # fmt: skip
    steps = alice.get(f"{run}/media/steps", params={"key": "a/said"})
    assert steps.json() == {"steps": [0, 7], "complete": True}
    again = {"if-none-match": steps.headers["etag"]}
    same = alice.get(f"{run}/media/steps", params={"key": "a/said"}, headers=again)
    assert same.status_code == 304
    found = entries(alice, "a/said")
    assert [(one["step"], [item["text"] for item in one["items"]]) for one in found] == [
        (0, ["x"]), (7, ["y", "z"]),
    ]  # fmt: skip
    assert [one["step"] for one in entries(alice, "a/said", limit=1)] == [7]
    assert [one["step"] for one in entries(alice, "a/said", hi=6)] == [0]
    assert entries(alice, "gone") == entries(alice, "a/said", rank=1) == []


def test_a_picture_is_named_at_once_and_shown_when_its_bytes_are_there(alice, run, sender):
    data = png(20, 10)
    sender.send(frame(header()) + picture("a.png", caption="cat"))
    (entry,) = entries(alice)
    (item,) = entry["items"]
    assert (item["digest"], item["caption"], item["meta"]) == (None, "cat", {"width": 2})
    Sender(alice, run, "sidecar-1").send(frame(header(role="sidecar")) + finished("a.png", data))
    assert entries(alice)[0]["items"][0]["digest"] is None  # nothing to be asked for yet
    digest = sha256(data).hexdigest()
    assert alice.get(f"{run}/media/{digest}").status_code == 404
    hold(alice, run, data)
    assert entries(alice)[0]["items"][0]["digest"] == digest
    answer = alice.get(f"{run}/media/{digest}")
    assert (answer.status_code, answer.content) == (200, data)
    # It is no file that somebody saved.
    assert alice.get(f"{run}/files").json()["total"] == 0


def test_why_bytes_will_not_come_is_told(alice, run, sender):
    sender.send(frame(header()) + picture("a.png"))
    error = File(5, f"{MEDIA}a.png", policy="now", kind="media", error="No space left")
    Sender(alice, run, "sidecar-1").send(frame(header(role="sidecar"), error))
    assert entries(alice)[0]["items"][0]["error"] == "No space left"


def blobs_held(server: Server) -> set[str]:
    with server.db.read() as connection:
        return set(connection.execute(select(run_blobs.c.digest)).scalars())


def test_a_replaced_step_lets_its_bytes_go(alice, run, sender, server):
    digest = stored(alice, run, sender, "a.png", png())
    assert blobs_held(server) == {digest}
    sender.send(picture("b.png", t=9))
    assert blobs_held(server) == set()
    assert alice.get(f"{run}/media/{digest}").status_code == 404
    # What the background process says of it only now changes nothing.
    Sender(alice, run, "sidecar-2").send(
        frame(header(role="sidecar", writer="sidecar-2")) + finished("a.png", b"late", t=20)
    )
    assert entries(alice)[0]["items"][0]["digest"] is None


def test_an_earlier_record_that_comes_later_replaces_nothing(alice, run, sender):
    sender.send(frame(header(), text("a", 0, "new", t=10), text("a", 0, "old", t=5)))
    assert entries(alice, "a")[0]["items"][0]["text"] == "new"


def test_one_name_shared_by_two_steps_is_held_until_both_are_replaced(alice, run, sender, server):
    data = png()
    digest = stored(alice, run, sender, "a.png", data)
    sender.send(picture("same.png", step=1))
    Sender(alice, run, "sidecar-2").send(
        frame(header(role="sidecar", writer="sidecar-2")) + finished("same.png", data)
    )
    sender.send(frame(text("seen", 0, "", t=50)))
    assert blobs_held(server) == {digest}
    sender.send(frame(text("seen", 1, "", t=60)))
    assert blobs_held(server) == set()


def test_deleting_the_run_frees_everything(alice, run, sender, tmp_path, server):
    digest = stored(alice, run, sender, "a.png", png())
    assert alice.delete(run).status_code in (200, 204)
    assert blobs_held(server) == set()
    server.blobs.sweep()
    folder = tmp_path / "data" / "media" / "blobs"
    assert digest not in {path.name for path in folder.rglob("*")}
    with server.db.read() as connection:
        assert connection.execute(select(media_table)).all() == []


def packed(*fields) -> bytes:
    """A media record as no SDK writes it."""
    from swanlab import runfile

    return runfile.frame(msgspec.msgpack.encode([12, *fields]))


@pytest.mark.parametrize(
    "bad",
    [
        packed("a", -1, 0, "text", [["txt", "", b"x"]]),
        packed("a", (1 << 64) - 1, 0, "text", [["txt", "", b"x"]]),
        packed("", 0, 0, "text", [["txt", "", b"x"]]),
        packed("a", 0, 0, "", [["txt", "", b"x"]]),
        packed("a", 0, 0, "text", []),
        packed("a", 0, 0, "text", [["txt", "", b"x" * (MAX_ENTRY + 1)]]),
        packed("a", 0, 0, "text", [["txt", "", b"", None, {"x": msgspec.msgpack.Ext(5, b"")}]]),
        packed("a\x00", 0, 0, "text", "no list"),
    ],
)
def test_a_poisoned_record_is_set_aside_and_the_others_hold(alice, run, sender, bad):
    answer = sender.post(frame(header()) + bad + frame(text("good", 0, "x")))
    assert answer.status_code == 200
    assert [one["key"] for one in series(alice)] == ["good"]
    assert entries(alice, "good")[0]["items"][0]["text"] == "x"


def test_names_that_lead_elsewhere_or_belong_to_others_name_nothing(alice, run, sender, server):
    data = b"weights"
    saved = File(0, "model.pt", size=7, digest=sha256(data).hexdigest(), policy="now")
    sender.send(frame(header(), saved))
    digest = hold(alice, run, data)
    for number, name in enumerate(("model.pt", "../x", "/media/../model.pt")):
        item = Item("png", name, meta={"files": {"mask": name, "odd": 5}})
        sender.send(frame(Media("seen", number, number, "image", [item])))
        sender.send(frame(text("seen", number, "", t=100 + number)))
    assert blobs_held(server) == {digest}
    assert alice.get(f"{run}/files").json()["total"] == 1
    assert alice.get(f"{run}/media/{digest}").status_code == 404  # not media


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "image/png"), ("a.svg", "image/svg+xml"), ("a.html", "text/plain"),
        ("a.js", "text/plain"), ("a.wav", "audio/"), ("a.mp4", "video/mp4"),
        ("a.json", "application/json"), ("a.glb", ""), ("a.pdb", ""), ("a.xhtml", "text/plain"),
        ("a.svgz", "application/octet-stream"), ("a.glb.gz", "application/octet-stream"),
        ("a.htm", "text/plain"), ("a.pdf", "application/pdf"), ("a.swf", "application/octet-str"),
    ],
)  # fmt: skip
def test_bytes_go_out_sandboxed_as_what_they_are(alice, run, sender, name, expected):
    data = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    digest = stored(alice, run, sender, name, data)
    answer = alice.get(f"{run}/media/{digest}")
    assert answer.content == data
    kind = answer.headers["content-type"]
    assert kind.startswith(expected)
    assert "html" not in kind
    assert "javascript" not in kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert answer.headers["content-disposition"].startswith("inline")
    assert "immutable" in answer.headers["cache-control"]
    same = alice.get(f"{run}/media/{digest}", headers={"if-none-match": answer.headers["etag"]})
    assert same.status_code == 304
    assert "content-encoding" not in answer.headers  # nothing for the browser to unpack
    for wanted, status, found in (
        ("bytes=1-3", 206, data[1:4]), ("bytes=-3", 206, data[-3:]), ("bytes=5-", 206, data[5:]),
        ("bytes=0-0,2-3", 200, data), ("bytes=3-1", 200, data), (f"bytes={len(data)}-", 416, None),
    ):  # fmt: skip
        part = alice.get(f"{run}/media/{digest}", headers={"range": wanted})
        assert part.status_code == status
        assert found is None or part.content == found


def test_only_who_may_read_the_project_sees_it(alice, run, sender, as_user, nobody):
    digest = stored(alice, run, sender, "a.png", png())
    bob = as_user("bob")
    body = {"wanted": [{"run": "r1", "key": "seen"}]}
    for other, code in ((bob, 404), (nobody, 401)):
        assert other.get(f"{run}/media/{digest}").status_code == code
        assert other.get(f"{run}/media/steps", params={"key": "seen"}).status_code == code
        assert other.post(f"{PROJECT}/media/entries", json=body).status_code == code
        assert other.post(f"{PROJECT}/media/keys", json={"runs": ["r1"]}).status_code == code
    # To know a hash is not to have the picture: bob's run names it, and gets nothing.
    bob.post("/projects/bob/demo/runs", json={"id": "r2"})
    mine = "/projects/bob/demo/runs/r2"
    Sender(bob, mine).send(frame(header("r2")) + picture("a.png") + finished("a.png", png()))
    assert bob.get(f"{mine}/media/{digest}").status_code == 404


def test_a_small_picture_is_made_once_and_has_its_own_etag(alice, run, sender, server):
    digest = stored(alice, run, sender, "a.png", png())
    answer = alice.get(f"{run}/media/{digest}", params={"width": 128})
    assert answer.headers["content-type"] == "image/webp"
    small = PIL.Image.open(io.BytesIO(answer.content))
    assert (small.format, small.size) == ("WEBP", (128, 64))
    again = alice.get(f"{run}/media/{digest}", params={"width": 128})
    assert again.content == answer.content
    assert answer.headers["etag"] != alice.get(f"{run}/media/{digest}").headers["etag"]
    whole = alice.get(f"{run}/media/{digest}", params={"width": 2048})
    assert whole.content == png()
    assert alice.get(f"{run}/media/{digest}", params={"width": 5}).status_code == 400


def bomb(width: int, height: int) -> bytes:
    """A PNG of one pixel that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data)
        )  # fmt: skip

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (bomb(50_000, 50_000), 413, "too_large"),
        (bomb(10_000, 9_000), 413, "too_large"),
        (bomb(4_000, 4_000), 422, "no_picture"),
        (png()[:5000], 422, "no_picture"),
        (b"hello", 422, "no_picture"),
        (b"", 422, "no_picture"),
        (b"GIF89a" + b"\xff" * 100, 422, "no_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "no_picture"),
    ],
)
def test_hostile_pictures_are_refused_with_a_reason(alice, run, sender, data, status, code):
    digest = stored(alice, run, sender, "a.png", data)
    answer = alice.get(f"{run}/media/{digest}", params={"width": 128})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert alice.get(f"{run}/media/{digest}").content == data


def test_a_post_of_many_entries_keeps_the_newest_of_each_step(alice, run, sender, server):
    """Within one post, and over what an earlier post left."""

    def entry(step: int, t: int) -> bytes:
        return picture(f"{step}-{t}.png", step, t)

    sender.send(frame(header()) + b"".join(entry(step, 10) for step in range(700)))
    again = [entry(step, t) for step in range(0, 700, 2) for t in (20, 15, 30)]
    old = [entry(step, 5) for step in range(1, 700, 2)]
    sender.send(b"".join(again + old))
    assert [one["step"] for one in entries(alice)] == list(range(600, 700))
    assert series(alice)[0]["count"] == 700
    with server.db.read() as connection:
        rows = connection.execute(select(files_table.c.path, files_table.c.kind)).all()
    kept = {path for path, kind in rows if kind != "media-gone"}
    assert kept == {f"{MEDIA}{step}-{10 if step % 2 else 30}.png" for step in range(700)}


def test_what_had_no_encoder_is_shown_as_the_gif_it_became(alice, run, sender):
    data = b"GIF89a" + b"\0" * 20
    sender.send(frame(header()) + picture("a.mp4"))
    digest = sha256(data).hexdigest()
    became = File(5, f"{MEDIA}a.mp4", size=26, policy="now", kind="media-gif", digest=digest)
    Sender(alice, run, "sidecar-1").send(frame(header(role="sidecar"), became))
    hold(alice, run, data)
    assert entries(alice)[0]["items"][0]["format"] == "gif"
    answer = alice.get(f"{run}/media/{digest}")
    assert answer.headers["content-type"] == "image/gif"
    assert 'filename="a.gif"' in answer.headers["content-disposition"]


def test_answers_are_bounded(alice, run, sender):
    large = "x" * (MAX_ENTRY - 1000)
    sender.send(frame(header()))
    for step in range(20):
        sender.send(frame(text("large", step, large)))
    body = {"wanted": [{"run": "r1", "key": "large", "limit": 100}]}
    answer = alice.post(f"{PROJECT}/media/entries", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert len(entries(alice, "large", limit=5)) == 5


def test_ranks_keep_their_own(alice, run):
    for rank in (0, 3):
        writer = f"trainer-{rank}"
        Sender(alice, run, writer).send(
            frame(header(writer=writer, rank=rank), text("said", 0, f"rank {rank}"))
        )
    assert [one["rank"] for one in series(alice)] == [0, 3]
    assert entries(alice, "said", rank=3)[0]["items"][0]["text"] == "rank 3"


def test_a_resuming_training_is_told_the_last_step(alice, run, sender):
    sender.send(frame(header(), text("said", 41, "x")))
    assert alice.get(f"{run}/resumable").json()["steps"] == {"said": 41}
