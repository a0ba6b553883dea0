"""The settings as they stand: each with its value and where that comes from."""

import os
from collections.abc import Mapping
from typing import Final

from rich.table import Table

from infrastructure.database.address import shown
from infrastructure.process.settings import Settings

PREFIX: Final = "STANDFAST_"


def settings_table(settings: Settings) -> Table:
    """Every setting with its value and where it comes from."""
    table = Table(title="Settings")
    for column in ("variable", "value", "source", "what it is"):
        table.add_column(column, no_wrap=column != "value", overflow="fold")
    for name, field in type(settings).model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        source = "environment" if variable in _environment() else "default"
        table.add_row(variable, _value(settings, name), source, field.description or "")
    return table


def unknown_settings(settings: Settings) -> list[str]:
    """Variables that look like settings and are none: a slip of the pen, most likely."""
    known = {f"{PREFIX}{name.upper()}" for name in type(settings).model_fields}
    return sorted(each for each in _environment() if each.startswith(PREFIX) and each not in known)


def _environment() -> Mapping[str, str]:
    return {name.upper(): value for name, value in os.environ.items()}


def _value(settings: Settings, name: str) -> str:
    return shown(settings.database_url) if name == "database_url" else str(getattr(settings, name))
