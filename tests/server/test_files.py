"""Files of runs: what comes in, who gets it, and when it goes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from swanlab.records import File
from swanlab.server.download import content_type
from tests.server.wire import Sender, frame, header, hold, purge

DATA = bytes(range(256)) * 40
DIGEST = sha256(DATA).hexdigest()


def noted(*files: File) -> bytes:
    return frame(header(), *files)


def file(path: str, data: bytes = DATA, t: int = 0, **changes) -> File:
    fields = {"size": len(data), "mtime": 7, "digest": sha256(data).hexdigest(), "policy": "live"}
    return File(t, path, **{**fields, **changes})


def listed(client, run: str) -> dict[str, dict]:
    answer = client.get(f"{run}/files")
    assert answer.status_code == 200
    return {one["path"]: one for one in answer.json()["files"]}


def content(client, run: str, path: str, **headers: str):
    return client.get(f"{run}/files/content", params={"path": path}, headers=headers)


def blobs_on_disk(tmp_path: Path) -> set[str]:
    return {
        path.name for path in (tmp_path / "data" / "media" / "blobs").rglob("*") if path.is_file()
    }


def test_a_file_is_listed_when_it_is_asked_for_and_fetched_when_its_bytes_are_there(
    alice, run, sender
):
    wish = File(0, "out/model.pt", 12, policy="end", source=b"/home/alice/out/model.pt")
    sender.send(noted(wish))
    asked = listed(alice, run)["out/model.pt"]
    assert (asked["stored"], asked["digest"], asked["size"]) == (False, None, 12)
    sender.send(frame(file("out/model.pt", t=5)))
    assert not listed(alice, run)["out/model.pt"]["stored"]
    assert content(alice, run, "out/model.pt").status_code == 404
    hold(alice, run, DATA)
    assert listed(alice, run)["out/model.pt"]["stored"]
    assert content(alice, run, "out/model.pt").content == DATA
    assert alice.get(f"{run}/blobs/{DIGEST}").content == DATA


def test_the_last_word_on_a_name_holds_whatever_comes_in_which_order(alice, run, sender):
    sender.send(noted(file("a", b"two", t=20), file("a", b"one", t=10), File(30, "a")))
    assert listed(alice, run)["a"]["digest"] == sha256(b"two").hexdigest()
    sender.send(frame(File(40, "a", error="gone")))
    assert listed(alice, run)["a"]["digest"] == sha256(b"two").hexdigest()


def test_names_that_lead_anywhere_else_are_not_taken(alice, run, sender):
    bad = ("../a", "/etc/passwd", "a//b", "a/./b", "a\\b", "a\nb", "", "a/..", "x" * 1025)
    sender.send(noted(*map(file, bad), file("good")))
    assert list(listed(alice, run)) == ["good"]


def test_lists_come_in_pages(alice, run, sender):
    sender.send(noted(*(file(f"f{number:03}") for number in range(25))))
    names, after = [], ""
    while after is not None:
        page = alice.get(f"{run}/files", params={"after": after, "limit": 10}).json()
        assert (page["total"], page["bytes"]) == (25, 25 * len(DATA))
        names += [one["path"] for one in page["files"]]
        after = page["next"]
    assert names == [f"f{number:03}" for number in range(25)]


def test_a_blob_comes_in_parts_and_goes_on_where_it_was(alice, run):
    at = f"{run}/blobs/{DIGEST}"

    def put(offset: int, part: bytes):
        params = {"offset": offset, "size": len(DATA)}
        return alice.put(f"{at}/upload", params=params, content=part)

    assert alice.get(f"{at}/upload").json()["offset"] == 0
    assert put(0, DATA[:3000]).json() == {"offset": 3000}
    assert alice.get(f"{at}/upload").json()["offset"] == 3000
    for wrong in (0, 5000):
        refused = put(wrong, DATA[wrong : wrong + 10])
        assert (refused.status_code, refused.json()["error"]["detail"]) == (409, {"expected": 3000})
    early = alice.post(at, json={"size": len(DATA)})
    assert (early.status_code, early.json()["error"]["detail"]) == (409, {"expected": 3000})
    assert put(3000, DATA[3000:]).json() == {"offset": len(DATA)}
    for _ in range(2):
        assert alice.post(at, json={"size": len(DATA)}).json() == {"stored": True}
    assert alice.post(f"{run}/blobs/missing", json={"digests": [DIGEST]}).json() == {"missing": []}


def test_bytes_that_are_not_what_was_announced_are_thrown_away(alice, run, tmp_path):
    at = f"{run}/blobs/{DIGEST}"
    alice.put(f"{at}/upload", params={"offset": 0, "size": 5}, content=b"hello")
    refused = alice.post(at, json={"size": 5})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "wrong_digest")
    assert alice.get(f"{at}/upload").json()["offset"] == 0
    assert blobs_on_disk(tmp_path) == set()
    assert hold(alice, run, DATA) == DIGEST


def test_a_part_longer_than_its_blob_or_than_parts_may_be_is_refused(alice, run):
    at = f"{run}/blobs/{DIGEST}/upload"
    long = alice.put(at, params={"offset": 0, "size": 4}, content=b"hello")
    assert long.status_code == 413
    huge = alice.put(at, params={"offset": 0, "size": 2**45}, content=b"hello")
    assert huge.status_code == 413
    assert alice.get(at).json()["offset"] == 0


def test_an_empty_file_is_a_file(alice, run, sender):
    hold(alice, run, b"")
    sender.send(noted(file("empty", b"")))
    answer = content(alice, run, "empty")
    assert (answer.status_code, answer.content) == (200, b"")


def test_parts_of_a_file_are_had_by_range(alice, run, sender):
    hold(alice, run, DATA)
    sender.send(noted(file("a.bin")))
    whole = content(alice, run, "a.bin")
    tag = whole.headers["etag"]
    for asked, start, stop in (
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(DATA)),
        ("bytes=-7", len(DATA) - 7, len(DATA)),
        ("bytes=9000-999999", 9000, len(DATA)),
    ):
        part = content(alice, run, "a.bin", range=asked, **{"if-range": tag})
        assert (part.status_code, part.content) == (206, DATA[start:stop])
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert content(alice, run, "a.bin", range="bytes=99999-").status_code == 416
    stale = content(alice, run, "a.bin", range="bytes=0-9", **{"if-range": '"old"'})
    assert (stale.status_code, stale.content) == (200, DATA)
    for odd in ("bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=" + "9" * 5000 + "-"):
        assert content(alice, run, "a.bin", range=odd).status_code == 200
    assert content(alice, run, "a.bin", **{"if-none-match": tag}).status_code == 304
    head = alice.head(f"{run}/files/content", params={"path": "a.bin"})
    assert (head.headers["content-length"], head.content) == (str(len(DATA)), b"")


@pytest.mark.parametrize(
    "name", ["page.html", "drawing.svg", "code.js", "style.css", "a.xhtml", "x.xml"]
)
def test_what_could_act_in_our_pages_never_does(alice, run, sender, name):
    data = b"<script>alert(1)</script>"
    hold(alice, run, data)
    sender.send(noted(file(f"out/{name}", data)))
    headers = content(alice, run, f"out/{name}").headers
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith(f'attachment; filename="{name}"')
    assert "sandbox" in headers["content-security-policy"]


def test_a_file_comes_as_what_its_name_says():
    said = {name: content_type(name) for name in ("a.png", "a.csv", "a.json", "a.pt", "a.txt", "a")}
    assert said == {
        "a.png": "image/png",
        "a.csv": "text/csv",
        "a.json": "application/json",
        "a.pt": "application/octet-stream",
        "a.txt": "text/plain; charset=utf-8",
        "a": "application/octet-stream",
    }


def test_a_name_with_quotes_and_letters_of_any_script_is_kept(alice, run, sender):
    hold(alice, run, DATA)
    sender.send(noted(file('结果/"模型".pt')))
    said = content(alice, run, '结果/"模型".pt').headers["content-disposition"]
    assert said == "attachment; filename=\"____.pt\"; filename*=UTF-8''%22%E6%A8%A1%E5%9E%8B%22.pt"


def test_knowing_a_hash_gives_nothing(alice, run, as_user):
    hold(alice, run, DATA)
    bob = as_user("bob")
    assert bob.post("/projects/bob/his/runs", json={"id": "b1"}).status_code == 200
    his = "/projects/bob/his/runs/b1"
    Sender(bob, his).send(frame(header("b1"), file("stolen")))
    # He may know the hash and name a file by it: the bytes are still for him to send.
    assert not listed(bob, his)["stolen"]["stored"]
    assert content(bob, his, "stolen").status_code == 404
    assert bob.get(f"{his}/blobs/{DIGEST}").status_code == 404
    asked = bob.post(f"{his}/blobs/missing", json={"digests": [DIGEST]}).json()
    assert asked == {"missing": [DIGEST]}
    assert bob.get(f"{his}/blobs/{DIGEST}/upload").json()["offset"] == 0
    finished = bob.post(f"{his}/blobs/{DIGEST}", json={"size": len(DATA)})
    assert finished.status_code == 409
    hold(bob, his, DATA)
    assert content(bob, his, "stolen").content == DATA


def test_within_a_project_the_same_bytes_are_sent_once(alice, run):
    hold(alice, run, DATA)
    assert alice.post("/projects/alice/demo/runs", json={"id": "r2"}).status_code == 200
    second = run.replace("r1", "r2")
    assert alice.get(f"{second}/blobs/{DIGEST}").status_code == 404
    asked = alice.post(f"{second}/blobs/missing", json={"digests": [DIGEST]}).json()
    assert asked == {"missing": []}
    assert alice.get(f"{second}/blobs/{DIGEST}").content == DATA


def test_a_deleted_run_takes_the_blobs_that_nobody_else_holds(
    alice, run, server, tmp_path, wait_for
):
    shared, own = hold(alice, run, b"shared"), hold(alice, run, b"own")
    alice.post("/projects/alice/demo/runs", json={"id": "r2"})
    second = run.replace("r1", "r2")
    alice.post(f"{second}/blobs/missing", json={"digests": [shared]})
    assert blobs_on_disk(tmp_path) == {shared, own}
    assert alice.delete(run).status_code == 204
    wait_for(lambda: blobs_on_disk(tmp_path) == {shared})
    assert alice.get(f"{second}/blobs/{shared}").content == b"shared"
    purge(alice, "/projects/alice/demo")
    wait_for(lambda: not blobs_on_disk(tmp_path))


def test_an_older_version_of_a_file_goes_when_a_newer_one_is_noted(
    alice, run, sender, server, tmp_path
):
    old, new = hold(alice, run, b"old"), hold(alice, run, b"new")
    sender.send(noted(file("log", b"old", t=1), file("copy", b"old", t=1)))
    sender.send(frame(file("log", b"new", t=2)))
    server.blobs.sweep()
    assert blobs_on_disk(tmp_path) == {old, new}  # another file of the run is still the old one
    sender.send(frame(file("copy", b"new", t=2)))
    server.blobs.sweep()
    assert blobs_on_disk(tmp_path) == {new}


def test_a_blob_that_is_deleted_while_it_is_sent_anew_is_there_afterwards(alice, run, server):
    hold(alice, run, DATA)
    alice.delete(run)
    assert alice.post("/projects/alice/demo/runs", json={"id": "r1"}).status_code == 200
    hold(alice, run, DATA)
    server.blobs.sweep()
    assert alice.get(f"{run}/blobs/{DIGEST}").content == DATA


def test_a_full_disk_is_said_and_taken_up_again(alice, run, server):
    at = f"{run}/blobs/{DIGEST}/upload"
    params = {"offset": 0, "size": len(DATA)}
    server.blobs.media.reserve = 1 << 60  # more than any disk has free
    full = alice.put(at, params=params, content=DATA)
    assert (full.status_code, full.json()["error"]["code"]) == (507, "no_space")
    assert full.headers["retry-after"] == "10"
    server.blobs.media.reserve = 0
    assert alice.put(at, params=params, content=DATA).json() == {"offset": len(DATA)}


def test_readers_of_a_public_project_fetch_and_do_not_send(alice, run, sender, as_user, server):
    from sqlalchemy import update

    from swanlab.server.db.schema import projects

    hold(alice, run, DATA)
    sender.send(noted(file("a.bin")))
    with server.db.write() as connection:
        connection.execute(update(projects).values(visibility="public"))
    server.auth.forget()
    bob = as_user("bob")
    assert content(bob, run, "a.bin").content == DATA
    refused = bob.put(f"{run}/blobs/{DIGEST}/upload", params={"offset": 0, "size": 1}, content=b"x")
    assert refused.status_code == 403
