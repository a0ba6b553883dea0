"""Positions as tokens, for readers who are not told how much is recorded.

A position is one block of AES: its eight bytes behind eight zeros. One block under one key is a permutation that
nobody tells from a random one, so a token shows neither the number nor which of two is later, nobody makes one that
decrypts to eight zeros but by a chance of 2^-64, and no nonce has to be kept: a position has the same token each time,
which is what lets a caller compare, store and send it back. Longer messages would need a mode; these are one block.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import ECB

PREFIX: Final = "p-"
BLOCK_BYTES: Final = 16
PADDING: Final = bytes(8)
NOT_ONE: Final = "a position is a text that an answer said, as it came"


class TokensOfPositions:
    """Positions under the key of an installation (32 bytes), which is asked for once a token is made or read.

    0 is no position of an event, and stays as it is: before the first one is a place that everybody knows.
    """

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def ready(self) -> "TokensOfPositions":
        """These, with the key at hand: once that is so nothing here fails for it. Raises what asking for it raises."""
        _ = self._cipher
        return self

    def shown(self, position: int) -> int | str:
        if position == 0:
            return 0
        encryptor = self._cipher.encryptor()
        block = encryptor.update(PADDING + position.to_bytes(BLOCK_BYTES - len(PADDING), "big"))
        return PREFIX + urlsafe_b64encode(block).rstrip(b"=").decode()

    def meant(self, said: object) -> object:
        """The position of a token. Raises ValueError for what is none of this installation's."""
        if type(said) is int and said == 0:
            return 0
        if not isinstance(said, str) or not said.startswith(PREFIX):
            raise ValueError(NOT_ONE)
        return self._position(said)

    def _position(self, token: str) -> int:
        try:
            block = urlsafe_b64decode(token.removeprefix(PREFIX) + "==")
        except (binascii.Error, ValueError) as error:
            raise ValueError(NOT_ONE) from error
        if len(block) != BLOCK_BYTES:
            raise ValueError(NOT_ONE)
        plain = self._cipher.decryptor().update(block)
        position = int.from_bytes(plain[len(PADDING) :], "big")
        if plain[: len(PADDING)] != PADDING or self.shown(position) != token:  # one text alone is the token
            raise ValueError(NOT_ONE)
        return position

    @cached_property
    def _cipher(self) -> "Cipher[ECB]":
        from cryptography.hazmat.primitives.ciphers import Cipher  # only where somebody is shown tokens
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.ciphers.modes import ECB

        return Cipher(AES(self._key()), ECB())
