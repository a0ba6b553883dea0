"""The mutants of a module: one small change each, made in its syntax tree.

Not changed is what decides nothing: annotations, docstrings, assertions, the texts of rejections and how they are
put together, declarations of types, and the hooks by which the edge builds its validators; nor the defaults of
parameters, which a function keeps apart from its code.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOMAIN = Path(__file__).parents[2] / "domain"
SAID = ("remedy", "timeless")
"""What a rejection says beside its text."""
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
CALLED = {"any": "all", "all": "any", "min": "max", "max": "min"}
DECLARATIONS = (ast.Import, ast.ImportFrom, ast.Assert, ast.Raise, ast.JoinedStr)
NOT_CHANGED = {"annotation", "returns", "decorator_list", "type_comment", "bases", "defaults", "kw_defaults"}


@dataclass(frozen=True)
class Mutant:
    """One change: in which function, class or module constant of which file, and what it does to the text."""

    path: Path
    scope: str
    line: int
    change: str
    apply: Callable[[], None]
    tree: ast.Module
    function: str | None
    """The qualified name of the function it lies in, and where that begins; none for what is run on import."""
    begins: int

    @property
    def where(self) -> str:
        return f"{self.room} {self.scope}"

    @property
    def name(self) -> str:
        return f"{self.where}: {self.change}"

    @property
    def room(self) -> str:
        """The file by its path within the domain."""
        return self.path.relative_to(DOMAIN).as_posix()

    @property
    def module(self) -> str:
        """The name by which the file is imported."""
        return ".".join(self.path.relative_to(DOMAIN.parent).with_suffix("").parts)


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a module, in the order of its text; equal changes in one scope are numbered."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for spot, old, new in _changes(tree, _Spot("", None, 0)):
        change = f"{_text(old)} -> {_text(new)}"
        seen[spot.scope, change] += 1
        number = seen[spot.scope, change]
        line = getattr(old, "lineno", 0)
        text = change if number == 1 else f"{change} #{number}"
        found.append(Mutant(path, spot.scope, line, text, spot.put(new), tree, spot.function, spot.begins))
    return found


@dataclass(frozen=True)
class _Spot:
    scope: str
    function: str | None
    begins: int
    parent: Any = None
    name: str = ""
    index: int | None = None

    def put(self, new: ast.AST) -> Callable[[], None]:
        def apply() -> None:
            if self.index is None:
                setattr(self.parent, self.name, new)
            else:
                getattr(self.parent, self.name)[self.index] = new

        return apply


def _changes(node: ast.AST, at: _Spot) -> Iterator[tuple[_Spot, ast.AST, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in NOT_CHANGED or (name == "body" and _only_typed(node)):
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if not isinstance(child, ast.AST) or _declares(child, at):
                continue
            spot = _inside(child, _Spot(at.scope, at.function, at.begins, node, name, index))
            for new in _replacements(child, spot):
                yield spot, child, ast.fix_missing_locations(ast.copy_location(new, child))
            if not isinstance(child, DECLARATIONS):
                yield from _changes(child, spot)


def _inside(child: ast.AST, spot: _Spot) -> _Spot:
    """The spot of a child: a function or class opens a scope, a constant of the module is one."""
    if isinstance(child, ast.FunctionDef):
        scope = f"{spot.scope}.{child.name}" if spot.scope else child.name
        if spot.function:
            return spot
        return _Spot(scope, scope, child.lineno, spot.parent, spot.name, spot.index)
    if isinstance(child, ast.ClassDef):
        scope = f"{spot.scope}.{child.name}" if spot.scope else child.name
        return _Spot(scope, None, 0, spot.parent, spot.name, spot.index)
    if isinstance(child, ast.Assign | ast.AnnAssign) and spot.function is None:
        target = child.targets[0] if isinstance(child, ast.Assign) else child.target
        scope = f"{spot.scope}.{ast.unparse(target)}" if spot.scope else ast.unparse(target)
        return _Spot(scope, None, 0, spot.parent, spot.name, spot.index)
    return spot


def _declares(child: ast.AST, at: _Spot) -> bool:
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.FunctionDef) and child.name.startswith(("__get_pydantic", "__hash__")):
        return True
    if isinstance(child, ast.AnnAssign) and ast.unparse(child.target) in SAID:
        return True
    if isinstance(child, ast.Assign | ast.AnnAssign) and at.function is None:
        value = child.value
        called = isinstance(value, ast.Call) and ast.unparse(value.func)
        return isinstance(value, ast.Subscript) or called in ("TypeVar", "field", "bounds")
    return False


def _only_typed(node: ast.AST) -> bool:
    """Whether what lies under it is there for the type checker alone; what lies under its ``else`` is run."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _replacements(node: ast.AST, at: _Spot) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node, at)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.expr):
        yield from _expressions(node)


def _statements(node: ast.stmt, at: _Spot) -> Iterator[ast.AST]:
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value and not _is_nothing(node.value):
        yield ast.Return(value=ast.Constant(value=None))
    elif isinstance(node, ast.If | ast.While) and not _only_typed(node):
        yield type(node)(test=_negated(node.test), body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.Continue | ast.Break):
        yield ast.Pass()
    elif isinstance(node, ast.AugAssign) and type(node.op) in COMPUTED:
        yield ast.AugAssign(target=node.target, op=COMPUTED[type(node.op)](), value=node.value)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(value=node.value + 1)
    elif isinstance(node.value, str):
        yield ast.Constant(value=f"XX{node.value}")


def _expressions(node: ast.expr) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        for index, op in enumerate(node.ops):
            ops = [COMPARED[type(op)]() if place == index else each for place, each in enumerate(node.ops)]
            yield ast.Compare(left=node.left, ops=ops, comparators=node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(op=ast.Or() if isinstance(node.op, ast.And) else ast.And(), values=node.values)
        for index in range(len(node.values)):
            left = [each for place, each in enumerate(node.values) if place != index]
            yield left[0] if len(left) == 1 else ast.BoolOp(op=node.op, values=left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(test=_negated(node.test), body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield ast.BinOp(left=node.left, op=COMPUTED[type(node.op)](), right=node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _calls(node, node.func.id)
    elif isinstance(node, ast.Tuple | ast.Set) and isinstance(getattr(node, "ctx", None), ast.Load | None):
        for index in range(len(node.elts)):
            yield _with(node, elts=[each for place, each in enumerate(node.elts) if place != index])
    elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        yield from _comprehensions(node)


def _calls(node: ast.Call, name: str) -> Iterator[ast.AST]:
    if name in CALLED:
        yield _with(node, func=ast.copy_location(ast.Name(id=CALLED[name], ctx=ast.Load()), node.func))
    if name == "replace":
        for index in range(len(node.keywords)):
            if len(node.keywords) > 1:
                yield _with(node, keywords=[each for place, each in enumerate(node.keywords) if place != index])


def _comprehensions(node: Any) -> Iterator[ast.AST]:
    for index, part in enumerate(node.generators):
        for place, test in enumerate(part.ifs):
            changed = deepcopy(node)
            changed.generators[index].ifs[place] = _negated(test)
            yield changed


def _with(node: Any, **fields: Any) -> Any:
    return type(node)(**{**{name: getattr(node, name) for name in node._fields}, **fields})


def _negated(test: ast.expr) -> ast.expr:
    return (
        test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
    )


def _is_nothing(node: ast.expr) -> bool:
    """None, or what is as good as none."""
    return isinstance(node, ast.Constant) and node.value in (None, False)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 90 else f"{text[:87]}..."
