"""What is unsafe for the open Internet in settings that are otherwise sound, each with its cure.

It looks at settings, files and mounts of this machine as the user who runs it; it opens no database and no key, and
asks nothing of the network. It cannot see firewalls or the proxy's configuration.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.settings import Settings
from bot.settings_checks import is_loopback, networks
from storage.keys import OUTSIDE
from storage.sqlite import journal_mode

UNSAFE, NOTE = "unsafe", "note"
EVERY_ADDRESS = ("0.0.0.0", "::", "[::]")  # noqa: S104 - compared with, not bound to
MOUNTS = Path("/proc/self/mountinfo")
# File systems over a wire: their locks and fsync promise less than SQLite needs (sqlite.org/faq.html, question 5).
WIRED = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs", "davfs"}
)
BIG_PROXY_NETWORK = 256  # addresses; more than one machine's or one container network's worth of trust


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`unsafe`) or to know (`note`); `about` is the setting or path, `cure` what to do."""

    level: str
    about: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.level}: {self.about}: {self.what}; {self.cure}"


def look(settings: Settings, mounts: str | None = None) -> list[Finding]:
    """Everything found, the unsafe first. `mounts`: what `/proc/self/mountinfo` says, for tests."""
    table = _read(MOUNTS) if mounts is None else mounts
    found = [*_doors(settings), *_proxies(settings), *_owners(settings), *_database(settings, table), *_kept(settings)]
    return sorted(found, key=lambda one: one.level != UNSAFE)


def _doors(settings: Settings) -> Iterator[Finding]:
    """Who can reach this process, and over what."""
    if not settings.public_url.startswith("https://"):
        yield Finding(
            UNSAFE,
            "HOIAM_PUBLIC_URL",
            "is not https, so messages, passwords and session cookies travel in clear",
            "put a proxy with a certificate in front (deploy/README.md) and write the https:// address here",
        )
    here = is_loopback(settings.host)
    if not here and not settings.trusted_proxy:
        yield Finding(
            UNSAFE,
            f"HOIAM_HOST={settings.host}",
            "other machines reach the plain http port, with no proxy in between",
            "set HOIAM_HOST=127.0.0.1 and let a proxy on this machine stand in front",
        )
    elif not here and all(one.is_loopback for one in networks(settings.trusted_proxy)):
        yield Finding(
            UNSAFE,
            f"HOIAM_HOST={settings.host}",
            "the proxy is on this machine, yet other machines can go past it to the plain http port",
            "set HOIAM_HOST=127.0.0.1",
        )
    elif settings.host in EVERY_ADDRESS:
        yield Finding(
            NOTE,
            f"HOIAM_HOST={settings.host}",
            "whoever reaches this port goes past the proxy",
            "close the port to all but the proxy in the firewall, or serve on one inner address",
        )
    if settings.metrics_public:
        yield Finding(
            UNSAFE,
            "HOIAM_METRICS_PUBLIC=true",
            "everybody who reaches the site can read how many messages come and go",
            "set it to false and let Prometheus ask on this machine",
        )


def _kept(settings: Settings) -> Iterator[Finding]:
    """What outlasts this machine."""
    if not settings.backup_recipient:
        yield Finding(
            UNSAFE,
            "HOIAM_BACKUP_RECIPIENT",
            "is empty, so no backups are made and a broken disk takes every case with it",
            "run `hoiam backup key`, keep the secret half on paper and write the public half here (docs/restore.md)",
        )
    if settings.audit_heads is None:
        yield Finding(
            NOTE,
            "HOIAM_AUDIT_HEADS",
            "is empty, so the heads of the audit lie on the machine whose administrator they watch",
            "name a folder on another machine's disk",
        )


def _proxies(settings: Settings) -> Iterator[Finding]:
    """Whose word is taken for where a request comes from."""
    trusted = networks(settings.trusted_proxy)
    if settings.public_url.startswith("https://") and not trusted:
        yield Finding(
            UNSAFE,
            "HOIAM_TRUSTED_PROXY",
            "is empty, so nobody's address is known and one flooder cannot be slowed without the others",
            "name the proxy's address: 127.0.0.1 when it is on this machine",
        )
    for network in trusted:
        if network.num_addresses > BIG_PROXY_NETWORK:
            yield Finding(
                NOTE,
                f"HOIAM_TRUSTED_PROXY={network}",
                f"any of {network.num_addresses} addresses may say where a request comes from",
                "name only the proxies' own addresses",
            )


def _owners(settings: Settings) -> Iterator[Finding]:
    """Who on this machine can read the data, the key and the settings."""
    if os.name == "posix" and os.geteuid() == 0:
        yield Finding(
            NOTE,
            "root",
            "this command runs as root; whatever runs as root can do everything",
            "run the service, and this command, as a user of its own (deploy/systemd)",
        )
    yield from _readable(settings.data_dir, 0o077, "700")
    for key in (settings.key_file, settings.key_file.with_name(OUTSIDE), settings.drill_key):
        yield from _readable(key, 0o077, "600")
    yield from _readable(Path(".env"), 0o007, "640")
    if settings.key_file.resolve().is_relative_to(settings.data_dir.resolve()):
        yield Finding(
            NOTE,
            str(settings.key_file),
            "the key lies in the data folder: a copy of that folder can be read by whoever holds it",
            "move it elsewhere, name it in HOIAM_MASTER_KEY_FILE, and keep its copy apart from the backups",
        )


def _readable(path: Path, forbidden: int, wanted: str) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return  # made with a safe mode on the first run, or not used
    except OSError as error:
        yield Finding(NOTE, str(path), f"cannot be looked at ({error.strerror})", "run this as the service's user")
        return
    if mode & forbidden:
        yield Finding(UNSAFE, str(path), f"others can open it (mode {mode:o})", f"run `chmod {wanted} {path}`")


def _database(settings: Settings, mounts: str) -> Iterator[Finding]:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        yield from _sqlite(Path(url.database or ":memory:"), mounts)
    elif settings.database_plain:
        yield Finding(
            NOTE,
            "HOIAM_DATABASE_PLAIN=true",
            "the way to PostgreSQL may be read and changed by whoever sits on that network",
            "keep it inside one machine or one private network, or give the server a certificate and use ssl",
        )
    elif url.query.get("ssl") == "require":
        yield Finding(
            NOTE,
            "HOIAM_DATABASE_URL",
            "ssl=require encrypts but does not prove which server answers",
            "give the server a certificate that this machine knows and use ssl=verify-full",
        )


def _sqlite(file: Path, mounts: str) -> Iterator[Finding]:
    kind = file_system(file, mounts)
    if kind in WIRED or kind.startswith("fuse."):
        yield Finding(
            UNSAFE,
            str(file),
            f"SQLite on a network file system ({kind}) can lose or mix what was stored",
            "move HOIAM_DATA_DIR to a disk of this machine, or use PostgreSQL",
        )
    if journal_mode() != "WAL":
        yield Finding(
            NOTE,
            "SQLite",
            "is too old for its faster journal (WAL is safe from 3.51.3), so the slower, safe one is used",
            "install the package pysqlite3 where it exists for this machine",
        )


def file_system(path: Path, mounts: str) -> str:
    """Kind of file system that holds this path, by the longest mount point above it; empty when not told.

    Format: `36 35 98:0 /root /mount/point options … - kind source options` (proc_pid_mountinfo(5)).
    """
    wanted = path.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) < 5:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        if wanted.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), kinds[0]
    return kind


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux: nothing is said about mounts
        return ""
