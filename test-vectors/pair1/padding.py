"""protocol.md section 6.4, the padding."""

from .errors import require

MAX_PLAINTEXT = 65_536


def padme(n: int) -> int:
    """The smallest length >= n that leaks only O(log log n) bits of n. Needs n >= 1; 1 is its own bucket."""
    assert n >= 1
    e = n.bit_length() - 1
    s = e.bit_length()  # floor(log2 e) + 1
    mask = (1 << (e - s)) - 1 if e > 0 else 0
    return (n + mask) & ~mask


def bucket(n: int) -> int:
    return 256 if n <= 256 else padme(n)


def pad(x: bytes) -> bytes:
    size = bucket(len(x) + 1)
    require(size <= MAX_PLAINTEXT, "E_TOO_LARGE")
    return (x + b"\x80").ljust(size, b"\0")


def unpad(x: bytes) -> bytes:
    stripped = x.rstrip(b"\0")
    require(stripped.endswith(b"\x80"), "E_PADDING", "no end mark")
    inner = stripped[:-1]
    require(len(x) <= MAX_PLAINTEXT and len(x) == bucket(len(inner) + 1), "E_PADDING", "not the canonical length")
    return inner
