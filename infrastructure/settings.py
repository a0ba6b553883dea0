"""What can be set from outside: environment variables named ``STANDFAST_…``."""

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_database_url() -> str:
    """A SQLite file in the user's data directory."""
    path = Path(platformdirs.user_data_dir("standfast", appauthor=False)) / "standfast.db"
    return f"sqlite:///{path}"


class Settings(BaseSettings):
    """The settings of one process. An unknown value of a known variable stops the start."""

    model_config = SettingsConfigDict(env_prefix="STANDFAST_", frozen=True)

    database_url: str = Field(default_factory=default_database_url, description="SQLite or PostgreSQL")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=8000, description="the port to listen on, 0: any free one"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="auto: JSON when not a terminal")
