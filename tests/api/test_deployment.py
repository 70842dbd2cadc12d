"""What `deploy/` says is true of the programs: settings, ports, probes, and the time they take to stop."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import cli.settings
import gateway.app
import gateway.config
import orchestrator.config
import orchestrator.server
import speech.config
from deploy.development_packages import development_packages
from orchestrator.adapters.backend.results import BackendResults

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = ("1.34", kubernetes_validate.latest_version())
"""The oldest that knows all that is used (the preStop action `sleep`), and the newest there is a schema of."""
MARGIN = 5
"""Seconds to spare for whoever stops a program."""
PROGRAMS = {"gateway": gateway.config, "orchestrator": orchestrator.config, "speech": speech.config}
PORTS = {"gateway": "http_port", "orchestrator": "grpc_port", "speech": "speech_port"}
ROLES = ("orchestrator", "worker")
"""What the orchestrator's image runs as."""
REPLICATED = (*PROGRAMS, "worker")


@cache
def manifests() -> list[dict[str, Any]]:
    files = sorted(DEPLOY.glob("kubernetes/*.yaml"))
    return [document for file in files for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (each for each in manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


def pod(program: str) -> dict[str, Any]:
    found: dict[str, Any] = named("Deployment", program)["spec"]["template"]["spec"]
    return found


def container(program: str) -> dict[str, Any]:
    (found,) = pod(program)["containers"]
    return dict(found)


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def settings_in_the_cluster() -> dict[str, str]:
    return {**named("ConfigMap", "calling-settings")["data"], **named("Secret", "calling-secrets")["stringData"]}


def known_names() -> set[str]:
    modules = (cli.settings, *PROGRAMS.values())
    return {name.upper() for module in modules for name in module.Settings.model_fields}


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("manifest", manifests(), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_kubernetes_knows_every_field(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_kubernetes_refuses_what_is_misspelt() -> None:
    manifest = named("Service", "gateway") | {"spec": {"selectors": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, KUBERNETES[0], strict=True)


def test_every_setting_is_one() -> None:
    in_compose = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    in_dockerfile = set(re.findall(r"^ENV ([A-Z]+_HOST)=", dockerfile(), flags=re.MULTILINE))
    assert settings_in_the_cluster().keys() | in_compose | in_dockerfile <= known_names()


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_takes_its_settings(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_in_the_cluster().items():
        assert isinstance(value, str)
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    settings = PROGRAMS[program].Settings(_env_file=None)
    assert getattr(settings, PORTS[program].replace("port", "host")) == "0.0.0.0"
    assert container(program)["envFrom"] == [
        {"configMapRef": {"name": "calling-settings"}}, {"secretRef": {"name": "calling-secrets"}},
    ]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_ports_are_those_the_programs_listen_on(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = PROGRAMS[program].Settings.model_fields[PORTS[program]].default
    ports = {each["name"]: each["containerPort"] for each in container(program)["ports"]}
    assert port in ports.values()
    assert f"EXPOSE {port}\n" in stage(program)
    if "metrics" in ports:
        assert str(ports["metrics"]) == settings_in_the_cluster()["METRICS_PORT"]
    for probe in probes(program).values():
        asked = next(iter(probe.values()))["port"] if "grpc" not in probe else probe["grpc"]["port"]
        assert ports.get(asked, asked) == port


def probes(program: str) -> dict[str, dict[str, Any]]:
    return {
        name: {how: what for how, what in probe.items() if isinstance(what, dict)}
        for name, probe in container(program).items()
        if name.endswith("Probe")
    }


def test_liveness_never_asks_for_redis() -> None:
    assert probes("orchestrator")["livenessProbe"] == {"grpc": {"port": 50050, "service": orchestrator.server.ALIVE}}
    assert probes("gateway")["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert probes("gateway")["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert probes("orchestrator")["readinessProbe"] == {"grpc": {"port": 50050}}


@pytest.mark.parametrize("role", ROLES)
def test_api_and_worker_are_one_program_in_two_roles(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {each["name"]: each["value"] for each in container(role)["env"]}
    for name, value in {**settings_in_the_cluster(), **given}.items():
        monkeypatch.setenv(name, value)
    settings = orchestrator.config.Settings(_env_file=None)
    assert settings.role == {"orchestrator": "api", "worker": "worker"}[role] == compose_environment(role)["ROLE"]
    assert container(role)["image"] == container("orchestrator")["image"]
    assert compose()["services"][role]["build"] == compose()["services"]["orchestrator"]["build"]
    assert given.keys() | compose_environment(role).keys() <= known_names()


def test_a_worker_is_probed_as_an_orchestrator_is() -> None:
    assert probes("worker") == probes("orchestrator")
    port = probes("worker")["readinessProbe"]["grpc"]["port"]
    given = {each["name"]: each["value"] for each in container("worker")["env"]}
    assert int(given["HEALTH_PORT"]) == port
    assert f"EXPOSE {port}\n" in stage("orchestrator")
    assert f"('127.0.0.1', {compose_environment('worker')['HEALTH_PORT']})" in stage("orchestrator"), "its own check"


def test_what_dials_without_knowing_the_load_is_bounded() -> None:
    assert int(settings_in_the_cluster()["MOST_CALLS"]) > 0


def compose_environment(service: str) -> dict[str, str]:
    found: dict[str, str] = compose()["services"][service].get("environment", {})
    return found


def seconds_to_stop(program: str, drain_delay: float) -> float:
    """How long a program may take from SIGTERM on."""
    names = settings_in_the_cluster()
    if program == "gateway":
        return drain_delay + 2 * gateway.app.SHUTDOWN_SECONDS
    if program == "speech":
        return float(names["SPEECH_DRAIN_SECONDS"])
    return drain_delay + 3 * float(names["DRAIN_SECONDS"])


@pytest.mark.parametrize("program", REPLICATED)
def test_nobody_is_killed_while_it_drains(program: str) -> None:
    delay = float(settings_in_the_cluster()["DRAIN_DELAY_SECONDS"])
    before = container(program).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    grace = pod(program)["terminationGracePeriodSeconds"]
    assert grace >= before + seconds_to_stop(program, delay) + MARGIN
    assert max(delay, before) >= 5, "who sends calls here must notice first"
    delay = float(compose_environment(program).get("DRAIN_DELAY_SECONDS", 0))
    stop_grace = compose()["services"][program]["stop_grace_period"]
    assert int(stop_grace.removesuffix("s")) >= seconds_to_stop(program, delay) + MARGIN


def test_draining_takes_longer_than_a_turn_and_a_delivery() -> None:
    turn = 15  # seconds after which Twilio gives a webhook up
    assert float(settings_in_the_cluster()["DRAIN_SECONDS"]) > turn
    delivery = inspect.signature(BackendResults).parameters["timeout"].default
    assert float(settings_in_the_cluster()["DRAIN_SECONDS"]) > delivery
    assert gateway.app.Deadlines().turn < 2 * gateway.app.SHUTDOWN_SECONDS


def test_names_of_servers_are_those_of_headless_services() -> None:
    for name in ("ORCHESTRATOR_URL", "GRPC_STT_URL", "GRPC_TTS_URL"):
        host, _, port = settings_in_the_cluster()[name].partition(":")
        spec = named("Service", host)["spec"]
        assert spec["clusterIP"] == "None"
        assert [each["port"] for each in spec["ports"]] == [int(port)]
        for service in compose()["services"].values():
            given = service.get("environment", {}).get(name)
            assert given in {None, f"{host}:{port}"}
        assert host in compose()["services"]


def selectors() -> Iterator[dict[str, str]]:
    for manifest in manifests():
        spec = manifest.get("spec", {})
        if manifest["kind"] == "Service":
            yield spec["selector"]
        if manifest["kind"] in {"Deployment", "StatefulSet", "PodDisruptionBudget"}:
            yield spec["selector"]["matchLabels"]
        if manifest["kind"] == "NetworkPolicy":
            yield spec["podSelector"]["matchLabels"]


def test_whatever_selects_pods_finds_some() -> None:
    kinds = {"Deployment", "StatefulSet"}
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in manifests() if each["kind"] in kinds]
    found = list(selectors())
    assert len(found) > 10
    for selector in found:
        assert any(selector.items() <= each.items() for each in labels)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_computes_is_scaled_by_what_it_computes(program: str) -> None:
    scaler = named("HorizontalPodAutoscaler", program)["spec"]
    assert scaler["minReplicas"] >= 2
    assert scaler["scaleTargetRef"]["name"] == program
    assert "replicas" not in named("Deployment", program)["spec"], "the scaler says how many"


@pytest.mark.parametrize("program", REPLICATED)
def test_no_single_replica_and_none_as_root(program: str) -> None:
    assert named("Deployment", program)["spec"].get("replicas", 2) >= 2
    assert named("PodDisruptionBudget", program)["spec"]["maxUnavailable"] == 1
    assert "podAntiAffinity" in pod(program)["affinity"]
    assert pod(program)["securityContext"]["runAsNonRoot"]
    assert f"--uid {pod(program)['securityContext']['runAsUser']} " in dockerfile()
    assert re.search(r"^USER [1-9]", dockerfile(), flags=re.MULTILINE)


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def stage(name: str) -> str:
    (found,) = re.findall(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", dockerfile(), flags=re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_image_starts_its_program(program: str) -> None:
    assert f'CMD ["python", "-m", "{program}"]' in stage(program)
    assert importlib.util.find_spec(f"{program}.__main__") is not None
    assert compose()["services"][program]["build"]["target"] == program
    assert container(program)["image"].rpartition(":")[0].endswith(f"calling-{program}")


def test_images_have_every_package_of_ours_and_none_for_development() -> None:
    sent = set(re.findall(r"^!(\S+)", (DEPLOY / "Dockerfile.dockerignore").read_text(), flags=re.MULTILINE))
    packages = {each.parent.name for each in DEPLOY.parent.glob("*/__init__.py")} - {"tests", "deploy"}
    assert packages <= sent
    assert all((DEPLOY.parent / each).exists() for each in sent)
    unwanted = development_packages()
    assert {"pytest", "mypy", "grpcio-tools", "buf-bin", "kubernetes-validate"} <= unwanted
    assert not unwanted & {"grpcio", "redis", "hiredis", "aiohttp", "pydantic", "openai", "calling-orchestrator", "pip"}
