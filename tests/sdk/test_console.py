"""What the program prints is recorded, and is what it would print without us."""

from __future__ import annotations

from tests.conftest import run_folder
from tests.recorded import recorded

PROGRAM = """
import sys, logging
{start}
print("first line")
print("on stderr", file=sys.stderr)
print("two\\nlines")
print("coloured \\x1b[31mred\\x1b[0m")
for i in range(101):
    print(f"\\r{{i}}%", end="", file=sys.stderr)
print(file=sys.stderr)
logging.basicConfig()
logging.error("broken")
print("猫 \\udc80".encode("utf-8", "replace").decode())
sys.stdout.write("no end of line")
{end}
"""


def test_output_is_captured_in_order_with_levels_and_folded_progress(script):
    done = script(PROGRAM.format(start="import swanlab; swanlab.init(mode='offline')", end=""))
    assert done.returncode == 0, done.stderr
    found = recorded(run_folder())
    assert [(line.text, line.level, line.stream) for _, line in sorted(found.lines.items())] == [
        ("first line", 20, 1),
        ("on stderr", 30, 2),
        ("two", 20, 1),
        ("lines", 20, 1),
        ("coloured red", 20, 1),
        ("100%", 20, 2),
        ("ERROR:root:broken", 40, 2),
        ("猫 ?", 20, 1),
        ("no end of line", 20, 1),
    ]
    times = [line.t for _, line in sorted(found.lines.items())]
    assert times == sorted(times)


def test_the_programs_own_output_is_the_same_with_and_without_us(script):
    plain = script(PROGRAM.format(start="", end=""))
    tracked = script(PROGRAM.format(start="import swanlab; swanlab.init(mode='offline')", end=""))
    assert tracked.stdout == plain.stdout
    ours = [line for line in tracked.stderr.splitlines() if not line.startswith("swanlab: ")]
    assert ours == plain.stderr.splitlines()


def test_our_own_lines_are_not_captured(script):
    script("import swanlab; swanlab.init(mode='offline'); swanlab.log({'a': 'x'})")
    assert recorded(run_folder()).text == []


def test_a_traceback_is_captured_as_an_error(script):
    script("import swanlab; swanlab.init(mode='offline')\nraise ValueError('boom')")
    found = recorded(run_folder())
    assert found.text[0] == "Traceback (most recent call last):"
    assert found.text[-1] == "ValueError: boom"
    assert {line.level for line in found.lines.values()} == {40}
    assert found.finishes[0].error == "ValueError: boom"


def test_a_chosen_stream_alone_is_captured(script):
    source = (
        "import swanlab, sys; swanlab.init(mode='offline')\nprint('o'); print('e', file=sys.stderr)"
    )
    script(source, SWANLAB_CONSOLE="stderr")
    assert recorded(run_folder()).text == ["e"]


def test_after_finish_the_streams_are_as_before(script):
    done = script(
        """
        import sys, swanlab
        before = sys.stdout.write
        swanlab.init(mode="offline")
        swanlab.finish()
        print("write" in sys.stdout.__dict__)
        """
    )
    assert done.stdout == "False\n"


def test_a_very_long_line_is_bounded(script):
    script("import swanlab; swanlab.init(mode='offline'); print('x' * 1_000_000)")
    (text,) = recorded(run_folder()).text
    assert len(text) < 9000
    assert text.endswith("more characters)")
