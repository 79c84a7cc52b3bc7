"""The shipped systemd units and container files: hardened alike, without secrets, and read by the real tools."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import COMMANDS
from bot.settings import Settings
from tests.deploy.front import DEPLOY

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TOOL = shutil.which("systemd-analyze") or ""
needs_systemd = pytest.mark.skipif(not TOOL, reason="systemd-analyze is not installed")
WORST = 1.5  # of 10, exposure as systemd-analyze counts it; 1.2 when written


def compose() -> Any:
    """The compose file, read."""
    return yaml.safe_load((DEPLOY / "container/compose.yaml").read_text(encoding="utf-8"))


def hardening(unit: Path) -> list[str]:
    """What the service may touch, do and take."""
    text = unit.read_text(encoding="utf-8")
    lines = text[text.index("[Service]") : text.index("[Install]")].splitlines()
    return [line for line in lines if "=" in line and not line.startswith(("#", "ExecStart", "Environment=HOIAM_PORT"))]


def test_the_units_are_hardened_alike() -> None:
    """What is mended in one is mended in all three."""
    assert len(UNITS) == 3
    assert len({tuple(hardening(unit)) for unit in UNITS}) == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    """And names no setting that there is not."""
    text = unit.read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=\S+/hoiam (\w+)$", text, re.MULTILINE)
    assert command
    assert command[1] in COMMANDS
    assert {one.lower() for one in re.findall(r"\bHOIAM_(\w+)=", text)} <= set(Settings.model_fields)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_exposure_is_small(unit: Path) -> None:
    """As systemd itself counts it."""
    words = [TOOL, "security", "--offline=true", "--no-pager", f"--threshold={WORST * 10:.0f}", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]


@needs_systemd
def test_systemd_reads_the_units_without_complaint(tmp_path: Path) -> None:
    """Every line is one that it knows; the program alone is exchanged for one that is there."""
    names = []
    for path in [*UNITS, DEPLOY / "systemd/hoiam.target"]:
        name = path.name.replace("@.", "@8080.")
        text = path.read_text(encoding="utf-8").replace("/opt/hoiam/.venv/bin/hoiam", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
        names.append(str(tmp_path / name))
    done = subprocess.run([TOOL, "verify", "--man=no", *names], capture_output=True, text=True, timeout=60, check=False)
    ours = [line for line in done.stderr.splitlines() if "hoiam" in line]
    assert ours == []


def test_every_container_is_closed() -> None:
    """Read-only, without capabilities it does not need, with a memory limit, and no way to gain more."""
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"], name


def test_only_the_proxys_word_is_taken_and_only_it_is_public() -> None:
    """Its one address on the network it shares with the pages; no other container opens a port."""
    services = compose()["services"]
    proxy, pages = services["caddy"], services["web1"]
    shared = set(proxy["networks"]) & set(pages["networks"])
    assert shared == {"front"}
    assert proxy["networks"]["front"]["ipv4_address"] == pages["environment"]["HOIAM_TRUSTED_PROXY"]
    assert [name for name, service in services.items() if service.get("ports")] == ["caddy"]
    assert services["db"]["networks"] == ["inner"]


def test_no_secret_and_no_index_address_is_shipped() -> None:
    """Passwords come from a file that is not there, packages from whatever index the builder uses."""
    container = {path.name: path.read_text(encoding="utf-8") for path in (DEPLOY / "container").iterdir()}
    assert "hoiam.env" not in container
    assert re.findall(r"(?im)^[ \t]*\S*password[:=][ \t]*(?!\$\{)\S+", "\n".join(container.values())) == []
    assert re.findall(r"https?://(?!127\.0\.0\.1:)", container["Containerfile"]) == []
    assert container["Containerfile"].count("--require-hashes") == 2


def test_compose_reads_the_file(tmp_path: Path) -> None:
    """And refuses to go on without the password and the name."""
    tool = shutil.which("docker-compose") or ""
    if not tool:
        pytest.skip("docker-compose is not installed")
    (tmp_path / "container").mkdir()
    shutil.copy(DEPLOY / "container/compose.yaml", tmp_path / "container/compose.yaml")
    given = tmp_path / "container/hoiam.env"
    words = [tool, "-f", str(tmp_path / "container/compose.yaml"), "--env-file", str(given), "config", "-q"]
    results = []
    for settings in ("HOIAM_NAME=a.example\nHOIAM_DB_PASSWORD=x\n", "HOIAM_NAME=a.example\n"):
        given.write_text(settings, encoding="utf-8")
        results.append(subprocess.run(words, capture_output=True, timeout=60, check=False).returncode)
    assert (results[0], results[1] != 0) == (0, True)
