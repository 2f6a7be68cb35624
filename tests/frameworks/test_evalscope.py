"""evalscope's ``--visualizer swanlab`` of its performance test, from its installed package."""

from __future__ import annotations

from pathlib import Path

from tests.recorded import recorded

PERF = """
    import asyncio
    import sys
    from evalscope.perf.arguments import Arguments
    from evalscope.perf.utils.log_utils import init_visualizer, maybe_log_to_visualizer

    given = {{"swanlab_api_key": {key!r}, "swanlab_host": {host!r}}}
    args = Arguments(model="tiny", url="http://127.0.0.1:1/v1/chat/completions", api="openai",
                     visualizer="swanlab", name="load", outputs_dir="results", **given)
    init_visualizer(args)

    async def consume():
        for number in range(3):  # As its consumer of metrics does: from a thread.
            message = {{"Total requests": number + 1, "Average latency (s)": 0.5 * number}}
            await asyncio.to_thread(maybe_log_to_visualizer, args, message)

    asyncio.run(consume())
"""
POINTS = {
    "Total requests": [(0, 1.0), (1, 2.0), (2, 3.0)],
    "Average latency (s)": [(0, 0.0), (1, 0.5), (2, 1.0)],
}


def check_config(config):
    assert config["framework"] == "📏evalscope"  # Set before init().
    assert config["outputs_dir"].startswith("results")
    assert config["visualizer"] == "swanlab"


def test_a_key_named_local_records_locally(framework):
    framework(PERF.format(key="local", host=None))
    (folder,) = Path("results").rglob("run-*")
    found = recorded(folder)
    assert found.points == POINTS
    assert (found.starts[0].project, found.starts[0].name) == ("perf_benchmark", "load")
    check_config(found.config)


def test_it_logs_in_to_the_host_given_and_sends(framework, lab):
    serving = lab.serving
    framework(
        PERF.format(key=serving.api_key, host=serving.host), SWANLAB_PROJ_NAME="perf-argument"
    )
    assert lab.points("perf-argument", set(POINTS)) == POINTS
    check_config(lab.run("perf-argument")["config"])


def test_it_logs_in_to_the_host_of_the_environment(framework, lab):
    serving = lab.serving
    framework(
        PERF.format(key=None, host=None),
        SWANLAB_HOST=serving.host,
        SWANLAB_API_KEY=str(serving.api_key),
        SWANLAB_PROJ_NAME="perf-environment",
        SWANLAB_WORKSPACE="admin",
    )
    assert lab.points("perf-environment", set(POINTS)) == POINTS
    assert lab.run("perf-environment")["name"] == "load"
