"""The part of JSONPath (RFC 9535) in which the documents say where in an answer something stands.

`$`, `.name`, `[*]`, `[0]` and `[?filter]`: conditions joined by `&&`, each the existence of a query from `@`, or such a
query compared with a JSON value.
"""

import json
import operator
import re
from typing import Any, Final

_NAME: Final = re.compile(r"\.([a-z_]+)")
_INDEX: Final = re.compile(r"\[(\d+)\]")
_COMPARED: Final = re.compile(r'(.+?) (==|!=|<=|<|>=|>) ("[^"]*"|[\w.-]+)')
_OPERATORS: Final = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


def nodes(path: str, value: Any) -> list[Any]:
    """What stands at a path, in its order. Raises ValueError for what this part of JSONPath has no words for."""
    found, rest = [value], path[1:]
    while rest:
        if named := _NAME.match(rest):
            found = [each[named[1]] for each in found if isinstance(each, dict) and named[1] in each]
            rest = rest[named.end() :]
        elif placed := _INDEX.match(rest):
            found = [each[int(placed[1])] for each in found if int(placed[1]) < len(each)]
            rest = rest[placed.end() :]
        elif rest.startswith("["):
            selector, rest = _bracketed(rest)
            members = [member for each in found for member in (each.values() if isinstance(each, dict) else each)]
            found = [member for member in members if selector == "*" or _holds(selector, member)]
        else:
            raise ValueError(f"{rest!r} in {path!r}")
    return found


def _bracketed(text: str) -> tuple[str, str]:
    """What stands between a bracket and the one that closes it, and what follows."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise ValueError(f"{text!r} is not closed")


def _holds(selector: str, member: Any) -> bool:
    if not selector.startswith("?"):
        raise ValueError(f"[{selector}]")
    if selector.endswith("]"):
        return bool(nodes(selector[1:], member))
    return all(_condition(each, member) for each in selector[1:].split(" && "))


def _condition(text: str, member: Any) -> bool:
    compared = _COMPARED.fullmatch(text)
    if compared is None:
        return bool(nodes(text, member))
    path, sign, literal = compared.groups()
    return all(_OPERATORS[sign](each, json.loads(literal)) for each in nodes(path, member) or [None])
