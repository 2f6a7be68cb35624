"""What is in ``deploy/`` fits this program: its options, its addresses, its metrics."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from swanlab.cli.server import server
from swanlab.server import monitor
from swanlab.server.app import create_app
from swanlab.server.metrics import schema
from swanlab.server.metrics.contract import Ref
from swanlab.server.state import Server
from tests.server.conftest import Process
from tests.serving import free_port, wait_for

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "swanlab"
OPTIONS = {name for one in server.params for name in one.opts} | {"--media-url"}
"""``--media-url`` belongs to the store of media files."""
ROUTES = {getattr(route, "path", None) for route in create_app(Server.__new__(Server)).routes}


def words(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


@pytest.fixture
def dockerfile() -> dict[str, list[str]]:
    """The last stage's ENTRYPOINT, CMD and the command of its HEALTHCHECK."""
    text = (DEPLOY / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    found = {}
    for name, start in (("entry", "ENTRYPOINT "), ("cmd", "CMD "), ("health", "  CMD ")):
        (line,) = re.findall(rf"^{start}(\[.*\])$", text, re.MULTILINE)
        found[name] = json.loads(line)
    return found


def test_the_image_runs_the_server_as_nobody_special_and_asks_it_how_it_is(
    dockerfile, tmp_path, monkeypatch
):
    text = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"^USER 10001", text.rpartition("\nFROM ")[2], re.MULTILINE)
    command = [*dockerfile["entry"], *dockerfile["cmd"]]
    assert command[0] == "swanlab"
    port = str(free_port())
    place = {"0.0.0.0": "127.0.0.1", "5093": port, "/data": str(tmp_path / "data")}
    process = Process(*[place.get(word, word) for word in command[1:]], log=tmp_path / "log")
    try:
        assert process.url() == f"http://127.0.0.1:{port}"
        asked = [word.replace(":5093", f":{port}") for word in dockerfile["health"]]
        assert asked[0] == "python"
        asked[0] = sys.executable
        assert subprocess.run(asked, check=False, timeout=30).returncode == 0
        first = process.output().splitlines()
        assert any(json.loads(one)["message"] == "starting" for one in first if one[0] == "{")
        assert process.stop() == 0
        wait_for(lambda: subprocess.run(asked, check=False, capture_output=True).returncode != 0)
    finally:
        process.kill()


def test_what_the_image_copies_exists():
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name.partition('/')[0]}" in allowed


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def given_options() -> dict[str, list[str]]:
    """Every option of the server that a file in ``deploy/`` gives."""
    unit = (DEPLOY / "swanlab.service").read_text()
    chart = (CHART / "templates" / "deployment.yaml").read_text()
    docker = (DEPLOY / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    (started,) = re.findall(r"^ExecStart=.*$", unit, re.MULTILINE)
    image = words("".join(re.findall(r"^(?:ENTRY|CMD).*$", docker, re.MULTILINE)))
    return {
        "compose": [word.partition("=")[0] for word in compose()["services"]["server"]["command"]],
        "unit": re.findall(r"(?<= )--[a-z-]+", started),
        "chart": re.findall(r"- (--[a-z-]+)=", chart),
        "image": [word for word in image if word.startswith("--")],
    }


@pytest.mark.parametrize("file", ["compose", "unit", "chart", "image"])
def test_only_options_are_given_that_the_server_has(file):
    options = given_options()[file]
    assert len(options) >= 4 or file == "image"
    assert set(options) <= OPTIONS


def test_the_compose_file_names_only_what_it_defines():
    found = compose()
    services, example = found["services"], (DEPLOY / ".env.example").read_text()
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= services.keys(), name
        assert set(service.get("secrets", ())) <= found["secrets"].keys(), name
        assert {one["source"] for one in service.get("configs", ())} <= found["configs"].keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in found["volumes"] or (DEPLOY / source).exists(), volume
    variables = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    variables |= {one["environment"] for one in found["secrets"].values()}
    assert variables == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_every_path_that_is_asked_for_is_a_route():
    chart = (CHART / "templates" / "deployment.yaml").read_text()
    proxies = (DEPLOY / "Caddyfile").read_text() + (DEPLOY / "nginx.conf").read_text()
    asked = set(re.findall(r"path: (/health\S*?),", chart))
    asked |= set(re.findall(r"health_uri (\S+)", proxies))
    asked |= set(re.findall(r"location = (\S+)", proxies))
    assert {"/health", "/health/live", "/metrics", "/api/v1/live"} <= asked
    assert asked <= ROUTES


def test_the_proxies_let_through_what_the_server_takes():
    from swanlab.server.routes.frames import MAX_COMPRESSED

    (caddy,) = re.findall(r"max_size (\d+)MB", (DEPLOY / "Caddyfile").read_text())
    (nginx,) = re.findall(r"client_max_body_size (\d+)m", (DEPLOY / "nginx.conf").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())["ingress"]["annotations"]
    ingress = values["nginx.ingress.kubernetes.io/proxy-body-size"].removesuffix("m")
    assert all(int(size) * 1_000_000 > MAX_COMPRESSED for size in (caddy, nginx, ingress))


@pytest.fixture
def metrics(tmp_path) -> dict[str, set[str]]:
    """The names of all metrics of a server that has done everything once, with their labels."""
    made = Server(tmp_path / "data", "server")
    try:
        project = 1
        made.stores.of(project).points(Ref(1, "loss"), None, None)
        made.vitals.answered("GET", "/x", 200, 0.1)
        made.vitals.density = (800, 100)
        text = "".join(monitor.lines(made))
    finally:
        made.close()
    found: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^([a-z_]+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return found


def check_query(query: str, metrics: dict[str, set[str]]) -> None:
    """A query names only metrics that exist, and only labels that they or Prometheus give them."""
    used = re.findall(r"\b((?:swanlab|process)_\w+)(?:\{([^}]*)\})?", query)
    assert used, query
    for name, labels in used:
        assert name in metrics, name
        asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", labels))
        assert asked <= metrics[name] | {"instance"}, query
    known = set().union(*(metrics[name] for name, _ in used)) | {"instance"}
    for group in re.findall(r"by \(([^)]*)\)", query):
        assert {one.strip() for one in group.split(",")} <= known, query


def test_the_dashboard_shows_only_what_is_measured(metrics):
    dashboard = json.loads((DEPLOY / "monitoring" / "grafana-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(queries) > 15
    for query in queries:
        check_query(query, metrics)
    shown = " ".join(queries)
    unshown = {"swanlab_build_info", "swanlab_store_points", "process_start_time_seconds"}
    bases = {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics}
    missing = {name for name in bases if name not in shown} - unshown - {"process_threads"}
    assert not missing


def test_the_alerts_watch_only_what_is_measured(metrics):
    (group,) = yaml.safe_load((CHART / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]:
        check_query(rule["expr"], metrics)
        assert rule["annotations"]["summary"]


def test_the_page_on_operations_names_what_there_is(metrics):
    text = (ROOT / "docs" / "operations.md").read_text()
    bases = {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics}
    assert set(re.findall(r"`((?:swanlab|process)_\w+)`", text)) <= bases
    (listed,) = re.findall(r"unnest\(ARRAY\[(.*?)\]\)", text)
    assert re.findall(r"'(\w+)'", listed) == [
        name for name, table in schema.metadata.tables.items() if "run" in table.c
    ]
    for option in set(re.findall(r"`(--[a-z-]+)", text)) - {"--data-dir"}:
        assert option in OPTIONS, option


def test_a_query_of_something_unknown_is_noticed(metrics):
    for query in (
        "rate(swanlab_ingest_pints_total[5m])",
        'swanlab_http_request_seconds_count{code="200"}',
        "sum by (rank) (swanlab_queue_posts)",
    ):
        with pytest.raises(AssertionError):
            check_query(query, metrics)


def values(**changes) -> dict:
    found = yaml.safe_load((CHART / "values.yaml").read_text())
    for name, value in changes.items():
        found[name] = {**found[name], **value} if isinstance(value, dict) else value
    return found


def test_the_values_of_the_chart_fit_their_schema():
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.validate(values(), schema)
    assert set(schema["properties"]) - {"global"} == values().keys()
    for wrong in ({"replicas": 0}, {"database": {"url": "mysql://x"}}, {"log": {"format": "xml"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values(**wrong), schema)


def test_the_chart_reads_only_values_that_it_documents():
    documented = values()
    for template in sorted((CHART / "templates").iterdir()):
        for path in re.findall(r"\.Values\.([\w.]+)", template.read_text()):
            held = documented
            for part in path.split("."):
                assert part in held, (template.name, path)
                held = held[part]
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def rendered(*arguments: str) -> list[dict]:
    command = [tool("helm"), "template", "lab", str(CHART), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


CLUSTER = [
    "--set=replicas=3,postgresql.enabled=true,media.url=s3://b/p,media.existingSecret=keys",
    "--set=media.env.AWS_REGION=r,ingress.enabled=true,ingress.tlsSecret=t",
    "--set=metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true",
]


def test_the_chart_renders_one_server_with_a_volume():
    found = {one["kind"]: one for one in rendered()}
    assert {"Deployment", "Service", "Secret", "PersistentVolumeClaim"} <= found.keys()
    assert "PodDisruptionBudget" not in found
    assert found["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}


def test_the_chart_renders_several_servers_on_a_database_and_objects():
    found = rendered(*CLUSTER)
    (deployment,) = [one for one in found if one["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    options = [word.partition("=")[0] for word in container["args"]]
    assert set(options) <= OPTIONS
    assert "--media-url" in options
    (database,) = [e for e in container["env"] if e["name"] == "SWANLAB_DATABASE_URL"]
    name = database["valueFrom"]["secretKeyRef"]["name"]
    (secret,) = [o for o in found if o["kind"] == "Secret" and o["metadata"]["name"] == name]
    assert secret["stringData"]["database-url"].startswith("postgresql://swanlab:")
    assert secret["stringData"]["password"] in secret["stringData"]["database-url"]
    kinds = {one["kind"] for one in found}
    assert {"StatefulSet", "Ingress", "PodDisruptionBudget", "ServiceMonitor"} <= kinds
    assert "PersistentVolumeClaim" not in kinds
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    (rule,) = [one for one in found if one["kind"] == "PrometheusRule"]
    assert rule["spec"] == yaml.safe_load((CHART / "alerts.yaml").read_text())


def test_several_servers_without_a_database_are_refused_with_the_reason():
    command = [tool("helm"), "template", "lab", str(CHART), "--set=replicas=2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs PostgreSQL" in done.stderr


def test_helm_finds_nothing_wrong_with_the_chart():
    command = [tool("helm"), "lint", "--strict", str(CHART)]
    for more in ([], CLUSTER):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("caddy", "validate", "--adapter", "caddyfile", "--config", "Caddyfile"),
        ("promtool", "check", "rules", "helm/swanlab/alerts.yaml"),
        ("promtool", "check", "config", "--syntax-only", "monitoring/prometheus.yml"),
        ("docker-compose", "--env-file", ".env.example", "-f", "compose.yaml", "config", "-q"),
    ],
    ids=" ".join,
)
def test_the_tools_take_their_configuration(command, tmp_path):
    name, *rest = command
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        [tool(name), *rest], cwd=DEPLOY, capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
