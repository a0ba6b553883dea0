"""Mutants put into the running process: a function gets another code, a class or a module another value."""

import ast
import gc
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import Mutant


class NotReached(Exception):
    """The mutant changes nothing that this process holds."""


class Unusable(Exception):
    """The changed text cannot even be loaded."""


def put_in(mutant: Mutant) -> None:
    """Changes the loaded domain. Raises NotReached or Unusable."""
    module = import_module(mutant.module)
    mutant.apply()
    forget_cached()
    if mutant.function:
        _exchange_code(module, mutant, mutant.function)
    else:
        _exchange_value(module, mutant)


def forget_cached() -> None:
    """What caches of the domain hold was computed by the code as it was."""
    for module in domain_modules():
        for value in vars(module).values():
            forget = getattr(value, "cache_clear", None)
            if forget:
                forget()


def domain_modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("domain.")]


def _exchange_code(module: ModuleType, mutant: Mutant, function: str) -> None:
    compiled = compile(mutant.tree, str(module.__file__), "exec")
    wanted = next((code for code in _codes(compiled) if _is(code, function, mutant.begins)), None)
    found = [each for each in functions_of(module) if _is(each.__code__, function, mutant.begins)]
    if wanted is None or not found:
        raise NotReached(mutant.where)
    for each in found:
        each.__code__ = wanted


def _is(code: CodeType, function: str, begins: int) -> bool:
    """The function of that name which begins there; the line of a decorator may come first."""
    return code.co_qualname == function and 0 <= begins - code.co_firstlineno <= 3


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """The functions written in a module, and the methods of its classes."""
    for value in vars(module).values():
        members = vars(value).values() if isinstance(value, type) and value.__module__ == module.__name__ else [value]
        for member in members:
            yield from _unwrapped(member)


def _unwrapped(member: Any) -> Iterator[FunctionType]:
    if isinstance(member, property):
        member = member.fget
    elif isinstance(member, cached_property):
        member = member.func
    member = getattr(member, "__func__", member)
    member = getattr(member, "__wrapped__", member)
    if isinstance(member, FunctionType):
        yield member


def _exchange_value(module: ModuleType, mutant: Mutant) -> None:
    *classes, name = mutant.scope.split(".")
    statement = _statement(mutant.tree, classes, name)
    owner: Any = module
    for each in classes:
        owner = getattr(owner, each)
    names: Mapping[str, object] = vars(owner) if classes else {}
    assert statement.value
    changed = compile(ast.Expression(statement.value), mutant.room, "eval")
    try:
        value = eval(changed, {**vars(module), **names})
    except Exception as error:
        raise Unusable(mutant.change) from error
    annotation = ast.unparse(statement.annotation) if isinstance(statement, ast.AnnAssign) else ""
    if classes and "ClassVar" not in annotation and name in getattr(owner, "__dataclass_fields__", ()):
        _exchange_default(owner, name, value)
    elif classes:
        setattr(owner, name, value)
    else:
        old = getattr(module, name)
        for other in list(sys.modules.values()):  # also where a test imported it
            if vars(other).get(name) is old:
                setattr(other, name, value)


def _exchange_default(owner: type, name: str, value: object) -> None:
    """A field's default lives in the initialisers of its class and of those that inherit it."""
    found = False
    for kind in [owner, *_heirs(owner)]:
        defaults = getattr(kind.__init__, "__kwdefaults__", None)  # type: ignore[misc]
        if defaults and name in defaults:
            defaults[name] = value
            found = True
    if not found:
        raise NotReached(f"{owner.__name__}.{name}")


def _heirs(owner: type) -> list[type]:
    return [kind for kind in gc.get_objects() if isinstance(kind, type) and kind is not owner and owner in kind.__mro__]


def _statement(tree: ast.Module, classes: list[str], name: str) -> ast.Assign | ast.AnnAssign:
    body: list[ast.stmt] = tree.body
    for wanted in classes:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == wanted)
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) == name:
                return node
    raise NotReached(name)
