"""The code in docs/mirror.md is run as it stands, with the packages it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import run_folder
from tests.frameworks.foreign import ROOT, program
from tests.recorded import recorded

BLOCKS = re.findall(
    r"needs (\w+) -->\n```python\n(.*?)```", Path(ROOT, "docs", "mirror.md").read_text(), re.DOTALL
)


@pytest.mark.parametrize(("module", "source"), BLOCKS, ids=[module for module, _ in BLOCKS])
def test_the_code_of_mirror_md_runs(module, source):
    program(source, module)
    assert recorded(run_folder()).points == {"loss": [(0, 0.5)]}


def test_no_code_of_mirror_md_is_left_out():
    assert len(BLOCKS) == Path(ROOT, "docs", "mirror.md").read_text().count("```python") == 3
