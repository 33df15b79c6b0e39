"""A case as a check sees it: it remembers which of its values were used, so that none can go unchecked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

#: Keys that say something about a case and are not part of the computation.
ABOUT = {"id", "step", "comment", "flags", "result", "error"}


class Mismatch(Exception):
    """A vector and this implementation disagree."""


class Case:
    """Typed access to one JSON object."""

    #: Who wants to know which keys of an object turned out to be outputs, and agreed.
    observer: ClassVar[Callable[[dict[str, Any], Iterable[str]], None] | None] = None

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.used: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.raw

    def value(self, key: str) -> Any:
        self.used.add(key)
        if key not in self.raw:
            raise Mismatch(f"has no {key}")
        return self.raw[key]

    def hex(self, key: str) -> bytes:
        return bytes.fromhex(self.value(key))

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise Mismatch(f"{key} is not text")
        return value

    def number(self, key: str) -> int:
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Mismatch(f"{key} is not a number")
        return value

    def case(self, key: str) -> Case:
        return Case(self.value(key))

    def cases(self, key: str) -> list[Case]:
        return [Case(raw) for raw in self.value(key)]

    def draws(self, key: str = "rng") -> list[bytes]:
        return [bytes.fromhex(draw) for draw in self.value(key)]

    @property
    def valid(self) -> bool:
        return bool(self.raw.get("result", "valid") == "valid")

    def compare(self, outputs: dict[str, Any]) -> None:
        """Every key is an input that was used or an output that agrees."""
        for key, got in outputs.items():
            want = self.value(key)
            got = got.hex() if isinstance(got, bytes) else got
            if type(want) is not type(got) or want != got:
                raise Mismatch(f"{key}: the file has {shorten(want)}, computed {shorten(got)}")
        unused = set(self.raw) - self.used - ABOUT
        if unused:
            raise Mismatch(f"nothing checks {', '.join(sorted(unused))}")
        if Case.observer:
            Case.observer(self.raw, outputs.keys())


def shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"


def equal(what: str, a: Any, b: Any) -> None:
    """For values that must agree with one another inside a check."""
    if a != b:
        raise Mismatch(f"{what}: {shorten(a)} and {shorten(b)}")


def cut(frame: bytes, part: Case) -> bytes:
    """The bytes of a frame that a piece names."""
    start, end = part.number("from"), part.number("to")
    if not 0 <= start <= end <= len(frame):
        raise Mismatch("a piece beyond its frame")
    return frame[start:end]


def blocks(tag: str, size: int) -> bytes:
    """The vectors' random bytes: `SHA-256("PAIR/1 vector " || tag || u32(i))`, i = 0, 1, 2, …"""
    from pair1.primitives import sha, u32

    prefix = b"PAIR/1 vector " + tag.encode()
    return b"".join(sha(prefix + u32(i)) for i in range(-(-size // 32)))[:size]


def large(rule: Case) -> bytes:
    """Data that stands in a file as a rule."""
    match rule.text("rule"):
        case "hex":
            return rule.hex("hex")
        case "blocks":
            return blocks(rule.text("tag"), rule.number("size"))
        case other:
            raise Mismatch(f"no rule {other}")
