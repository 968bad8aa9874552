"""
Settings from the environment: one small reader for each type of value, each naming the variable when it refuses one.

Read through django-environ, whose file-aware mapping gives every variable a twin: `NAME_FILE` names a file to read the
value from, as container platforms mount secrets. What is read is remembered in `declared`, and a test compares that
with the README.
"""

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+", re.ASCII)

_PLAIN_URL = re.compile(r"[!-~]+", re.ASCII)  # Python's parser drops line breaks and tabs, and reads what is left.

declared: dict[str, str] = {}
_env = environ.FileAwareEnv()


def _read(name: str, default: str, about: str) -> str:
    declared[name] = about
    try:
        return str(_env.str(name, default=default)).strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE names a file that is not UTF-8 text.") from None


def text(name: str, default: str, about: str) -> str:
    """Read a line of text."""
    return _read(name, default, about)


def one_of(name: str, default: str, options: tuple[str, ...], about: str) -> str:
    """Read one of a few words."""
    written = _read(name, default, about).lower()
    value = next((option for option in options if option.lower() == written), "")
    if not value:
        raise ImproperlyConfigured(f"{name} is none of {', '.join(options)}.")
    return value


def flag(name: str, default: bool, about: str) -> bool:
    """Read yes or no; anything but yes, no, true, false, on, off, 1 or 0 is refused."""
    value = _read(name, "yes" if default else "no", about).lower()
    if value not in ("yes", "true", "on", "1", "no", "false", "off", "0"):
        raise ImproperlyConfigured(f"{name} is neither yes nor no.")
    return value in ("yes", "true", "on", "1")


def number(name: str, default: int, about: str, *, least: int, most: int) -> int:
    """Read a whole number within its bounds, both included."""
    value = _read(name, str(default), about)
    if not (value.isascii() and value.isdigit() and least <= int(value[:12]) <= most):
        raise ImproperlyConfigured(f"{name} is not a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: str, about: str) -> list[str]:
    """Read a list with commas between its items; blanks are dropped."""
    return [word.strip() for word in _read(name, default, about).split(",") if word.strip()]


def hosts(name: str, about: str) -> list[str]:
    """Read a list of host names, without scheme and port."""
    found = [word.lower() for word in words(name, "", about)]
    for word in found:
        if not HOST.fullmatch(word):
            raise ImproperlyConfigured(f"{name} has “{word}”, which is not a host name such as berth.example.com.")
    return found


def mailboxes(name: str, default: str, about: str) -> list[str]:
    """Read a list of e-mail addresses, each alone or as `Name <address>`."""
    found = words(name, default, about)
    for word in found:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(word)[1]):
            raise ImproperlyConfigured(f"{name} has “{word}”, which is not an e-mail address.")
    return found


def listening(name: str, default: str, about: str) -> str:
    """Read an IP address to listen on."""
    value = _read(name, default, about)
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not an IP address, such as 127.0.0.1 or 0.0.0.0.") from None


def networks(name: str, about: str) -> list[Network]:
    """Read a list of networks, such as `10.0.0.0/8, 192.168.5.10/32`."""
    found: list[Network] = []
    for word in words(name, "", about):
        try:
            found.append(ipaddress.ip_network(word))
        except ValueError:
            raise ImproperlyConfigured(f"{name} has “{word}”, which is not a network such as 10.0.0.0/8.") from None
    return found


def secret(name: str, about: str, *, file: Path | None = None, least: int = 1) -> str:
    """Read a secret: from `NAME_FILE`, else from `NAME`, else from `file`; refuse to go on where it is missing or short."""
    value = _read(name, "", about)
    if not value and file is not None and file.is_file():
        value = file.read_text(encoding="utf-8").strip()
    if not value:
        where = f", or run `make run`, which makes {file}" if file is not None else ""
        raise ImproperlyConfigured(f"{name} is not set. Set it or {name}_FILE{where}.")
    if len(value) < least:
        raise ImproperlyConfigured(f"{name} is too short: it needs {least} characters or more.")
    return value


def address(name: str, default: str, about: str) -> SplitResult:
    """Read a base address, `http://host[:port]` or `https://host[:port]`, with no path."""
    value = _read(name, default, about).rstrip("/")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    written = host if ":" not in host else f"[{host}]"
    if not HOST.fullmatch(host) or value.lower() not in (
        f"{scheme}://{written}{authority}" for scheme in ("http", "https") for authority in ("", f":{port}")
    ):
        raise ImproperlyConfigured(f"{name} is not an address such as https://berth.example.com.")
    return parts


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """An HTTP proxy; `authorization` is the value of its `Proxy-Authorization`, or "" where it asks for no login."""

    scheme: str
    host: str
    port: int
    authorization: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """The host and the port, to be told to people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def proxy(name: str, about: str) -> Proxy | None:
    """Read the address of an HTTP proxy, `http://[user:password@]host:port` or `https://…`; None where none is set."""
    value = _read(name, "", about)
    if not value:
        return None
    example = "an HTTP proxy with its port, such as http://user:password@proxy.example.com:3128"
    if value.lower().startswith("socks"):
        raise ImproperlyConfigured(f"{name} is a SOCKS proxy, which Berth does not speak. It takes {example}.")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
        username, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        if "[" in parts.netloc.rpartition("@")[2]:
            ipaddress.IPv6Address(host)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not {example}.") from None
    well_formed = HOST.fullmatch(host) and port and ":" not in username and parts.path in ("", "/")
    if not (well_formed and _PLAIN_URL.fullmatch(value) and parts.scheme in ("http", "https")) or {*value} & {*"?#\\"}:
        raise ImproperlyConfigured(f"{name} is not {example}. Other characters of the password are written as %23.")
    login = base64.b64encode(f"{username}:{password}".encode()).decode("ascii") if username or password else ""
    return Proxy(scheme=parts.scheme, host=host, port=port or 0, authorization=f"Basic {login}" if login else "")


def root() -> Path:
    """Return the folder of the project, which holds `manage.py`."""
    return Path(__file__).resolve().parent.parent


def home() -> Path:
    """Return the folder in which Berth keeps what it makes: database, keys, collected static files."""
    about = "The folder for the database, the keys and the collected static files."
    return Path(_read("BERTH_HOME", str(root() / "var"), about)).absolute()


def database(name: str, default: str, about: str) -> dict[str, Any]:
    """Read the address of a database: SQLite or PostgreSQL."""
    value = _read(name, default, about)
    try:
        config: dict[str, Any] = environ.Env.db_url_config(value)
    except Exception:  # noqa: BLE001  # Whatever it stumbles over, the value is wrong, and must not be quoted.
        config = {}
    if config.get("ENGINE") not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
        raise ImproperlyConfigured(
            f"{name} is not an address of SQLite or PostgreSQL, such as postgresql://user:password@host/name."
        )
    return config


def mail(name: str, default: str, about: str) -> dict[str, Any]:
    """Read the address of a mail server, such as `smtp+tls://user:password@host:587`."""
    value = _read(name, default, about)
    try:
        config: dict[str, Any] = environ.Env.email_url_config(value)
    except Exception:  # noqa: BLE001  # As above.
        config = {}
    if not config.get("EMAIL_BACKEND"):
        raise ImproperlyConfigured(f"{name} is not an address of a mail server, such as smtp+tls://user:password@host:587.")
    return config
