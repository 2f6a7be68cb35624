"""The files of a run in the browser: walked through, looked at, saved; nothing in them runs."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import swanlab
from tests.e2e.conftest import sign_in
from tests.e2e.test_pages import LOOKS, check
from tests.serving import Serving, wait_for

SCRIPT = "<script>document.title = 'taken over'</script>"


def png(width: int = 160, height: int = 90) -> bytes:
    """A picture of a slope."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        head = struct.pack(">I", len(data)) + kind + data
        return head + struct.pack(">I", zlib.crc32(kind + data))

    row = b"".join(bytes((x * 255 // width, 90, 160)) for x in range(width))
    raw = b"".join(b"\0" + row for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def svg(script: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40">'
        f'<rect width="80" height="40" fill="teal"/>{script}</svg>'
    )


FILES = {
    "notes.txt": "first line\nsecond line 中文\n".encode(),
    "page.html": f"<h1>hello</h1>{SCRIPT}".encode(),
    "model.pt": bytes(range(256)) * 1000,
    "plots/slope.png": png(),
    "plots/drawing.svg": svg(SCRIPT).encode(),
    "logs/deep/train.log": b"x" * 300_000,
    "logs/data": b"\x00\x01\x02",
    "empty.txt": b"",
}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWANLAB_SAVE_DIR", str(folder / "home"))
        patch.setenv("SWANLAB_LOG_DIR", str(folder / "swanlog"))
        serving = Serving(folder / "server").start().log_in()
        with swanlab.init(project="cats", experiment_name="kept", mode="cloud", id="kept"):
            for name, data in FILES.items():
                path = folder / "out" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            swanlab.save(folder / "out", base_path=folder / "out", policy="now")
            gone = folder / "out" / "gone.csv"
            gone.write_text("x")
            swanlab.save(gone, base_path=folder / "out", policy="end")
            gone.unlink()
        with swanlab.init(project="cats", mode="cloud", id="none"):
            pass
        at = "/projects/admin/cats/runs/kept/files"
        wait_for(lambda: sum(one["stored"] for one in serving.get(at)["files"]) == len(FILES))
    yield serving
    serving.stop()


def opened(chromium: Browser, seeded: Serving, **look):
    context = chromium.new_context(**look)
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    sign_in(page, seeded.host)
    return context, page, f"{seeded.host}/@admin/cats/runs/kept?tab=files", troubles


@pytest.fixture
def files(chromium: Browser, seeded):
    context, page, url, troubles = opened(chromium, seeded, **{**LOOKS["light"], "locale": "en-US"})
    page.goto(url)
    yield page
    context.close()
    assert not troubles


def names(page: Page) -> list[str]:
    return page.get_by_role("rowheader").get_by_role("button").all_inner_texts()


def test_folders_are_walked_through_and_sorted(files):
    expect(files.get_by_role("button", name="plots")).to_be_visible()
    top = ["logs", "plots", "empty.txt", "gone.csv", "model.pt", "notes.txt", "page.html"]
    assert names(files) == top
    expect(files.get_by_text("9 files, 544 KiB")).to_be_visible()
    expect(files.get_by_text("not kept: No such file or directory")).to_be_visible()
    files.get_by_role("button", name="logs").click()
    expect(files.get_by_role("button", name="deep")).to_be_visible()
    assert names(files) == ["deep", "data"]
    files.get_by_role("button", name="deep").click()
    expect(files.get_by_role("button", name="train.log")).to_be_visible()
    assert "folder=logs%2Fdeep" in files.url
    files.get_by_role("navigation", name="Folder").get_by_role("button", name="All files").click()
    files.get_by_role("button", name="Size").click()
    by_size = files.get_by_role("columnheader", name="Size")
    expect(by_size).to_have_attribute("aria-sort", "descending")
    assert names(files)[2] == "model.pt"
    files.get_by_label("Search names (regex)").fill(r"\.(png|svg)$")
    expect(files.get_by_role("button", name="plots/slope.png")).to_be_visible()
    assert set(names(files)) == {"plots/slope.png", "plots/drawing.svg"}


def test_text_is_shown_as_text_and_pictures_as_pictures(files):
    files.get_by_role("button", name="notes.txt").click()
    expect(files.get_by_text("second line 中文")).to_be_visible()
    files.get_by_role("button", name="page.html").click()
    expect(files.get_by_text("<h1>hello</h1>")).to_be_visible()
    files.get_by_role("button", name="model.pt").click()
    expect(files.get_by_text("There is no preview")).to_be_visible()
    files.get_by_role("button", name="plots").click()
    for name, width in (("slope.png", 160), ("drawing.svg", 80)):
        files.get_by_role("button", name=name).click()
        picture = files.get_by_role("img", name=f"plots/{name}")
        expect(picture).to_be_visible()
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") == width
        assert picture.get_attribute("src").startswith("blob:")
    assert "taken over" not in files.title()
    files.goto(files.url.partition("?")[0] + "?tab=files&folder=logs&file=logs/data")
    expect(files.get_by_text("There is no preview")).to_be_visible()
    files.goto(files.url.partition("?")[0] + "?tab=files&file=logs/deep/train.log")
    expect(files.get_by_text("The first 256 KiB are shown.")).to_be_visible()


def test_a_file_is_saved_as_it_is(files, tmp_path):
    with files.expect_download() as started:
        files.get_by_role("link", name="Download model.pt").click()
    assert started.value.suggested_filename == "model.pt"
    started.value.save_as(tmp_path / "model.pt")
    assert Path(tmp_path / "model.pt").read_bytes() == FILES["model.pt"]


def test_a_page_among_the_files_never_runs_in_our_origin(files, seeded):
    address = f"{seeded.host}/api/v1/projects/admin/cats/runs/kept/files/content?path=page.html"
    with files.expect_download():
        files.evaluate("address => { location.href = address; }", address)
    assert "taken over" not in files.title()
    loaded = files.evaluate(
        """async (address) => await new Promise((done) => {
             const script = document.createElement('script');
             script.src = address;
             script.onload = () => done('ran');
             script.onerror = () => done('refused');
             document.head.append(script);
           })""",
        address,
    )
    assert loaded == "refused"


@pytest.mark.parametrize("look", list(LOOKS))
def test_the_tab_is_accessible_in_every_look(chromium, seeded, look):
    context, page, url, troubles = opened(chromium, seeded, **LOOKS[look])
    page.goto(url)
    page.get_by_role("button", name="notes.txt").click()
    expect(page.get_by_text("second line 中文")).to_be_visible()
    check(page, look, "run-files")
    page.get_by_role("button", name="plots").click()
    page.get_by_role("button", name="slope.png").click()
    expect(page.get_by_role("img", name="plots/slope.png")).to_be_visible()
    check(page, look, "run-files-picture")
    page.goto(url.replace("kept?", "none?"))
    expect(page.get_by_text("swanlab.save(")).to_be_visible()
    check(page, look, "run-files-none")
    context.close()
    assert not troubles
