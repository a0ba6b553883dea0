"""The settings as they stand: each with its value and where that comes from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from rich.markup import escape
from rich.table import Table

from infrastructure.database.address import shown
from infrastructure.process.settings import Settings

PREFIX: Final = "STANDFAST_"
SECRETS: Final = frozenset({"oidc_client_secret"})
"""The settings that are shown to nobody."""

MASK: Final = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting as it stands; a secret in its value is masked."""

    variable: str
    value: str
    source: Literal["environment", "default"]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Every setting, and the variables that look like settings and are none."""

    settings: tuple[Setting, ...]
    unknown: tuple[str, ...]


def configuration(settings: Settings) -> Configuration:
    """The settings of this process, and what was perhaps meant to be one."""
    found = tuple(
        Setting(
            variable=_variable(name),
            value=_value(settings, name),
            source="environment" if _variable(name) in _environment() else "default",
            description=field.description or "",
        )
        for name, field in type(settings).model_fields.items()
    )
    return Configuration(settings=found, unknown=unknown_settings())


def settings_table(settings: tuple[Setting, ...]) -> Table:
    """Every setting with its value and where it comes from."""
    table = Table(title="Settings")
    for column in ("variable", "value", "source", "what it is"):
        table.add_column(column, no_wrap=column != "value", overflow="fold")
    for each in settings:
        table.add_row(each.variable, escape(each.value), each.source, each.description)
    return table


def unknown_settings() -> tuple[str, ...]:
    """Variables that look like settings and are none: a slip of the pen, most likely."""
    known = {_variable(name) for name in Settings.model_fields}
    return tuple(sorted(each for each in _environment() if each.startswith(PREFIX) and each not in known))


def is_no_setting(variable: str) -> str:
    """What is said of such a variable, with the setting that it is nearly called like."""
    near = get_close_matches(variable, map(_variable, Settings.model_fields), n=1)
    return f"{variable} is set, but is no setting" + (f": perhaps {near[0]} is meant" if near else "")


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _environment() -> Mapping[str, str]:
    return {name.upper(): value for name, value in os.environ.items()}


def _value(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name))
    if name == "database_url":
        return shown(value)
    return MASK if value and name in SECRETS else value
