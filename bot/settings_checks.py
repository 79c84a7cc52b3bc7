"""What settings may not be together or alone: each mistake is one sentence with its cure."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bot.settings import Settings

SECRET = re.compile("[A-Za-z0-9_-]{8,256}")  # what both messengers accept
TELEGRAM_TOKEN = re.compile("[0-9]+:[A-Za-z0-9_-]+")
WIDEST = {4: 8, 6: 7}  # prefix bits: 10.0.0.0/8 and fc00::/7 are the widest private networks there are
METADATA = ip_network("169.254.0.0/16")  # where clouds tell a machine its own secrets
AGE_RECIPIENT = re.compile("age1[02-9ac-hj-np-z]{58}")  # 32 bytes in Bech32
BACKUP_KEEP = re.compile(r"[1-9]\d{0,3}, *\d{1,3}, *\d{1,3}")
TLS_MODES = ("require", "verify-ca", "verify-full")  # of asyncpg; "prefer" and "allow" give in to whoever listens


def mistakes_of(settings: Settings) -> list[str]:
    """Every mistake; nothing when the settings may be used."""
    outside = (_webhooks, _zalo_oa, _addresses, _links, _proxy, _hooks, _audit_mail)
    inside = (_database, _folders, _backups, _clamd)
    return [sentence for check in (*outside, *inside) for sentence in check(settings)]


def _webhooks(settings: Settings) -> list[str]:
    found = []
    for name in ("telegram", "zalo_bot"):
        group = f"HOIAM_{name.upper()}"
        secret = getattr(settings, f"{name}_webhook_secret").get_secret_value()
        webhook = getattr(settings, f"{name}_mode") == "webhook"
        token = getattr(settings, f"{name}_token").get_secret_value()
        if not token:
            found += [f"{group}_TOKEN: missing, while other {group}_ settings are given"] if webhook or secret else []
            continue
        if name == "telegram" and not TELEGRAM_TOKEN.fullmatch(token):
            found.append("HOIAM_TELEGRAM_TOKEN: must look like 123456:ABC-def, as @BotFather gives it")
        if webhook and not SECRET.fullmatch(secret):
            found.append(
                f"{group}_WEBHOOK_SECRET: webhook mode needs a secret of 8 to 256 characters "
                "(letters, digits, _ and -); without it anybody could send forged messages"
            )
        old = getattr(settings, f"{name}_webhook_secret_old").get_secret_value()
        if old and not (secret and SECRET.fullmatch(old)):
            found.append(
                f"{group}_WEBHOOK_SECRET_OLD: the secret before {group}_WEBHOOK_SECRET, 8 to 256 letters, digits, _ "
                "and -; leave it out once the messenger uses the new one"
            )
        if webhook and not settings.public_url.startswith("https://") and not _loopback(settings.public_url):
            found.append(f"HOIAM_PUBLIC_URL: {name} in webhook mode needs the public https:// address of this server")
    return found


def _zalo_oa(settings: Settings) -> list[str]:
    group = {
        "APP_ID": settings.zalo_oa_app_id,
        "APP_SECRET": settings.zalo_oa_app_secret.get_secret_value(),
        "SECRET_KEY": settings.zalo_oa_secret_key.get_secret_value(),
    }
    pair = [settings.zalo_oa_access_token.get_secret_value(), settings.zalo_oa_refresh_token.get_secret_value()]
    missing = [name for name, value in group.items() if not value]
    if missing and any((*group.values(), *pair, settings.zalo_template_id_case_news)):
        return [
            f"HOIAM_ZALO_OA_{name}: missing, while other settings of the Official Account are given" for name in missing
        ]
    if any(pair) and not all(pair):
        return ["HOIAM_ZALO_OA_ACCESS_TOKEN and HOIAM_ZALO_OA_REFRESH_TOKEN: give both of the pair, or neither"]
    return []


def _addresses(settings: Settings) -> list[str]:
    found = []
    for name in ("telegram_api", "zalo_bot_api", "zalo_oa_api", "zalo_oauth_api", "zalo_business_api", "public_url"):
        value = str(getattr(settings, name))
        if not value or (value.startswith("https://") and not value.endswith("/")):
            continue
        if not (_loopback(value) and not value.endswith("/")):
            found.append(
                f"HOIAM_{name.upper()}: must be an https:// address without a slash at its end "
                "(http:// only for this machine)"
            )
    return found


def _links(settings: Settings) -> list[str]:
    try:
        _ = settings.links
    except ValueError:
        return ["HOIAM_CHAT_LINKS: pairs such as Zalo=https://zalo.me/123,Telegram=https://t.me/name_bot"]
    return []


def _audit_mail(settings: Settings) -> list[str]:
    given = (settings.audit_mail_server, settings.audit_mail_from, settings.audit_mail_to)
    port = settings.audit_mail_server.rpartition(":")[2]
    if not any(given) or (all(given) and ":" in given[0] and port.isdecimal()):
        return []
    return ["HOIAM_AUDIT_MAIL_SERVER (host:port), HOIAM_AUDIT_MAIL_FROM, HOIAM_AUDIT_MAIL_TO: give all, or none"]


def _database(settings: Settings) -> list[str]:
    if settings.database.startswith("sqlite:///"):
        return []
    if not settings.database.startswith("postgresql+asyncpg://"):
        return ["HOIAM_DATABASE_URL: must begin with sqlite:/// or postgresql+asyncpg://"]
    from sqlalchemy.engine import make_url  # the reader that the connection uses: two readers could disagree
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(settings.database)
    except (ArgumentError, ValueError):
        return ["HOIAM_DATABASE_URL: cannot be read as an address (write @, : or / of a password as %40, %3A, %2F)"]
    asked = {name: ",".join([values] if isinstance(values, str) else values) for name, values in url.query.items()}
    if "sslmode" in asked:
        return ["HOIAM_DATABASE_URL: write ssl=verify-full instead of sslmode=…, which this driver does not know"]
    local = all(_on_this_machine(host) for host in (url.host, asked.get("host")) if host)
    if local or settings.database_plain or asked.get("ssl") in TLS_MODES:
        return []
    return [
        "HOIAM_DATABASE_URL: the database is on another machine and the way to it is not encrypted; add "
        "?ssl=verify-full (or ?ssl=require), or on a private network set HOIAM_DATABASE_PLAIN=true"
    ]


def _proxy(settings: Settings) -> list[str]:
    try:
        trusted = networks(settings.trusted_proxy)
    except ValueError as error:
        return [f"HOIAM_TRUSTED_PROXY: addresses or networks such as 127.0.0.1, separated by commas ({error})"]
    wide = [str(network) for network in trusted if network.prefixlen < WIDEST[network.version]]
    if wide:
        return [
            f"HOIAM_TRUSTED_PROXY: {', '.join(wide)} trusts strangers, who could then forge where they come from; "
            "name the address of your own proxy, such as 127.0.0.1"
        ]
    if settings.public_url.startswith("https://") and not (trusted or is_loopback(settings.host)):
        return [
            f"HOIAM_TRUSTED_PROXY: HOIAM_PUBLIC_URL is https, so a proxy stands in front, yet HOIAM_HOST="
            f"{settings.host} takes calls from other machines; name the proxy's address, or set HOIAM_HOST=127.0.0.1 "
            "and HOIAM_TRUSTED_PROXY=127.0.0.1 where the proxy is on this machine"
        ]
    return []


def _on_this_machine(host: str) -> bool:
    """Hosts (`host` or `host:port`, by commas) that no wire leads to: loopback, or the folder of a socket."""
    parts = [part.rpartition(":")[0] or part if part.count(":") == 1 else part for part in host.split(",")]
    return all(part.startswith("/") or is_loopback(part) for part in parts)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is served at this host."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _hooks(settings: Settings) -> list[str]:
    try:
        allowed = networks(settings.hooks_allow)
    except ValueError as error:
        return [f"HOIAM_HOOKS_ALLOW: addresses or networks such as 10.20.0.0/16, separated by commas ({error})"]
    wide = [str(one) for one in allowed if one.prefixlen < WIDEST[one.version] or one.overlaps(METADATA)]
    if wide:
        return [
            f"HOIAM_HOOKS_ALLOW: {', '.join(wide)} lets a subscription call what no other system lives at, such as the "
            "machine's own secrets in a cloud; name the networks of the systems that are called, such as 10.20.0.0/16"
        ]
    return []


def _folders(settings: Settings) -> list[str]:
    """A file where a folder should be would be noticed at the first backup, perhaps by nobody."""
    named = {
        "HOIAM_DATA_DIR": settings.data_dir,
        "HOIAM_AUDIT_HEADS": settings.audit_heads,
        "HOIAM_BACKUP_DIR": settings.backup_dir,
    }
    return [f"{name}: {path} is a file; name a folder" for name, path in named.items() if path and path.is_file()]


def _backups(settings: Settings) -> list[str]:
    found = []
    if "AGE-SECRET-KEY" in settings.backup_recipient.upper():
        found.append(
            "HOIAM_BACKUP_RECIPIENT: this is the secret half, which must not be on this machine; write the public "
            "half, which begins with age1, and make a new pair with `hoiam backup key`"
        )
    elif not all(AGE_RECIPIENT.fullmatch(one) for one in settings.backup_recipients):
        found.append("HOIAM_BACKUP_RECIPIENT: keys as `hoiam backup key` prints them (age1…), separated by commas")
    if not BACKUP_KEEP.fullmatch(settings.backup_keep):
        found.append("HOIAM_BACKUP_KEEP: how many hours, days and months are kept, as 48,30,12; at least one hour")
    return found


def _clamd(settings: Settings) -> list[str]:
    host, _, port = settings.clamd.rpartition(":")
    if not settings.clamd or settings.clamd.startswith("/") or (is_loopback(host) and port.isdecimal()):
        return []
    return [
        "HOIAM_CLAMD: the path of clamd's socket, such as /run/clamav/clamd.ctl, or an address of this machine such as "
        "127.0.0.1:3310; files go there in clear, so never over a network"
    ]


def networks(setting: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses or networks, separated by commas; raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in setting.split(",") if part.strip())


def _loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1") and "@" not in parts.netloc
