"""What is there once all migrations have run: their tables, triggers and functions, read from their own statements.

Of several statements about one name the last counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import migrations

_TABLE = re.compile(r"CREATE TABLE (\w+)")
_DROPPED = re.compile(r"DROP TABLE (\w+)")
_TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+) .*? ON (?:public\.)?(?P<table>\w+) ")
_ALWAYS = re.compile(r"ALTER TABLE public\.(\w+) ENABLE ALWAYS TRIGGER (\w+)")
_CLOSED = re.compile(r"REVOKE ALL ON FUNCTION public\.(\w+)\(.*\) FROM PUBLIC")
_FUNCTION = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION public\.(?P<name>\w+)\((?P<arguments>.*?)\)\s"
    r"(?P<manner>.*?)\sAS \$\$(?P<body>.*)\$\$",
    re.DOTALL,
)
_LANGUAGE = re.compile(r"LANGUAGE (\w+)")
_SETTING = re.compile(r"SET (\w+) = (.+?)(?= SET |$)")

TriggerName = tuple[str, str]
"""Its table and its own name."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of PostgreSQL; `settings` are those it runs with, `body` is its text to the letter."""

    arguments: str
    language: str
    as_owner: bool
    settings: frozenset[str]
    body: str


@dataclass(frozen=True, slots=True)
class Promised:
    """Triggers by their texts in one form, `always` those that no setting switches off, `closed` what PUBLIC may not
    call."""

    tables: frozenset[str]
    triggers: Mapping[TriggerName, str]
    always: frozenset[TriggerName]
    functions: Mapping[str, Function]
    closed: frozenset[str]


@cache
def promised(dialect: str) -> Promised:
    """What the newest schema has on `sqlite` or `postgresql`."""
    said = migrations.statements(dialect)
    in_line = [" ".join(statement.split()) for statement in said]
    triggers = [match for statement in in_line if (match := _TRIGGER.match(statement))]
    functions = [match for statement in said if (match := _FUNCTION.match(statement))]
    return Promised(
        tables=_named(_TABLE, in_line) - _named(_DROPPED, in_line),
        triggers={(match["table"], match["name"]): one_form(match.string) for match in triggers},
        always=frozenset((match[1], match[2]) for statement in in_line if (match := _ALWAYS.match(statement))),
        functions={match["name"]: _function(match) for match in functions},
        closed=frozenset(match[1] for statement in in_line if (match := _CLOSED.match(statement))),
    )


def _named(kind: re.Pattern[str], statements: Sequence[str]) -> frozenset[str]:
    return frozenset(match[1] for statement in statements if (match := kind.match(statement)))


def one_form(trigger: str) -> str:
    """A trigger's text whoever wrote it down: PostgreSQL orders its changes anew, and names schemas as it sees fit."""
    text = " ".join(trigger.replace("public.", "").split())
    changes = re.match(r"(.*? (?:BEFORE|AFTER) )(\w+(?: OR \w+)+)( ON .*)", text)
    return f"{changes[1]}{' OR '.join(sorted(changes[2].split(' OR ')))}{changes[3]}" if changes else text


def _function(match: re.Match[str]) -> Function:
    manner = " ".join(match["manner"].split())
    language = _LANGUAGE.search(manner)
    assert language is not None, f"{match['name']} says its language"
    return Function(
        arguments=" ".join(match["arguments"].split()),
        language=language[1],
        as_owner="SECURITY DEFINER" in manner,
        settings=frozenset(f"{name}={value}" for name, value in _SETTING.findall(manner)),
        body=match["body"],
    )
