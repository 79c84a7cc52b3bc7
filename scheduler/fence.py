"""What a child that reads strangers' files may still do: little memory and time, no network, no file of ours.

Limits hold on every POSIX system. The files and the network are shut by the kernel (Landlock from Linux 5.13,
seccomp on x86-64 and ARM), for this process and everything it starts, and need no rights of an administrator:
https://docs.kernel.org/userspace-api/landlock.html, https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

NO_NEW_PRIVS, SET_SECCOMP, FILTER, DEATH_SIGNAL = 38, 22, 2, 1  # of prctl
KILL = 9
READ, SOCKETS, REFER = 0b1101, 1 << 9 | 1 << 5, 1 << 13  # Landlock's rights; execute and read; make and remove a socket
FILE_ONLY = 0b1 | 0b10 | 0b100 | 1 << 14
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/locale.alias",
    "/var/cache/fontconfig",
    "/dev/urandom",
)
_CALLS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {"socket": 41, "ptrace": 101, "kill": 62, "execve": 59, "fork": 57, "vfork": 58, "execveat": 322}
        | {"connect": 42, "sendto": 44, "sendmsg": 46, "sendmmsg": 307, "bpf": 321, "io_uring_setup": 425}
        | {"process_vm_readv": 310, "process_vm_writev": 311, "unshare": 272, "setpriority": 141, "prlimit64": 302}
        | {"tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "pidfd_send_signal": 424}
        | {"memfd_create": 319, "clone": 56, "clone3": 435},
    ),
    "aarch64": (
        0xC00000B7,
        {"socket": 198, "ptrace": 117, "kill": 129, "execve": 221, "execveat": 281}
        | {"connect": 203, "sendto": 206, "sendmsg": 211, "sendmmsg": 269, "bpf": 280, "io_uring_setup": 425}
        | {"process_vm_readv": 270, "process_vm_writev": 271, "unshare": 97, "setpriority": 140, "prlimit64": 261}
        | {"tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "pidfd_send_signal": 424}
        | {"memfd_create": 279, "clone": 220, "clone3": 435},
    ),
}
_STARTS = frozenset(
    {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal", "memfd_create"}
    | {"execve", "execveat", "fork", "vfork", "clone", "clone3"}
)
"""What a program with processes of its own needs."""
_FOREIGN = 0x40000000  # the x32 calls of x86-64 would be a second door
LOCAL, THREAD = 1, 1 << 16  # the family of local sockets; the mark of a thread that is made
_LOAD, _EQUAL, _AT_LEAST, _HAS, _GIVE = 0x20, 0x15, 0x35, 0x45, 0x06
_PASSED, _REFUSED = (_GIVE, 0, 0, 0x7FFF0000), (_GIVE, 0, 0, 0x00050001)
_UNKNOWN = (_GIVE, 0, 0, 0x00050026)  # no such call: its arguments cannot be looked at, and libraries go back to clone


@dataclass(frozen=True, slots=True)
class Fence:
    """What holds: `files` (nothing of ours can be read), `network` (no connection can be made)."""

    files: bool
    network: bool


def limit(memory: int, seconds: int, written: int, *, private_only: bool = False) -> None:
    """Bytes of memory, seconds of processor time, bytes a file may grow to; also no core file, few open files.

    `private_only` counts what the process writes to and not what it maps: LibreOffice maps far more than it uses.
    """
    kind = resource.RLIMIT_DATA if private_only else resource.RLIMIT_AS
    wanted = [
        (kind, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ]
    for what, most in wanted:
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def shut(
    readable: Iterable[str | Path],
    writable: Iterable[str | Path] = (),
    sockets: Iterable[str | Path] = (),
    *,
    starts: bool = False,
) -> Fence:
    """Close everything else for good; `starts` lets it start the programs that it may read.

    LibreOffice listens on a socket for a second LibreOffice: in the folders
    `sockets` it may make and remove some, and it can call none.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not sys.platform.startswith("linux") or libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Fence(files=False, network=False)
    libc.prctl(DEATH_SIGNAL, KILL, 0, 0, 0)  # ends with whoever started it
    files = _landlock(libc, {READ: readable, -1: writable, SOCKETS: sockets})
    return Fence(files=files, network=_seccomp(libc, starts=starts))


def own_places() -> list[str]:
    """Where Python, its packages and the system's libraries and fonts lie."""
    return [sys.prefix, sys.base_prefix, str(Path(__file__).parent), *SYSTEM]


def _landlock(libc: ctypes.CDLL, places: Mapping[int, Iterable[str | Path]]) -> bool:
    """Rights by place, -1 for all but moving files between folders."""
    version = libc.syscall(444, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = REFER - 1 | (REFER if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    rules = struct.pack("=QQQ", handled, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(444, ctypes.c_char_p(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for rights, named in places.items():
            for place in named:
                _allow(libc, ruleset, place, rights & handled & ~REFER)
        return bool(libc.syscall(446, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, place: str | Path, rights: int) -> None:
    with contextlib.suppress(OSError):  # what is not there needs no rule
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        try:
            folder = os.path.isdir(place)
            rule = struct.pack("=Qi", rights if folder else rights & FILE_ONLY, opened)
            libc.syscall(445, ruleset, 1, ctypes.c_char_p(rule), 0)
        finally:
            os.close(opened)


def _seccomp(libc: ctypes.CDLL, *, starts: bool) -> bool:
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    code = b"".join(struct.pack("=HBBI", *step) for step in _program(*known, starts=starts))
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HxxxxxxP", len(code) // 8, ctypes.addressof(held))
    return bool(libc.prctl(SET_SECCOMP, FILTER, ctypes.c_char_p(program), 0, 0) == 0)


def _program(machine: int, calls: Mapping[str, int], *, starts: bool) -> list[tuple[int, int, int, int]]:
    """Berkeley packet filter: another machine's calls and the refused ones end in "not permitted".

    Of some calls those pass whose first argument is harmless: limits of oneself, threads of oneself, and for a program
    of its own sockets inside this machine. A step's two figures say how many steps are left out for yes and for no.
    """
    only = {"prlimit64": (_EQUAL, 0), **({"socket": (_EQUAL, LOCAL)} if starts else {"clone": (_HAS, THREAD)})}
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), _REFUSED, (_LOAD, 0, 0, 0), (_AT_LEAST, 0, 1, _FOREIGN)]
    steps.append(_REFUSED)
    for name, number in calls.items():
        if name in only:
            test, harmless = only[name]
            steps += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, 16), (test, 1, 0, harmless), _REFUSED, _PASSED]
        elif not (starts and name in _STARTS):
            steps += [(_EQUAL, 0, 1, number), _UNKNOWN if name == "clone3" else _REFUSED]
    return [*steps, _PASSED]
