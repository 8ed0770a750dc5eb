"""Every setting there is: name, type, default, meaning. All else is derived from here."""

import importlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from philomel.app.roles import ROLES, SERVICES

Value = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Setting:
    """Attributes:
    name: "section.name", or just a name.
    type: of its value: str, int, float, bool or tuple (of texts).
    default: None where it depends on other settings; `meaning` says how.
    secret: never shown.
    flag: whether `serve` takes it on the command line as well.
    """

    name: str
    type: type
    default: Value
    meaning: str
    secret: bool = False
    flag: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "PHILOMEL_" + self.name.upper().replace(".", "_")

    @property
    def section(self) -> str:
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Chosen:
    """Attributes:
    source: "default", "flag", "environment", or the file's path.
    """

    setting: Setting
    value: Value
    source: str

    def shown(self) -> Value:
        """The value as it may be printed."""
        if self.setting.secret:
            return "********" if self.value else ""
        if isinstance(self.value, str):
            if self.value.lstrip().startswith("{"):
                return "{********}"  # a key ring given in place
            return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:********@", self.value)
        return self.value


def default_data() -> Path:
    """Where data lies when nothing is said: `$XDG_DATA_HOME/philomel`."""
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "philomel"


_GENERAL = (
    Setting(
        "data",
        str,
        None,
        "The data folder: databases, index, covers, key ring. "
        "Default: $XDG_DATA_HOME/philomel, or ~/.local/share/philomel.",
        flag=True,
    ),
    Setting(
        "config",
        str,
        None,
        "A TOML file with settings. Default: philomel.toml in the data folder, if there is one.",
        flag=True,
    ),
    Setting(
        "role",
        str,
        "all",
        f"Which part of Philomel this process is: {', '.join(ROLES)}.",
        flag=True,
    ),
    Setting(
        "host",
        str,
        "127.0.0.1",
        "The address to listen on; 0.0.0.0 or :: for every network this machine is in.",
        flag=True,
    ),
    Setting("port", int, 4040, "The TCP port to listen on; 0 takes a free one.", flag=True),
    Setting(
        "base_url",
        str,
        "",
        "The address people use, if it is not the one this server sees: https://music.example.org, "
        "or with a path: https://example.org/music.",
        flag=True,
    ),
    Setting(
        "trusted_proxies",
        tuple,
        (),
        "Addresses and networks of reverse proxies whose word about a request is believed.",
    ),
    Setting(
        "proxy_headers",
        str,
        "x-forwarded",
        "How they say it: x-forwarded (X-Forwarded-For, -Proto, -Host, -Prefix), or forwarded "
        "(RFC 7239). The other kind is not read.",
    ),
    Setting(
        "proxy_user_header",
        str,
        "",
        "The header in which trusted proxies say who has signed in with them, such as Remote-User. "
        "The proxy must remove what clients send under this name. Empty: none is believed.",
    ),
    Setting(
        "tls_cert",
        str,
        "",
        "A PEM file with this server's certificate and those between it and the authority; "
        "with it, the server speaks HTTPS. SIGHUP reads it anew.",
        flag=True,
    ),
    Setting(
        "tls_key",
        str,
        "",
        "A PEM file with the certificate's key, without a passphrase.",
        flag=True,
    ),
    Setting(
        "metrics_token",
        str,
        "",
        "Opens /metrics, as a bearer token. Empty: nobody reads it.",
        secret=True,
    ),
    Setting("log_level", str, "info", "What is logged: debug, info, warning or error."),
    Setting("log_format", str, "auto", "text, json, or auto: text on a terminal, json elsewhere."),
    Setting(
        "log_requests",
        bool,
        False,
        "One line in the log for every request: trace, method, route, status, time, bytes.",
    ),
    Setting(
        "requests.at_once",
        int,
        32,
        "How many requests a process works on at the same time; others wait their turn. Sound, "
        "pictures and health do not count. 0: no limit, and nobody is refused.",
    ),
    Setting(
        "requests.wait_ms",
        int,
        100,
        "When requests have waited long for a second, those that have waited longer than this get "
        "503 with Retry-After.",
    ),
    Setting(
        "web_api.calls_per_minute",
        int,
        60_000,
        "How many requests a program may send to /v1 for one person within a minute; what is more "
        "gets 429 with Retry-After. 0: as many as it likes.",
    ),
    Setting(
        "telemetry.otlp_endpoint",
        str,
        "",
        "Where spans are sent: the base URL of an OpenTelemetry collector that takes OTLP over "
        "HTTP as JSON, such as http://127.0.0.1:4318. Empty: nowhere.",
    ),
    Setting(
        "telemetry.sample_ratio",
        float,
        1.0,
        "The share of traces that is sent, 0 to 1; the same in every process.",
    ),
    Setting(
        "telemetry.otlp_headers",
        tuple,
        (),
        "Headers sent along to the collector, as name=value.",
        secret=True,
    ),
    Setting(
        "keys", str, "", "The key ring's file. Default: keys in the data folder; made if missing."
    ),
    Setting(
        "rpc_listen",
        str,
        "",
        "Where this process serves other processes of Philomel: host:port, or unix:/path. "
        "Empty: it does not.",
    ),
)

_ENGINES = (
    Setting(
        "database",
        str,
        "sqlite",
        "sqlite (a file per service in the data folder), or postgresql://user@host/name "
        "(a schema per service).",
    ),
    Setting("cache", str, "memory", "memory, or redis://host:port/0."),
    Setting("blobs", str, "disk", "disk (in the data folder), or s3://bucket/prefix."),
    Setting(
        "log",
        str,
        "local",
        "The event log: local (in the data folder), or the host:port or unix:/path of the process "
        "that keeps it.",
    ),
    Setting("s3.endpoint", str, "", "The S3 server's URL; empty for Amazon's."),
    Setting("s3.region", str, "us-east-1", "The bucket's region."),
    Setting("s3.access_key", str, "", "The access key id.", secret=True),
    Setting("s3.secret_key", str, "", "The secret access key.", secret=True),
    Setting(
        "s3.spool_mb",
        int,
        2048,
        "Megabytes of disk in the data folder for copies of files of libraries in S3 that are "
        "being decoded.",
    ),
    Setting(
        "web.contact",
        str,
        "",
        "How the services that Philomel asks for pictures and texts can reach you: an e-mail or "
        "web address. Default: base_url.",
    ),
    Setting(
        "web.private_servers",
        tuple,
        (),
        "host:port of servers that Philomel may fetch from although their addresses are private, "
        "such as a mirror in the house.",
    ),
)

_BACKUP = (
    Setting(
        "backup.at",
        str,
        "03:30",
        "When a backup is made every day, in UTC. Empty: none is made by itself.",
    ),
    Setting(
        "backup.folder",
        str,
        "",
        "Where daily backups go, best on another disk. Default: backups/daily in the data folder.",
    ),
    Setting("backup.keep", int, 7, "How many daily backups are kept."),
)

_PEERS = (
    *(
        Setting(
            f"peers.{name}",
            str,
            "",
            f"host:port or unix:/path of the process that runs {name}, if it is not this one.",
        )
        for name in SERVICES
    ),
    Setting(
        "peers.media_http",
        str,
        "",
        "Base URL of the media role's own HTTP listener, for the gateway: http://10.0.0.2:4041.",
    ),
)


def service_settings(service: str) -> type[msgspec.Struct] | None:
    """The settings a service declares for itself, if it has any."""
    contract = importlib.import_module(f"philomel.services.{service}.contract")
    found = getattr(contract, "Settings", None)
    return found if isinstance(found, type) and issubclass(found, msgspec.Struct) else None


def every_setting() -> Sequence[Setting]:
    """The whole table, services' own sections included."""
    own = [setting for service in SERVICES for setting in _of_service(service)]
    return (*_GENERAL, *_ENGINES, *_BACKUP, *_PEERS, *own)


def _of_service(service: str) -> Sequence[Setting]:
    struct = service_settings(service)
    if struct is None:
        return ()
    meanings = _meanings(struct.__doc__ or "")
    hints = get_type_hints(struct)
    return tuple(
        Setting(
            f"{service}.{field.name}",
            _plain_type(hints[field.name]),
            _default(field),
            meanings.get(field.name, ""),
            secret=field.name.endswith("_secret"),
        )
        for field in msgspec.structs.fields(struct)
    )


def _plain_type(hint: Any) -> type:
    origin = getattr(hint, "__origin__", hint)
    if origin in {str, int, float, bool, tuple}:
        plain: type = origin
        return plain
    raise TypeError(f"a setting cannot be {hint}")


def _default(field: msgspec.structs.FieldInfo) -> Value:
    if field.default is not msgspec.NODEFAULT:
        return field.default  # type: ignore[no-any-return]  # checked by the struct's own types
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()  # type: ignore[no-any-return]  # as above
    raise TypeError(f"the setting {field.name} has no default")


def _meanings(doc: str) -> dict[str, str]:
    """What an "Attributes:" section says of each name."""
    text = doc.partition("Attributes:")[2]
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        match = re.match(r"\s*([a-z_0-9]+(?:, [a-z_0-9]+)*): (.*)", line)
        if match is not None:
            name = match[1]
            for each in name.split(", "):
                found[each] = match[2].strip()
        elif name and line.strip():
            for each in name.split(", "):
                found[each] += " " + line.strip()
    return {each: meaning[:1].upper() + meaning[1:] for each, meaning in found.items()}
