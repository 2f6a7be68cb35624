"""What every place for blobs does, whatever it is made of."""

from __future__ import annotations

import os
import threading
import time
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from swanlab.server.media.address import BadAddress, open_media
from swanlab.server.media.contract import MediaStore, WrongDigest, WrongOffset
from swanlab.server.media.local import LocalMedia
from tests.s3 import SECRET, Bucket

DATA = os.urandom(70_001)
DIGEST = sha256(DATA).hexdigest()


@pytest.fixture(params=["local", "s3"])
def media(request, tmp_path: Path, monkeypatch):
    store: MediaStore
    if request.param == "local":
        store = LocalMedia(tmp_path / "media", reserve=0)
    else:
        bucket: Bucket = request.getfixturevalue("bucket")
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        found = open_media(bucket.url(os.urandom(8).hex()), tmp_path, direct=True)
        assert type(found).__name__ == "ObjectMedia"
        store = found
    yield store
    store.close()


def whole(store: MediaStore, digest: str, size: int) -> bytes:
    return b"".join(store.read(digest, 0, size))


def test_parts_become_a_blob_when_the_last_has_come(media):
    assert media.uploaded("u") == 0
    for start in range(0, len(DATA), 20_000):
        part = DATA[start : start + 20_000]
        assert media.append("u", start, part) == start + len(part)
    assert media.size(DIGEST) is None
    media.finish("u", DIGEST, len(DATA))
    assert media.uploaded("u") == 0
    assert media.size(DIGEST) == len(DATA)
    assert whole(media, DIGEST, len(DATA)) == DATA


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (1, 70_001), (69_999, 70_001), (33, 33)])
def test_any_part_of_a_blob_is_read(media, start, stop):
    media.append("u", 0, DATA)
    media.finish("u", DIGEST, len(DATA))
    assert b"".join(media.read(DIGEST, start, stop)) == DATA[start:stop]


def test_a_part_at_the_wrong_place_is_told_where_to_go_on(media):
    media.append("u", 0, b"12345")
    for wrong in (0, 3, 6):
        with pytest.raises(WrongOffset) as refused:
            media.append("u", wrong, b"x")
        assert refused.value.expected == 5
    with pytest.raises(WrongOffset) as early:
        media.finish("u", DIGEST, 9)
    assert early.value.expected == 5
    assert media.uploaded("u") == 5


def test_wrong_bytes_never_become_a_blob(media):
    media.append("u", 0, b"other")
    with pytest.raises(WrongDigest):
        media.finish("u", DIGEST, 5)
    assert (media.uploaded("u"), media.size(DIGEST)) == (0, None)


def test_wrong_bytes_never_replace_a_blob_that_is_there(media):
    media.append("good", 0, DATA)
    media.finish("good", DIGEST, len(DATA))
    media.append("bad", 0, b"x" * len(DATA))
    with pytest.raises(WrongDigest):
        media.finish("bad", DIGEST, len(DATA))
    assert whole(media, DIGEST, len(DATA)) == DATA


def test_more_than_was_announced_is_thrown_away(media):
    media.append("u", 0, DATA)
    with pytest.raises(WrongOffset) as refused:
        media.finish("u", DIGEST, 5)
    assert (refused.value.expected, media.uploaded("u")) == (0, 0)


def test_a_blob_of_many_parts_is_put_together_in_order(media):
    data = os.urandom(3 * (1 << 20) + 5) * 7
    digest = sha256(data).hexdigest()
    for start in range(0, len(data), 1 << 20):
        media.append("u", start, data[start : start + (1 << 20)])
    media.finish("u", digest, len(data))
    assert sha256(whole(media, digest, len(data))).hexdigest() == digest
    edge = 9 * (1 << 20) - 3
    assert b"".join(media.read(digest, edge, edge + 9)) == data[edge : edge + 9]


def test_where_there_is_a_direct_way_it_gives_the_same(media):
    url = media.direct_put("u", 0)
    if url is None:
        assert media.direct_get(DIGEST) is None
        return
    assert httpx2.put(url, content=DATA[:1000]).status_code == 200
    assert media.uploaded("u") == 1000
    media.append("u", 1000, DATA[1000:])
    media.finish("u", DIGEST, len(DATA))
    fetched = httpx2.get(media.direct_get(DIGEST), headers={"range": "bytes=5-"})
    assert (fetched.status_code, fetched.content) == (206, DATA[5:])
    assert fetched.headers["content-disposition"] == "attachment"
    late = httpx2.put(url, content=b"changed afterwards")
    assert late.status_code == 200
    assert whole(media, DIGEST, len(DATA)) == DATA
    assert httpx2.put(media.direct_get(DIGEST), content=b"x").status_code == 403


def test_an_empty_blob(media):
    digest = sha256(b"").hexdigest()
    media.finish("u", digest, 0)
    assert (media.size(digest), whole(media, digest, 0)) == (0, b"")


def test_uploads_of_the_same_bytes_do_not_meet(media):
    media.append("one", 0, DATA[:10])
    media.append("two", 0, DATA)
    media.finish("two", DIGEST, len(DATA))
    assert media.uploaded("one") == 10
    media.append("one", 10, DATA[10:])
    media.finish("one", DIGEST, len(DATA))
    assert whole(media, DIGEST, len(DATA)) == DATA


def test_of_many_senders_of_one_upload_every_byte_comes_once(media):
    """Each goes on where the other was, as two background processes of one run would."""
    failures = []

    def send() -> None:
        at = 0
        try:
            while at < len(DATA):
                try:
                    at = media.append("u", at, DATA[at : at + 1_000])
                except WrongOffset as wrong:
                    at = wrong.expected
        except Exception as error:
            failures.append(error)

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert not failures
    media.finish("u", DIGEST, len(DATA))
    assert whole(media, DIGEST, len(DATA)) == DATA


def test_what_is_deleted_is_gone_and_may_come_again(media):
    for _ in range(2):
        media.append("u", 0, DATA)
        media.finish("u", DIGEST, len(DATA))
        assert media.size(DIGEST) == len(DATA)
        media.delete(DIGEST)
        media.delete(DIGEST)
        assert media.size(DIGEST) is None
        with pytest.raises(FileNotFoundError):
            whole(media, DIGEST, len(DATA))


def test_uploads_nobody_goes_on_with_are_swept(media):
    media.append("old", 0, b"123")
    assert media.sweep(time.time() - 60) == 0
    assert media.uploaded("old") == 3
    assert media.sweep(time.time() + 60) == 1
    assert media.uploaded("old") == 0


def test_an_abandoned_upload_begins_anew(media):
    media.append("u", 0, b"123")
    media.abandon("u")
    media.abandon("u")
    assert media.append("u", 0, b"4") == 1


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a" * 200])
def test_no_name_leads_elsewhere(media, name):
    with pytest.raises(ValueError):
        media.append(name, 0, b"x")
    with pytest.raises(ValueError):
        media.size(name)


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://", "gs://bucket"])
def test_an_address_that_names_no_place_is_refused(tmp_path, url):
    with pytest.raises(BadAddress, match="names no place"):
        open_media(url, tmp_path)


def test_a_folder_is_a_place_too(tmp_path):
    for url in (str(tmp_path / "a"), f"file://{tmp_path}/a"):
        assert isinstance(open_media(url, tmp_path / "data"), LocalMedia)


def test_a_bucket_that_lets_nobody_in_is_said_without_secrets(bucket, tmp_path, monkeypatch):
    wrong = SECRET[::-1]
    given = {**bucket.environment, "AWS_SECRET_ACCESS_KEY": wrong}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadAddress, match="cannot be used") as refused:
        open_media(bucket.url("x"), tmp_path)
    assert wrong not in str(refused.value)
    assert "Signature=" not in str(refused.value)
