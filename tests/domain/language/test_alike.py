"""Two values are alike where they are equal and read in the same order."""

from dataclasses import dataclass

from domain.language.alike import alike


@dataclass
class Held:
    of: object


@dataclass
class Two:
    first: object
    second: object


def test_what_is_equal_in_the_same_order_is_alike() -> None:
    assert alike({"a": 1, "b": (2, {"c": 3})}, {"a": 1, "b": (2, {"c": 3})})
    assert alike(Held({"a": Held(1)}), Held({"a": Held(1)}))
    assert alike([1], [1])


def test_what_is_not_equal_is_not_alike() -> None:
    assert not alike({"a": 1}, {"a": 2})
    assert not alike(Held(1), Held(2))
    assert not alike((1,), (1, 2))
    assert not alike((1,), [1])
    assert not alike({}, ())


def test_equal_mappings_in_another_order_are_not_alike_however_deep_they_lie() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert one == other
    assert not alike(one, other)
    deep = {"x": (Held(one),)}, {"x": (Held(other),)}
    for held, others in (((1, one), (1, other)), (Held(one), Held(other)), deep, (Two(1, one), Two(1, other))):
        assert held == others
        assert not alike(held, others)
