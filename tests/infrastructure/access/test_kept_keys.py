"""How often a provider is asked for its keys, and which are used meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from infrastructure.access.fetching import Unfetched
from infrastructure.access.jwks import (
    AGAIN_SECONDS,
    FRESH_SECONDS,
    MOST_WAITING,
    STALE_SECONDS,
    KeptKeys,
)
from infrastructure.access.key_set import KeySet, key_set_of
from tests.infrastructure.access.identity_provider import Clock, ec_key, key_set


class Asked:
    """A provider that has these keys, or does not answer, and counts how often it is asked."""

    def __init__(self, *names: str) -> None:
        self.names: tuple[str, ...] | None = names
        self.times = 0

    def __call__(self) -> KeySet:
        self.times += 1
        if self.names is None:
            raise Unfetched("it is down")
        return key_set_of(key_set(*map(ec_key, self.names)), ["ES256"])


class Slow(Asked):
    """One that answers when it is let."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.begun, self.let = threading.Event(), threading.Event()

    def __call__(self) -> KeySet:
        self.begun.set()
        assert self.let.wait(10)
        return super().__call__()


def known(keys: KeptKeys, kid: str) -> bool:
    return bool(keys.asked(kid, "ES256").having(kid, "ES256"))


def known_at_once(keys: KeptKeys, kid: str) -> bool | None:
    """None where the provider would have to be asked first."""
    found = keys.at_hand(kid, "ES256")
    return None if found is None else bool(found.having(kid, "ES256"))


def test_the_provider_is_asked_once_for_many_tokens() -> None:
    provider, clock = Asked("a"), Clock()
    keys = KeptKeys(provider, clock)
    assert known_at_once(keys, "a") is None
    assert provider.times == 0
    for _ in range(50):
        assert known(keys, "a")
        assert known_at_once(keys, "a") is True
        clock.seconds += FRESH_SECONDS / 60
    assert provider.times == 1


def test_a_storm_of_unknown_keys_asks_rarely_and_keeps_nobody() -> None:
    provider, clock = Asked("a"), Clock()
    keys = KeptKeys(provider, clock)
    assert known(keys, "a")
    for number in range(1_000):  # over 100 seconds
        clock.seconds += 0.1
        assert not known(keys, f"unknown-{number}")
        assert known_at_once(keys, "a") is True
    assert provider.times <= 1 + 100 / AGAIN_SECONDS
    assert known_at_once(keys, "unknown") is False


def test_a_new_key_is_taken_when_a_token_names_it() -> None:
    provider, clock = Asked("old"), Clock()
    keys = KeptKeys(provider, clock)
    assert known(keys, "old")
    provider.names = ("new", "old")
    assert not known(keys, "new")
    clock.seconds += AGAIN_SECONDS
    assert known_at_once(keys, "new") is None
    assert known(keys, "new")
    assert known(keys, "old")
    assert provider.times == 2


def test_a_key_that_is_withdrawn_is_refused_when_the_others_have_been_kept_long_enough() -> None:
    provider, clock = Asked("old"), Clock()
    keys = KeptKeys(provider, clock)
    assert known(keys, "old")
    provider.names = ("new",)
    clock.seconds += FRESH_SECONDS - 1
    assert known(keys, "old")
    clock.seconds += 1
    assert known_at_once(keys, "old") is None
    assert not known(keys, "old")
    assert known(keys, "new")
    assert provider.times == 2


def test_an_answer_without_keys_withdraws_them_all() -> None:
    provider, clock = Asked("old"), Clock()
    keys = KeptKeys(provider, clock)
    assert known(keys, "old")
    provider.names = ()
    clock.seconds += FRESH_SECONDS
    assert not known(keys, "old")


def test_while_the_provider_is_down_its_keys_are_used_on_for_a_day() -> None:
    provider, clock = Asked("a"), Clock()
    keys = KeptKeys(provider, clock)
    assert known(keys, "a")
    provider.names = None
    clock.seconds += FRESH_SECONDS
    for _ in range(10):
        assert known(keys, "a")
        assert known_at_once(keys, "a") is True
    assert provider.times == 2
    clock.seconds += AGAIN_SECONDS
    assert known(keys, "a")
    assert provider.times == 3
    clock.seconds = 1_000 + STALE_SECONDS - 1
    assert known(keys, "a")
    clock.seconds += 1
    assert not known(keys, "a")
    provider.names = ("a",)
    clock.seconds += AGAIN_SECONDS
    assert known(keys, "a")


def test_a_provider_that_was_down_at_first_is_asked_again() -> None:
    provider, clock = Asked(), Clock()
    provider.names = None
    keys = KeptKeys(provider, clock)
    for _ in range(10):
        assert not known(keys, "a")
        assert known_at_once(keys, "a") is False
    assert provider.times == 1
    provider.names = ("a",)
    clock.seconds += AGAIN_SECONDS
    assert known(keys, "a")


def test_an_unforeseen_failure_does_not_stop_the_asking() -> None:
    def failing() -> KeySet:
        raise ZeroDivisionError

    clock = Clock()
    keys = KeptKeys(failing, clock)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            known(keys, "a")
        clock.seconds += AGAIN_SECONDS


def in_threads(count: int, deed: Callable[[int], bool]) -> list[bool]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(deed, range(count)))


def test_at_once_one_asks_and_the_others_wait_for_its_answer() -> None:
    provider = Asked("a")
    keys = KeptKeys(provider, Clock())
    together = threading.Barrier(8)

    def ask(_: int) -> bool:
        together.wait(10)
        return known(keys, "a")

    assert in_threads(8, ask) == [True] * 8
    assert provider.times == 1


def test_whoever_has_a_known_key_does_not_wait_while_another_asks() -> None:
    provider, clock = Slow("a"), Clock()
    provider.let.set()
    keys = KeptKeys(provider, clock)
    assert known(keys, "a")
    clock.seconds += FRESH_SECONDS
    provider.let.clear()
    provider.begun.clear()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(known, keys, "a")
        assert provider.begun.wait(10)
        assert known(keys, "a")
        assert known_at_once(keys, "a") is True
        assert known_at_once(keys, "b") is None
        provider.let.set()
        assert asking.result(10)


def test_only_so_many_wait_for_an_unknown_key() -> None:
    provider, clock = Slow("a"), Clock()
    keys = KeptKeys(provider, clock)
    with ThreadPoolExecutor(MOST_WAITING + 1) as pool:
        waiting = [pool.submit(known, keys, "a") for _ in range(MOST_WAITING + 1)]
        assert provider.begun.wait(10)
        deadline = threading.Event()
        while known_at_once(keys, "b") is None and not deadline.wait(0.005):
            pass
        assert known_at_once(keys, "b") is False
        assert not known(keys, "b")
        provider.let.set()
        assert all(each.result(10) for each in waiting)
    assert provider.times == 1
