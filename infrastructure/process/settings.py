"""What can be set from outside: environment variables named ``STANDFAST_…``."""

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_database_url() -> str:
    """A SQLite file in the user's data directory."""
    path = Path(platformdirs.user_data_dir("standfast", appauthor=False)) / "standfast.db"
    return f"sqlite:///{path}"


def of_a_kind_served(url: str) -> str:
    """Raises ValueError for a database that the store does not know."""
    kind = url.partition("://")[0].partition("+")[0]
    if kind not in ("sqlite", "postgresql", "postgres"):
        raise ValueError(f"a database is sqlite:///FILE or postgresql://HOST/NAME, not {kind}")
    return url


class Settings(BaseSettings):
    """The settings of one process. An unknown value of a known variable stops the start."""

    model_config = SettingsConfigDict(env_prefix="STANDFAST_", frozen=True)

    database_url: Annotated[str, AfterValidator(of_a_kind_served)] = Field(
        default_factory=default_database_url, description="SQLite or PostgreSQL"
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8000, description="the port to listen on, 0: any free one"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="auto: JSON when not a terminal")
