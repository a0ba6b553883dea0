"""Mutants put into the running process: a function gets another code, a class or a module another value."""

import ast
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from tests.mutation.mutants import Mutant

Assignment = ast.Assign | ast.AnnAssign
OURS: Final = ("domain", "application", "infrastructure", "api", "tests")


class NotReached(Exception):
    """The mutant changes nothing that this process holds."""


class Unusable(Exception):
    """The changed text cannot even be loaded."""


def put_in(mutant: Mutant) -> None:
    """Changes the loaded domain. Raises NotReached or Unusable."""
    module = import_module(mutant.module)
    mutant.apply()
    forget_cached(readers_of(mutant.module) if mutant.function else None)
    if mutant.function:
        _exchange_code(module, mutant, mutant.function)
    else:
        _exchange_value(module, mutant)


def forget_cached(names: Collection[str] | None = None) -> None:
    """What caches of the domain hold was computed by the code as it was; in these modules, or in all."""
    for module in domain_modules():
        if names is not None and module.__name__ not in names:
            continue
        for value in list(vars(module).values()):
            forget = getattr(value, "cache_clear", None)
            if forget:
                forget()
            elif type(value).__module__.startswith("domain."):
                _forget_properties(value)


def _forget_properties(value: object) -> None:
    """A constant of a module keeps what its cached properties gave."""
    held = getattr(value, "__dict__", {})
    for kind in type(value).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, cached_property):
                held.pop(name, None)


@cache
def readers_of(name: str) -> frozenset[str]:
    """A module and those that import it, be it by way of others: what they computed may rest on its functions."""
    found = {name}
    while more := {reader for reader, read in _imports().items() if read & found} - found:
        found |= more
    return frozenset(found)


@cache
def _imports() -> Mapping[str, frozenset[str]]:
    """The modules of the domain that each imports."""
    return {module.__name__: frozenset(_imported(module)) for module in domain_modules() if module.__file__}


def _imported(module: ModuleType) -> Iterator[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


def watched(module: ModuleType, touched: Callable[[int], None]) -> Iterator[tuple[FunctionType, CodeType]]:
    """Makes every function of a module tell the line on which it begins; yields each with its code as it was."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for each in _written(tree):
        telling = ast.parse(f"__touched__({each.lineno})").body[0]
        each.body.insert(0, ast.copy_location(telling, each.body[0]))
    compiled = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
    telling_codes = {(code.co_qualname, code.co_firstlineno): code for code in _codes(compiled)}
    vars(module)["__touched__"] = touched
    for function in list(functions_of(module)):
        was = function.__code__
        if (was.co_qualname, was.co_firstlineno) in telling_codes:
            function.__code__ = telling_codes[was.co_qualname, was.co_firstlineno]
            yield function, was


def _written(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """The functions of a module and of its classes, without those inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child
        elif isinstance(child, ast.ClassDef | ast.If):
            yield from _written(child)


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
        yield from _methods(value, module) if isinstance(value, type) else _unwrapped(value)


def _methods(kind: type, module: ModuleType) -> Iterator[FunctionType]:
    if kind.__module__ == module.__name__:
        for member in vars(kind).values():
            yield from _methods(member, module) if isinstance(member, type) else _unwrapped(member)


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
    if not classes:
        _exchange_constant(module, name, _value(statement, vars(module), mutant.change))
        _derive_again(module, mutant.tree, statement)
        return
    owner: Any = module
    for each in classes:
        owner = getattr(owner, each)
    value = _value(statement, {**vars(module), **vars(owner)}, mutant.change)
    annotation = ast.unparse(statement.annotation) if isinstance(statement, ast.AnnAssign) else ""
    if "ClassVar" not in annotation and name in getattr(owner, "__dataclass_fields__", ()):
        _exchange_default(owner, name, value)
    else:
        setattr(owner, name, value)
    _register_again()


def _value(statement: Assignment, names: Mapping[str, object], change: str) -> object:
    assert statement.value
    try:
        return eval(compile(ast.Expression(statement.value), change, "eval"), dict(names))
    except Exception as error:
        raise Unusable(change) from error


def _exchange_constant(module: ModuleType, name: str, value: object) -> None:
    """Gives a constant another value, also where another module imported it."""
    old = getattr(module, name)
    for other in [each for key, each in sys.modules.items() if key.split(".")[0] in OURS]:
        if vars(other).get(name) is old:
            setattr(other, name, value)


def _derive_again(module: ModuleType, tree: ast.Module, changed: Assignment) -> None:
    """What a module computes on import from a constant that changed."""
    names = {_named(changed)}
    for statement in tree.body[tree.body.index(changed) + 1 :]:
        if isinstance(statement, Assignment) and statement.value and names & _read(statement.value):
            _exchange_constant(module, _named(statement), _value(statement, vars(module), _named(statement)))
            names.add(_named(statement))


def _read(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _named(statement: Assignment) -> str:
    return ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)


def _register_again() -> None:
    """The register is computed from the classes of the rooms when it is imported."""
    register = import_module("domain.register")
    tree = ast.parse(Path(str(register.__file__)).read_text(encoding="utf-8"))
    first = next(each for each in tree.body if isinstance(each, Assignment))
    _exchange_constant(register, _named(first), _value(first, vars(register), _named(first)))
    _derive_again(register, tree, first)


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


def _heirs(owner: type) -> Iterator[type]:
    kind: type
    for kind in owner.__subclasses__():
        yield kind
        yield from _heirs(kind)


def _statement(tree: ast.Module, classes: list[str], name: str) -> Assignment:
    body: list[ast.stmt] = tree.body
    for wanted in classes:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == wanted)
    for node in body:
        if isinstance(node, Assignment) and _named(node) == name:
            return node
    raise NotReached(name)
