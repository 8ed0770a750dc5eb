"""Settings: flags over environment over file over defaults, each known by name.

A name that nobody knows is refused: a misspelt setting that is silently ignored is a
server that does not do what its owner wrote.
"""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from philomel.app.refusal import Exit, Refusal
from philomel.app.roles import ROLES, SERVICES, Role
from philomel.app.settings.public import check_public
from philomel.app.settings.table import (
    Chosen,
    Setting,
    Value,
    default_data,
    every_setting,
    service_settings,
)

S = TypeVar("S", bound=msgspec.Struct)
_PREFIX = "PHILOMEL_"
_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


class Settings:
    """What was chosen, by name and with its type."""

    def __init__(self, chosen: Mapping[str, Chosen], data: Path) -> None:
        self._chosen = chosen
        self.data = data

    def __iter__(self) -> Iterator[Chosen]:
        return iter(self._chosen.values())

    def text(self, name: str) -> str:
        value = self._chosen[name].value
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self._chosen[name].value
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        return self._chosen[name].value is True

    def share(self, name: str) -> float:
        value = self._chosen[name].value
        assert isinstance(value, float)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._chosen[name].value
        assert isinstance(value, tuple)
        return value

    @property
    def role(self) -> Role:
        return ROLES[self.text("role")]

    @property
    def keys(self) -> Path:
        named = self.text("keys")
        return Path(named).expanduser() if named else self.data / "keys"

    def of(self, service: str, struct: type[S]) -> S:
        """The section of a service, in the service's own words.

        Raises:
            Refusal: the service does not take one of the values.
        """
        given = {
            field.name: self._chosen[f"{service}.{field.name}"].value
            for field in msgspec.structs.fields(struct)
        }
        try:
            return msgspec.convert(given, struct)
        except msgspec.ValidationError as error:
            raise Refusal(
                f"a setting in the section {service!r} cannot be so: {error}", Exit.USAGE
            ) from None


def load(flags: Mapping[str, Value], environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Args:
        flags: from the command line, those that were given.
        environment: the process's own if left out.

    Raises:
        Refusal: an unknown name, or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    table = {setting.name: setting for setting in every_setting()}
    chosen = {name: Chosen(setting, setting.default, "default") for name, setting in table.items()}
    above = _from_environment(table, environment)
    for name, value in flags.items():
        above[name] = Chosen(table[name], value, "flag")
    data = _folder(above.get("data"))
    chosen.update(_from_file(table, data, above.get("config")))
    chosen.update(above)
    chosen["data"] = Chosen(table["data"], str(data), chosen["data"].source)
    _check(chosen)
    settings = Settings(chosen, data)
    _check_services(settings)
    return settings


def _folder(chosen: Chosen | None) -> Path:
    if chosen is None or not chosen.value:
        return default_data().absolute()
    return Path(str(chosen.value)).expanduser().absolute()


def _from_environment(
    table: Mapping[str, Setting], environment: Mapping[str, str]
) -> dict[str, Chosen]:
    variables = {setting.variable: setting for setting in table.values()}
    found: dict[str, Chosen] = {}
    for name, text in environment.items():
        if not name.startswith(_PREFIX):
            continue
        setting = variables.get(name)
        if setting is None:
            raise Refusal(
                f"the environment variable {name} is no setting of Philomel"
                + _meant(name, variables),
                Exit.USAGE,
            )
        found[setting.name] = Chosen(setting, _parse(setting, text, name), "environment")
    return found


def _from_file(table: Mapping[str, Setting], data: Path, named: Chosen | None) -> dict[str, Chosen]:
    path = data / "philomel.toml"
    if named is not None and named.value:
        path = Path(str(named.value)).expanduser().absolute()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise Refusal(f"the settings file {path} does not exist", Exit.USAGE) from None
    except NotADirectoryError:
        return {}
    except OSError as error:
        raise Refusal(
            f"the settings file {path} cannot be read: {error.strerror}", Exit.USAGE
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"the settings file {path} is not TOML: {error}", Exit.USAGE) from None
    found: dict[str, Chosen] = {}
    for name, value in _flatten(content):
        setting = table.get(name)
        if setting is None or name in {"data", "config"}:
            raise Refusal(
                f"{name!r} in {path} is no setting of Philomel" + _meant(name, table), Exit.USAGE
            )
        found[name] = Chosen(setting, _checked(setting, value, f"{name!r} in {path}"), str(path))
    return found


def _flatten(content: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _meant(name: str, known: Iterable[str]) -> str:
    bare = {each.removeprefix(_PREFIX): each for each in known}
    near = difflib.get_close_matches(name.removeprefix(_PREFIX), list(bare), 1)
    return f"; did you mean {bare[near[0]]}?" if near else "; `philomel config` lists them all"


def _parse(setting: Setting, text: str, where: str) -> Value:
    """A value written as text, as in the environment."""
    try:
        if setting.type is bool:
            return _WORDS[text.strip().lower()]
        if setting.type is tuple:
            return _parse_list(text)
        if setting.type in {int, float}:
            number: Value = setting.type(text)
            return number
    except (KeyError, ValueError):
        shown = "what it is" if setting.secret else repr(text)
        raise Refusal(f"{where} must be {_kind(setting)}, not {shown}", Exit.USAGE) from None
    return text


def _parse_list(text: str) -> tuple[str, ...]:
    if text.lstrip().startswith("["):
        values = json.loads(text)
        if not all(isinstance(value, str) for value in values):
            raise ValueError(text)
        return tuple(values)
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _checked(setting: Setting, value: Any, where: str) -> Value:
    """A value that has a type already, as in TOML."""
    if setting.type is tuple and isinstance(value, list):
        value = tuple(value)
    if setting.type is float and type(value) is int:
        value = float(value)
    texts = not isinstance(value, tuple) or all(isinstance(each, str) for each in value)
    kind: Any = type(value)
    if kind is not setting.type or not texts:
        raise Refusal(f"{where} must be {_kind(setting)}", Exit.USAGE)
    checked: Value = value
    return checked


def _kind(setting: Setting) -> str:
    return {
        str: "a text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        tuple: "a list of texts",
    }[setting.type]


def _check(chosen: Mapping[str, Chosen]) -> None:
    """Values that would only fail much later.

    Raises:
        Refusal: one is not among those that can be.
    """
    among = {
        "role": tuple(ROLES),
        "log_level": ("debug", "info", "warning", "error"),
        "log_format": ("auto", "text", "json"),
        "proxy_headers": ("x-forwarded", "forwarded"),
    }
    for name, allowed in among.items():
        value = chosen[name].value
        if value not in allowed:
            raise Refusal(
                f"the setting {name} cannot be {value!r}; it is one of {', '.join(allowed)}",
                Exit.USAGE,
            )
    port = chosen["port"].value
    if not isinstance(port, int) or not 0 <= port <= 65_535:
        raise Refusal(f"the setting port cannot be {port}; ports are 1 to 65535", Exit.USAGE)
    at = str(chosen["backup.at"].value)
    if at and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise Refusal(f"the setting backup.at cannot be {at!r}; it looks like 03:30", Exit.USAGE)
    for name in ("backup.keep", "s3.spool_mb", "requests.wait_ms"):
        number = chosen[name].value
        if not isinstance(number, int) or number < 1:
            raise Refusal(f"the setting {name} cannot be {number}; at least 1", Exit.USAGE)
    check_public(chosen)


def _check_services(settings: Settings) -> None:
    for service in SERVICES:
        struct = service_settings(service)
        if struct is not None:
            settings.of(service, struct)
