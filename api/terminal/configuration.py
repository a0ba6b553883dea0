"""The settings as they stand: each with its value and where that comes from."""

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from rich.table import Table
from sqlalchemy.engine import make_url

from infrastructure.process.settings import Settings

PREFIX: Final = "STANDFAST_"
MASKED: Final = "***"


def settings_table(settings: Settings) -> Table:
    """Every setting with its value and where it comes from."""
    table = Table(title="Settings")
    for column in ("variable", "value", "source", "what it is"):
        table.add_column(column, no_wrap=column != "value", overflow="fold")
    for name, field in type(settings).model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        source = "environment" if variable in _environment() else "default"
        table.add_row(variable, masked(str(getattr(settings, name))), source, field.description or "")
    return table


def unknown_settings(settings: Settings) -> list[str]:
    """Variables that look like settings and are none: a slip of the pen, most likely."""
    known = {f"{PREFIX}{name.upper()}" for name in type(settings).model_fields}
    return sorted(each for each in _environment() if each.startswith(PREFIX) and each not in known)


def _environment() -> Mapping[str, str]:
    return {name.upper(): value for name, value in os.environ.items()}


def masked(value: str) -> str:
    """A value without the password of an address, wherever that stands in it."""
    if "://" not in value:
        return value
    url = make_url(value)
    query = {name: MASKED if "password" in name.lower() else each for name, each in url.query.items()}
    shown = url.set(query=query).render_as_string(hide_password=True)
    return shown.replace(quote(MASKED, safe=""), MASKED)
