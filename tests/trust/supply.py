"""`make audit` and `make sbom`: known holes in what we install, and the list of it. A blind audit is none at all.

python -m tests.trust.supply audit
python -m tests.trust.supply sbom FILE
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCKED = ROOT / "requirements.txt"
PLANTED = "jinja2==2.10"  # known holes since 2019: whoever does not report it sees nothing
BLIND = 3
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit may be called: its exit status (0 clean, 1 holes found, 3 not run) and a sentence."""

    status: int
    sentence: str


def audit(requirements: Path = LOCKED) -> Verdict:
    """Audit the locked requirements, after the auditor has proved that it sees a hole planted for it."""
    with tempfile.TemporaryDirectory() as folder:
        bait = Path(folder) / "planted.txt"
        bait.write_text(PLANTED + "\n", "utf-8")
        seen = _run("--no-deps", "-r", str(bait))
    if not _holes(seen):
        return Verdict(BLIND, "The audit was NOT RUN: the advisory service does not answer, or knows nothing.")
    return judge(_run("--require-hashes", "-r", str(requirements)), len(_pins(requirements)))


def judge(output: str, wanted: int) -> Verdict:
    """What pip-audit's JSON says; fewer packages audited than pinned, or any passed over, is no audit."""
    try:
        listed = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(BLIND, "The audit was NOT RUN: its report cannot be read.")
    passed_over = [one["name"] for one in listed if "skip_reason" in one]
    if passed_over or len(listed) < wanted:
        return Verdict(BLIND, f"The audit was NOT RUN: {len(listed) - len(passed_over)} of {wanted} packages seen.")
    holes = _holes(output)
    if holes:
        return Verdict(1, "Known holes: " + "; ".join(holes))
    return Verdict(0, f"{len(listed)} packages audited, no known hole.")


def _run(*words: str) -> str:
    """pip-audit's report, whatever its exit status: 0 with nothing audited has been seen."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--strict",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    try:
        found = subprocess.run([*command, *words], capture_output=True, text=True, timeout=SECONDS, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return ""
    return found.stdout


def _holes(output: str) -> list[str]:
    try:
        listed = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return []
    return [f"{one['name']} {one['version']} {hole['id']}" for one in listed for hole in one.get("vulns", ())]


def _pins(requirements: Path) -> list[str]:
    lines = requirements.read_text("utf-8").splitlines()
    return [line for line in lines if line[:1].isalpha() and "==" in line]


def sbom() -> dict[str, Any]:
    """What an installation holds, as CycloneDX 1.6: every locked package with its version and hashes, no address."""
    words = ["requirements", str(LOCKED), "--pyproject", str(ROOT / "pyproject.toml"), "--of", "JSON"]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cyclonedx_py",
        *words,
        "--no-validate",
        "--output-reproducible",
        "-o",
        "-",
    ]
    made = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True, cwd=ROOT)
    bom: dict[str, Any] = json.loads(made.stdout)
    for component in bom["components"]:
        sources = component.pop("externalReferences", [])
        component["hashes"] = [one for source in sources for one in source.get("hashes", ())]
        component.pop("description", None)
    bom["metadata"].pop("tools", None)
    return bom


def main(words: list[str]) -> int:
    """The command line."""
    if words[:1] == ["sbom"] and len(words) == 2:
        Path(words[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(words[1]).write_text(json.dumps(sbom(), indent=1, ensure_ascii=False) + "\n", "utf-8")
        return 0
    if words != ["audit"]:
        sys.stderr.write(__doc__ or "")
        return 2
    verdict = audit()
    sys.stderr.write(verdict.sentence + "\n")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
