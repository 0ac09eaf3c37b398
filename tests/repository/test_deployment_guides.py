"""The configuration files in the deployment guides are valid."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT

GUIDES = ROOT / "docs/how-to"
KUBERNETES_VERSION = "1.34"


def code_blocks(guide: str, language: str) -> list[str]:
    """Return the code blocks of a guide that are written in a language."""
    text = (GUIDES / guide).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "guide", sorted(GUIDES.glob("deploy-*.md")), ids=lambda p: p.stem
)
def test_guides_set_what_production_requires(guide: Path) -> None:
    """Most use cases include accounts, whose emails need PUBLIC_URL."""
    blocks = "\n".join(
        re.findall(r"(?ms)^```\w*\n(.*?)^```$", guide.read_text("utf-8"))
    )
    settings = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    required = set(re.findall(r"(?m)^\| `(\w+)` .*production: required", settings))
    assert {"SECRET_KEY", "PUBLIC_URL"} <= required
    attached = {"DATABASE_URL"} if "postgres attach" in blocks else set()
    assert {name for name in required - attached if name not in blocks} == set()


def manifests() -> dict[str, Any]:
    """Return the Kubernetes manifests by their kind."""
    blocks = code_blocks("deploy-to-kubernetes.md", "yaml")
    return {manifest["kind"]: manifest for manifest in map(yaml.safe_load, blocks)}


@pytest.mark.parametrize(
    "kind", ["ConfigMap", "Job", "Deployment", "Service", "Ingress"]
)
def test_kubernetes_manifests_follow_the_schema(kind: str) -> None:
    kubernetes_validate.validate(manifests()[kind], KUBERNETES_VERSION, strict=True)


@pytest.mark.parametrize("kind", ["Job", "Deployment"])
def test_kubernetes_containers_are_restricted(kind: str) -> None:
    pod = manifests()[kind]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_kubernetes_probes_use_the_health_endpoints() -> None:
    (container,) = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_flask_reads_no_env_file_of_a_parent_folder_on_a_virtual_machine() -> None:
    text = (GUIDES / "deploy-to-a-vm.md").read_text("utf-8")
    commands = re.findall(r"^.*\bflask --app\b.*$", text, re.MULTILINE)
    assert commands
    assert all("FLASK_SKIP_DOTENV=1" in command for command in commands)


def test_the_fly_configuration_waits_for_shutdown_and_checks_readiness() -> None:
    (block,) = code_blocks("deploy-to-fly.md", "toml")
    configuration = tomllib.loads(block)
    assert configuration["kill_timeout"] > 35
    service = configuration["http_service"]
    assert service["internal_port"] == 8000
    assert [check["path"] for check in service["checks"]] == ["/readyz"]


def test_the_render_blueprint_waits_for_shutdown_and_checks_readiness() -> None:
    (block,) = code_blocks("deploy-to-render.md", "yaml")
    (service,) = yaml.safe_load(block)["services"]
    assert service["maxShutdownDelaySeconds"] > 35
    assert service["healthCheckPath"] == "/readyz"


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="requires systemd-analyze"
)
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = next(
        block for block in code_blocks("deploy-to-a-vm.md", "ini") if "[Unit]" in block
    )
    # systemd-analyze also checks that the programs exist on this machine.
    unit = re.sub(r"/srv/app/code/\.venv/bin/\w+", "/bin/true", unit)
    file = tmp_path / "app.service"
    file.write_text(unit, "utf-8")
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", file],
        capture_output=True,
        text=True,
        check=False,
    )
    relevant = [line for line in result.stderr.splitlines() if "app.service" in line]
    assert not relevant, result.stderr
