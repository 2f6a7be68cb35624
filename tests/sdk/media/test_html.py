"""``swanlab.Html``: strings, files and whatever can be read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import swanlab

PAGE = "<p>猫</p><script>alert(1)</script>"


@pytest.mark.parametrize("way", ["text", "bytes", "path", "str", "file", "binary", "html"])
def test_a_page_is_kept_as_it_is(book, way):
    place = Path("page.html")
    place.write_text(PAGE, "utf-8")
    given = {
        "text": PAGE, "bytes": PAGE.encode(), "path": place, "str": "page.html",
        "file": io.StringIO(PAGE), "binary": io.BytesIO(PAGE.encode()),
        "html": swanlab.Html(PAGE, "page"),
    }[way]  # fmt: skip
    found = book.one(swanlab.Html(given))
    assert (found.format, found.data.decode()) == ("html", PAGE)


def test_a_name_of_no_file_is_a_text(book):
    assert book.one(swanlab.Html("gone.html", inject=False)).data == b"gone.html"


@pytest.mark.parametrize(("given", "why"), [(5, "HTML is text"), (Path("gone.html"), "No such")])
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, given, why):
    assert why in refused(swanlab.Html(given))
