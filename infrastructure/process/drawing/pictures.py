"""What was drawn, by the digest of what it was drawn from; of too much the pictures asked for last."""

from collections import OrderedDict
from threading import Lock


class Pictures:
    """Up to so many bytes of pictures, for any thread."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()
        self._bytes = 0

    def find(self, digest: bytes) -> bytes | None:
        """A picture that is kept."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found

    def keep(self, digest: bytes, picture: bytes) -> bytes:
        """Keeps a picture, and drops those that were not asked for longest; the picture."""
        with self._lock:
            self._bytes += len(picture) - len(self._kept.get(digest, b""))
            self._kept[digest] = picture
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return picture
