"""A password in the address of the database is not told: by no setting, by no log, by no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from infrastructure.process.settings import Settings

ROOT = Path(__file__).parents[3]
SECRET = "S3cret!x"
FAILING = f"""
import structlog
from infrastructure.process.settings import Settings
from infrastructure.process.telemetry import configure_logs

def failing(settings):
    url = settings.database_url
    raise RuntimeError("unforeseen")

settings = Settings(database_url="postgresql://joe:{SECRET}@h/x", log_format="FORMAT")
configure_logs(settings)
try:
    failing(settings)
except RuntimeError:
    structlog.get_logger().exception("failed")
    import logging
    logging.getLogger("a.library").exception("failed too")
"""
NAKED = """
import structlog
structlog.dev.plain_traceback = structlog.dev.default_exception_formatter
"""


def logged(program: str, log_format: str) -> str:
    """What a process writes that logs an unforeseen failure."""
    ran = subprocess.run(
        [sys.executable, "-c", program.replace("FORMAT", log_format)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout + ran.stderr


def test_settings_do_not_tell_the_address() -> None:
    assert SECRET not in repr(Settings(database_url=f"postgresql://joe:{SECRET}@h/x"))
    with pytest.raises(ValidationError) as refused:
        Settings(database_url=f"host=h password={SECRET}")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_in_the_log_does_not_tell_it(log_format: str) -> None:
    said = logged(FAILING, log_format)
    assert said.count("unforeseen") == 2
    assert SECRET not in said


def test_control_with_its_own_tracebacks_the_console_tells_it() -> None:
    assert SECRET in logged(NAKED + FAILING, "console")
