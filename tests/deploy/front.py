"""nginx and Caddy with the shipped configuration, on loopback in front of a served application.

Only names of files and ports are exchanged; every replaced line must be there, so that the shipped file is what runs.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "phananh.xamau.example"
KINDS = ("nginx", "caddy")
FROM = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Front:
    """A running proxy: its https and http ports, and the folder with its certificate, log and scratch files."""

    kind: str
    port: int
    plain_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where residents would go."""
        return f"https://{NAME}:{self.port}"

    def trust(self) -> ssl.SSLContext:
        """What a browser that knows the certificate uses."""
        return ssl.create_default_context(cafile=self.folder / "cert.pem")

    @asynccontextmanager
    async def browser(self, address: str = "127.0.0.5") -> AsyncIterator[aiohttp.ClientSession]:
        """A browser at this address of the loopback network, so that several persons are several addresses."""
        lines: list[socket.socket] = []

        def line(place: aiohttp.AddrInfoType) -> socket.socket:
            lines.append(socket.socket(*place[:3]))
            return lines[-1]

        door = aiohttp.TCPConnector(resolver=_Here(), ssl=self.trust(), local_addr=(address, 0), socket_factory=line)
        async with aiohttp.ClientSession(connector=door) as http:
            yield http
        for one in lines:
            with suppress(OSError):  # closed already
                one.shutdown(socket.SHUT_RDWR)
        async with asyncio.timeout(10):  # an encrypted connection ends some turns of the loop after it is closed
            while any(one.fileno() != -1 for one in lines):
                await asyncio.sleep(0)


class _Here(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


def program(kind: str) -> str:
    """Where the proxy is installed; empty if it is not."""
    return shutil.which(kind, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


@contextmanager
def fronted(kind: str, folder: Path, app: str) -> Iterator[Front]:
    """The proxy before the application at `app` (`host:port`), until the block ends."""
    front = Front(kind, _free_port(), _free_port(), folder)
    _certificate(folder)
    start = _nginx if kind == "nginx" else _caddy
    pid_file = start(front, app)
    try:
        yield front
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIGTERM)


def _nginx(front: Front, app: str) -> Path:
    folder = front.folder
    ours = changed(
        (DEPLOY / "nginx/hoiam.conf").read_text(encoding="utf-8"),
        {
            "server 127.0.0.1:8080;": f"server {app};",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "    listen [::]:443 ssl default_server;\n": "",
            "listen 80;": f"listen 127.0.0.1:{front.plain_port};",
            "listen 443 ssl": f"listen 127.0.0.1:{front.port} ssl",
            f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{folder}/cert.pem",
            f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{folder}/key.pem",
            "/etc/nginx/hoiam-headers.conf": f"{DEPLOY}/nginx/hoiam-headers.conf",
            "/var/log/nginx/hoiam.error.log crit": f"{folder}/error.log warn",  # warn: names every temporary file
        },
    )
    (folder / "hoiam.conf").write_text(ours, encoding="utf-8")
    scratch = "".join(f"{name}_temp_path {folder}/scratch/{name};\n" for name in ("client_body", "proxy"))
    unused = "".join(f"{name}_temp_path {folder}/unused;\n" for name in ("fastcgi", "uwsgi", "scgi"))
    (folder / "scratch").mkdir()
    (folder / "nginx.conf").write_text(
        f"user {getpass.getuser()};\npid {folder}/pid;\nerror_log {folder}/start.log warn;\nevents {{}}\n"
        f"http {{\n{scratch}{unused}include {folder}/hoiam.conf;\n}}\n",
        encoding="utf-8",
    )
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    for words in (["-t", "-q"], []):  # the second goes to the background once it listens
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
    return folder / "pid"


def _caddy(front: Front, app: str) -> Path:
    folder = front.folder
    ours = changed(
        (DEPLOY / "caddy/Caddyfile").read_text(encoding="utf-8"),
        {
            "{$HOIAM_UPSTREAMS:127.0.0.1:8080}": app,
            "\tlog default {\n": f"\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {front.plain_port}\n"
            f"\thttps_port {front.port}\n\tlog default {{\n\t\toutput file {folder}/error.log\n",
            f"{{$HOIAM_NAME:{NAME}}} {{\n": f"{NAME} {{\n\ttls {folder}/cert.pem {folder}/key.pem\n",
        },
    )
    (folder / "Caddyfile").write_text(ours, encoding="utf-8")
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    files = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile", "--pidfile", str(folder / "pid")]
    with (folder / "start.log").open("wb") as log:  # a file: the process in the background would hold a pipe open
        done = subprocess.run(
            [program("caddy"), "start", *files], env=environment, stdout=log, stderr=log, timeout=30, check=False
        )
    assert done.returncode == 0, (folder / "start.log").read_text()
    return folder / "pid"


def changed(text: str, changes: dict[str, str]) -> str:
    """The text with every change made; a line that is not there any more fails."""
    for old, new in changes.items():
        assert old in text, f"not in the shipped file: {old}"
        text = text.replace(old, new)
    return text


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(FROM + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
