"""The page of the integrations says what the code does."""

from __future__ import annotations

import re

import pytest

from tests.conftest import run_folder
from tests.frameworks.conftest import ROOT
from tests.recorded import recorded

PAGE = (ROOT / "docs" / "integrations.md").read_text()
SECTIONS = {"transformers": 2, "accelerate": 2, "Scripts written for wandb": 1}
"""How many pieces of code the sections have that the frameworks' environment runs."""


def blocks(section: str) -> list[str]:
    """The pieces of code below the heading."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize(
    ("section", "number"), [(name, n) for name, count in SECTIONS.items() for n in range(count)]
)
def test_the_code_of_a_section_runs_as_it_is_written(framework, section, number):
    assert len(blocks(section)) == SECTIONS[section]
    framework(blocks(section)[number], SWANLAB_MODE="local")
    found = recorded(run_folder())
    assert found.points
    assert [one.state for one in found.finishes] == ["success"]
