"""Row 23: what we install is pinned, hashed and listed; a blind audit is never green; no secret lies about."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings, get_plugins

from storage.sqlite import journal_mode
from tests.trust.figures import SOAK
from tests.trust.supply import BLIND, LOCKED, ROOT, audit, judge, main

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-boot.txt")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Locked versions by package."""
    return dict(PIN.findall((ROOT / name).read_text("utf-8")))


def numbers(version: str) -> tuple[int, ...]:
    """A version to compare."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


# -- the lock ---------------------------------------------------------------------------------------------------------

FLOORS = {
    "python-multipart": "0.0.27",
    "cryptography": "50.0.0",
    "jinja2": "3.1.6",
    "pillow": "13.0.0",
    "pynacl": "1.6.2",
}
"""Under these, holes are known or a promise does not hold (python-multipart: CVE-2026-42561)."""


@pytest.mark.parametrize("package", FLOORS)
def test_no_version_is_under_its_floor(package: str) -> None:
    """In the lock, and asked for in `pyproject.toml`, so that no other lock goes under it."""
    assert numbers(pins("requirements.txt")[package]) >= numbers(FLOORS[package])
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    (floor,) = [one.partition(">=")[2] for one in asked if re.split(r"[\[><=;]", one)[0].lower() == package]
    assert numbers(floor + ".0.0") >= numbers(FLOORS[package])[:2]


def test_sqlite_is_past_the_corruption_of_its_journal() -> None:
    """WAL is safe from 3.51.3 on."""
    assert journal_mode() == "WAL" or journal_mode().lower() == "wal"
    assert journal_mode((3, 51, 2)).lower() != "wal"


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_has_a_hash_and_no_address(name: str) -> None:
    """An installation takes the very files that were locked, from whatever mirror it is set up with."""
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry.splitlines()[0]] == []
    assert not re.search(r"https?://|--(extra-)?index|--find-links|git\+", text)


def test_every_installation_asks_for_hashes() -> None:
    """In the Makefile and the container."""
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    for place in (ROOT / "deploy").rglob("*"):
        lines += place.read_text("utf-8", "replace").splitlines() if place.is_file() else []
    installs = [line for line in lines if re.search(r"\bpip install\b", line) and "-r " in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


# -- the audit --------------------------------------------------------------------------------------------------------


def report(*found: Mapping[str, object]) -> str:
    """As pip-audit writes it."""
    return json.dumps({"dependencies": found, "fixes": []})


CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLE = {"name": "jinja2", "version": "2.10", "vulns": [{"id": "PYSEC-2019-217"}]}
UNSEEN = {"name": "b", "skip_reason": "not found and could not be audited"}


@pytest.mark.parametrize(
    ("output", "status"),
    [
        (report(CLEAN, CLEAN), 0),
        (report(CLEAN, HOLE), 1),
        (report(CLEAN), BLIND),
        (report(CLEAN, UNSEEN), BLIND),
        (report(), BLIND),
        ("", BLIND),
        ("No known vulnerabilities found", BLIND),
        ("[]", BLIND),
    ],
)
def test_what_an_audit_may_be_called(output: str, status: int) -> None:
    """Clean only if every pinned package was looked up; anything less is "not run", never green."""
    verdict = judge(output, 2)
    assert verdict.status == status
    assert ("NOT RUN" in verdict.sentence) == (status == BLIND)


def test_the_audit_sees_a_planted_hole_or_says_it_did_not_run() -> None:
    """With the real auditor: where the advisory service is out of reach, the audit fails with a sentence."""
    verdict = audit()
    assert verdict.sentence.startswith(
        "The audit was NOT RUN" if verdict.status == BLIND else ("Known holes", "8", "9")
    )
    assert verdict.status == 0 or verdict.sentence


def test_a_wrong_command_is_no_audit(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the words "audit" and "sbom" ends with 0."""
    assert main(["audti"]) == 2
    assert "make audit" in capsys.readouterr().err


# -- the list of what we install --------------------------------------------------------------------------------------


def test_the_list_names_every_package_with_version_and_hashes(tmp_path: Path) -> None:
    """As many components as pins, and no address of an index."""
    made = tmp_path / "sbom.json"
    assert main(["sbom", str(made)]) == 0
    bom = json.loads(made.read_text("utf-8"))
    assert {one["name"]: one["version"] for one in bom["components"]} == pins(LOCKED.name)
    assert all(one["hashes"] for one in bom["components"])
    assert "://" not in json.dumps(bom["components"])


# -- secrets ----------------------------------------------------------------------------------------------------------


def planted() -> dict[str, str]:
    """Twenty secrets of twenty kinds, put together here so that none of them stands in the source."""
    letters = "Zk9Qw7Tx3Lm5Rv8Pb2Nc6Hd4Jf1Gs0Ya"
    digits = "0123456789abcdef" * 4
    dash = "-" * 5
    return {
        "aws": "AKIA" + "Z7Q4M2X9K5T8R3W6",
        "aws secret": "aws_secret_access_key = '" + (letters + "QwErTy12")[:40] + "'",
        "github": "ghp_" + (letters + "abcd")[:36],
        "gitlab": "glpat-" + letters[:20],
        "slack": "xoxb" + "-123456789012-1234567890123-" + letters[:24],
        "slack hook": "https://hooks.slack.com/services/T0" + "ABCDEFG/B0ABCDEFG/" + letters[:24],
        "stripe": "sk_live_" + letters[:24],
        "twilio": "SK" + digits[:32],
        "sendgrid": "SG." + letters[:22] + "." + (letters + letters)[:43],
        "mailchimp": digits[:32] + "-us12",
        "square": "sq0csp-" + "".join(("\\\\", letters, letters))[2:45],
        "openai": "sk-" + letters[:20] + "T3BlbkFJ" + letters[:20],
        "npm": "//registry.example/:_authToken=npm_" + (letters + "abcd")[:36],
        "index token": "pypi-" + "AgEIcHlwaS5vcmc" + (letters * 4)[:80],
        "telegram": "123456789:" + ("AAH" + letters)[:35],
        "discord": "M" + letters[:23] + "." + letters[:6] + "." + letters[:27],
        "private key": dash + "BEGIN " + "RSA PRIVATE KEY" + dash,
        "token of a session": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + letters,
        "address with password": "postgresql://hoiam:" + "Tr0ub4dor9" + "@db.example/hoiam",
        "azure": "AccountKey=" + (letters * 3)[:86] + "==",
    }


@pytest.mark.parametrize("kind", planted())
def test_a_planted_secret_is_found(tmp_path: Path, kind: str) -> None:
    """By the scanner that looks at the repository."""
    place = tmp_path / "settings.py"
    place.write_text(
        f'value = "{planted()[kind]}"\n' if "'" not in planted()[kind] else planted()[kind] + "\n", "utf-8"
    )
    found = SecretsCollection(root=str(tmp_path))
    with default_settings():
        found.scan_file(place.name)
    assert len(list(found)) >= 1


KNOWN = {
    (".env.example", "Basic Auth Credentials"),  # the sample address of a database
    ("tests/bot/test_settings.py", "Basic Auth Credentials"),
    ("tests/channels/test_zalo_fetch.py", "Basic Auth Credentials"),
    ("tests/web/console/test_hooks.py", "Basic Auth Credentials"),
    ("tests/trust/test_ssrf.py", "Basic Auth Credentials"),
    ("tests/trust/test_canary_logs.py", "Telegram Bot Token"),  # planted, to be looked for in the log
    ("tests/trust/test_supply.py", "NPM tokens"),  # planted below
    ("storage/sealed_keys.py", "IBM Cloud IAM Key"),  # a ruled line in a comment
    ("web/static/libsodium.js", "AWS Access Key"),  # compiled code
}
"""Looked at by hand: samples."""
NO_SECRETS = {"KeywordDetector", "IPPublicDetector"}
"""Words beside the word "password" (of which our own texts are full), and addresses of machines."""


def shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The scanner's patterns of secrets that have a shape of their own."""
    with default_settings():
        plugins = [one for one in get_plugins() if type(one).__name__ not in NO_SECRETS]
        return [(str(one.secret_type), shape) for one in plugins for shape in getattr(one, "denylist", ())]


def tracked() -> list[str]:
    """Every file of the repository."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_no_file_of_the_repository_holds_a_secret() -> None:
    """Tokens, keys and passwords in addresses; vendored scripts and pinned hashes included."""
    patterns, found = shapes(), set()
    for name in tracked():
        text = (ROOT / name).read_text("utf-8", "replace") if (ROOT / name).is_file() else ""
        found |= {(name, kind) for kind, shape in patterns if shape.search(text)}
    assert found - KNOWN == set()


@pytest.mark.slow
@pytest.mark.skipif(not SOAK, reason="the whole history")
def test_no_change_ever_made_holds_a_secret() -> None:
    """What was taken out of the tree is still in the history."""
    log = subprocess.run(["git", "log", "-p", "--all", "--no-color", "-U0"], cwd=ROOT, capture_output=True, check=True)
    added = [line for line in log.stdout.decode("utf-8", "replace").splitlines() if line.startswith("+")]
    samples = re.compile(
        r"user:pass|hoiam:|:secret@|:s3cret|u:p@|h:pw@|evil|@127\.0\.0\.1|@localhost|example|zdn\.vn|canary|A=\{\}"
        r"|key ------|cơ sở dữ liệu|Cơ sở dữ liệu"
    )
    found = {(kind, line[:80]) for kind, shape in shapes() for line in added if shape.search(line)}
    assert {one for one in found if not samples.search(one[1])} == set()


def test_the_scanner_is_the_one_that_is_locked() -> None:
    """The versions that run are those of the lock."""
    for module in ("pip_audit", "detect_secrets"):
        shown = subprocess.run(
            [sys.executable, "-c", f"import importlib.metadata as m; print(m.version('{module.replace('_', '-')}'))"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout.strip() == pins("requirements-dev.txt")[module.replace("_", "-")]
