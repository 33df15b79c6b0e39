"""Two ratchets in lockstep with a model of section 6.5 that holds no key, over a line that loses, repeats and forges.

The model knows numbers only. It says of every frame beforehand whether it opens or which refusal it meets, and of every message
whether it draws. What is refused must leave the state as it was.
"""

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pair1 import record
from pair1.errors import Refused
from pair1.ratchet import HEADER, Sent, Session

from .case import Case, Mismatch, equal
from .handshake import Inputs, inputs, run

MINUTE = 60_000
#: The forgery that alters nothing but the ciphertext.
BODY = 7
#: Those that alter the keys of the turn.
KEYS = {3, 4, 5, 6}
#: Every refusal that must have been met when a run is over.
REFUSALS = {
    "E_REPLAY",
    "E_SKIP_LIMIT",
    "E_X25519_KEY",
    "E_KEM_KEY",
    "E_DECRYPT",
    "E_UNTRIED",
    "E_SESSION_ID",
    "E_FRAME_LENGTH",
    "E_FRAME_VERSION",
    "E_FRAME_TYPE",
}


@dataclass
class Frame:
    """A frame on the line, as the model sees it."""

    bytes: bytes
    turn: int
    pn: int
    n: int
    #: Made by the peer and not altered.
    genuine: bool = True
    #: What is wrong with its keys, or with its form.
    key: str | None = None
    form: str | None = None


@dataclass
class Numbers:
    """One side without its keys."""

    turn: int
    ours: bool
    #: Of the peer's newest turn; None before there is one.
    n_r: int | None
    n_s: int = 0
    pn: int = 0
    skipped: dict[tuple[int, int], int] = field(default_factory=dict)
    failed_at: list[int] = field(default_factory=list)
    failures: int = 0

    def send(self) -> tuple[bool, int, int, int]:
        """Whether it makes a turn; turn, PN and N."""
        makes = not self.ours
        if makes:
            self.turn, self.ours, self.n_s = self.turn + 1, True, 0
        self.n_s += 1
        return makes, self.turn, self.pn, self.n_s - 1

    def receive(self, frame: Frame, now: int) -> str | None:
        """The refusal, or None if it opens."""
        if frame.form:
            return frame.form
        if frame.n >= 65_535 or frame.pn > 65_535:
            return "E_SKIP_LIMIT"
        kept = self.kept(now)
        if (frame.turn, frame.n) in kept:
            return self._try(frame, now, lambda: self._keep(kept, without=(frame.turn, frame.n)))
        newest = self.turn - self.ours if self.n_r is not None else -1
        if frame.turn < newest:
            return "E_REPLAY"
        if frame.turn == newest:
            return self._go_on(frame, kept, now)
        if self.ours and frame.turn == self.turn + 1:
            return self._open_turn(frame, kept, now)
        return "E_SKIP_LIMIT"

    def kept(self, now: int) -> dict[tuple[int, int], int]:
        return {key: since for key, since in self.skipped.items() if now < since + 20 * MINUTE}

    def forget(self, now: int) -> None:
        self.skipped = self.kept(now)

    def _go_on(self, frame: Frame, kept: dict[tuple[int, int], int], now: int) -> str | None:
        n_r = self.n_r
        assert n_r is not None
        if frame.n < n_r:
            return "E_REPLAY"
        if frame.n > n_r + 256:
            return "E_SKIP_LIMIT"

        def opened() -> None:
            self._keep(kept, {(frame.turn, n): now for n in range(n_r, frame.n)})
            self.n_r = frame.n + 1

        return self._try(frame, now, opened)

    def _open_turn(self, frame: Frame, kept: dict[tuple[int, int], int], now: int) -> str | None:
        n_r = self.n_r
        if frame.n > 256 or (n_r is not None and frame.pn > n_r + 256):
            return "E_SKIP_LIMIT"
        if frame.key in ("E_X25519_KEY", "E_KEM_KEY"):
            return frame.key

        def opened() -> None:
            before = range(n_r, frame.pn) if n_r is not None else ()
            new = {(frame.turn - 2, n): now for n in before} | {(frame.turn, n): now for n in range(frame.n)}
            self._keep(kept, new)
            self.turn, self.ours, self.n_r, self.pn = frame.turn, False, frame.n + 1, self.n_s

        return self._try(frame, now, opened)

    def _try(self, frame: Frame, now: int, opened: Callable[[], None]) -> str | None:
        if sum(now - 1000 < at <= now for at in self.failed_at) >= 10:
            return "E_UNTRIED"
        if frame.genuine:
            opened()
            return None
        self.failed_at.append(now)
        self.failures += 1
        return "E_DECRYPT"

    def _keep(
        self,
        kept: dict[tuple[int, int], int],
        new: dict[tuple[int, int], int] | None = None,
        without: tuple[int, int] | None = None,
    ) -> None:
        everything = [item for item in (kept | (new or {})).items() if item[0] != without]
        self.skipped = dict(everything[-512:])


class Counting:
    """Draws, counted."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.drawn = rng, 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.drawn += 1
        return self.rng.randbytes((32, 64, 32)[(self.drawn - 1) % 3])


@dataclass
class Side:
    session: Session
    numbers: Numbers
    draws: Counting
    about: record.About
    #: Everything sent, and the places of what the peer has not opened.
    sent: list[tuple[Frame, dict[str, Any]]] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def untouched(session: Session) -> Any:
    """All that a refused frame must not change."""
    apart = ("draws", "turn_0", "failures", "failed_at")
    return copy.deepcopy({name: value for name, value in vars(session).items() if name not in apart})


class Line:
    """Two sides and what is between them."""

    def __init__(self, i: Inputs, seed: int) -> None:
        done = run(i)
        self.rng = random.Random(seed)
        self.now = 0
        self.met: Counter[str] = Counter()
        self.opened = self.turns = 0
        parties = [(party.aid, party.ik) for party in (i.alice, i.bob)]
        self.sides = []
        for session, me in zip(done.sessions, (0, 1), strict=True):
            draws = Counting(self.rng)
            session.draws = draws
            about = record.About(parties[me], parties[1 - me], done.keys.sas, (0, 0), 0, 0)
            self.sides.append(Side(session, Numbers(0, me == 0, None if me == 0 else 0), draws, about))
        self.send(self.sides[1], {"type": "ready"})

    def send(self, side: Side, content: dict[str, Any]) -> None:
        drawn, full = side.draws.drawn, len(side.session.waiting) >= 200
        before = untouched(side.session) if full else None
        try:
            sent = side.session.send(content)
        except Refused as refused:
            equal("refused to send", (refused.code, full, side.draws.drawn), ("E_UNACKNOWLEDGED", True, drawn))
            equal("after a refusal to send", untouched(side.session) == before, True)
            self.met[refused.code] += 1
            return
        makes, *numbers = side.numbers.send()
        equal("turn, PN, N", [sent.turn, sent.pn, sent.n], numbers)
        equal("draws", side.draws.drawn - drawn, 3 * makes)
        self.turns += makes
        side.missing.append(len(side.sent))
        side.sent.append((frame_of(sent), content))

    def deliver(self, sender: int, frame: Frame, content: dict[str, Any] | None = None) -> str | None:
        """How it was refused, which the model said before; None if it opened."""
        side = self.sides[1 - sender]
        session, drawn, before = side.session, side.draws.drawn, untouched(side.session)
        expected = side.numbers.receive(frame, self.now)
        got = None
        try:
            received = session.receive(frame.bytes, self.now)
            equal("content", received.content, content)
        except Refused as refused:
            got = refused.code
        equal("refusal", got, expected)
        equal("a frame that came draws", side.draws.drawn, drawn)
        equal("failures", session.failures, side.numbers.failures)
        if got is not None:
            equal(f"after {got}, the state is as it was", untouched(session) == before, True)
            self.met[got] += 1
            return got
        self.opened += 1
        equal("skipped keys", list(session.state.skipped), list(side.numbers.skipped))
        return None

    def act(self) -> None:
        """One random thing: a message, a burst, a frame that comes, a forgery, silence."""
        rng = self.rng
        self.now += rng.choice((0, 0, 1, 40, 300))
        sender = rng.randrange(2)
        side = self.sides[sender]
        what = {"send": 40, "burst": 1, "come": 60, "forge": 24, "flood": 2, "silence": 2, "restart": 2}
        match rng.choices(list(what), list(what.values()))[0]:
            case "send":
                self.send(side, self.content())
            case "burst":
                for _ in range(rng.choice((20, 255, 258))):
                    self.send(side, {"type": "typing", "activity": "none"})
            case "come":
                self.come(sender)
            case "forge":
                self.deliver(sender, self.forgery(sender))
            case "flood":
                self.send(side, {"type": "receipt"})
                for _ in range(14):
                    self.deliver(sender, self.forgery(sender, BODY))
                self.now += rng.choice((999, 1000))
                self.deliver(sender, self.forgery(sender, BODY))
            case "silence":
                self.silence(self.sides[1 - sender])
                self.come(sender)
            case "restart":
                self.restart(side)

    def silence(self, side: Side) -> None:
        """Until a skipped key is about to go, or has just gone; a call that names the time forgets it as well."""
        ends = [since + 20 * MINUTE for since in side.numbers.skipped.values()]
        self.now = max(self.now, self.rng.choice(ends or [self.now + MINUTE]) - self.rng.randrange(2))
        if self.rng.randrange(2):
            side.session.forget(self.now)
            side.numbers.forget(self.now)
            equal("kept", list(side.session.state.skipped), list(side.numbers.skipped))

    def restart(self, side: Side) -> None:
        """The side goes on from its record."""
        before, failed_at = untouched(side.session), side.session.failed_at
        state = record.encode(side.session, side.about)
        side.session, about = record.decode(state)
        side.session.draws, side.session.failed_at = side.draws, failed_at
        equal("written again", record.encode(side.session, about), state)
        equal("restored as it was", untouched(side.session) == before, True)

    def content(self) -> dict[str, Any]:
        text = {"type": "text", "text": "x" * self.rng.randrange(600), "reply": None}
        return self.rng.choice((text, {"type": "probe"}, {"type": "receipt"}, {"type": "typing", "activity": "typing"}))

    def come(self, sender: int) -> None:
        """A frame comes: a late one, the oldest that is missing (as if it were sent again), a copy, or it is lost."""
        side, rng = self.sides[sender], self.rng
        match rng.choices(("new", "missing", "any", "own"), (5, 4, 2, 1))[0]:
            case "new" if side.sent:
                place = max(0, len(side.sent) - 1 - rng.choice((0, 0, 0, 1, 2, 7)))
            case "missing" if side.missing:
                place = rng.choice(side.missing[:4])
            case "any" if side.sent:
                place = rng.randrange(len(side.sent))
            case "own" if self.sides[1 - sender].sent:
                # What the receiver sent comes back to it.
                frame, _ = rng.choice(self.sides[1 - sender].sent[-20:])
                self.deliver(sender, altered(frame, frame.bytes))
                return
            case _:
                return
        frame, content = side.sent[place]
        # What is a replay has come, or its key was dropped: nothing brings it back.
        if self.deliver(sender, frame, content) in (None, "E_REPLAY") and place in side.missing:
            side.missing.remove(place)

    def forgery(self, sender: int, kind: int | None = None) -> Frame:
        """A frame that the peer never made: numbers, keys, ciphertexts and bodies of a genuine one altered."""
        side, rng = self.sides[sender], self.rng
        if not side.sent:
            return Frame(b"\x01", 0, 0, 0, form="E_FRAME_LENGTH")
        frame = side.sent[-1 if kind == BODY else -rng.randint(1, min(3, len(side.sent)))][0]
        raw = bytearray(frame.bytes)
        kind = rng.randrange(12) if kind is None else kind
        numbers = self.sides[1 - sender].numbers
        if kind in KEYS and rng.randrange(2):  # they are looked at where the frame would open the next turn
            raw[18:30] = b"".join(value.to_bytes(4, "big") for value in (0, 0, numbers.turn + 1))
        match kind:
            case 0 | 1 | 2:  # a header that names any place in the conversation
                turn = max(0, numbers.turn + rng.choice((-2, -1, 0, 1, 1, 1, 2)))
                n = max(0, rng.choice((0, numbers.n_r or 0)) + rng.choice((-1, 0, 3, 256, 257, 65_534, 65_535)))
                pn = max(0, (numbers.n_r or 0) + rng.choice((-1, 0, 256, 257, 65_535, 65_536)))
                raw[18:30] = b"".join(value.to_bytes(4, "big") for value in (pn, n, turn))
                raw[-1] ^= 1
            case 3:
                raw[61] |= 0x80
                raw[62:65] = rng.choice((bytes(raw[62:65]), b"\xff\xff\xff"))
            case 4:
                raw[62:65] = b"\xff\xff\xff"
            case 5:
                raw[30:62] = bytes(32)
            case 6:
                raw[rng.randrange(1246, HEADER)] ^= 1
            case 7:  # `BODY`
                raw[rng.randrange(HEADER, len(raw))] ^= 1
            case 8:
                raw[2] ^= 1
            case 9:
                raw.pop()
            case 10:
                raw[0] = 2
            case 11:
                raw[1] = 0x10
        return altered(frame, bytes(raw))


def frame_of(sent: Sent) -> Frame:
    return Frame(sent.frame, sent.turn, sent.pn, sent.n)


def altered(frame: Frame, raw: bytes) -> Frame:
    """What the model says of bytes that differ from those of `frame`."""
    pn, n, turn = (int.from_bytes(raw[at : at + 4], "big") for at in (18, 22, 26))
    out = Frame(raw, turn, pn, n, genuine=False)
    if raw[0] != 1:
        out.form = "E_FRAME_VERSION"
    elif raw[1] != 0x11:
        out.form = "E_FRAME_TYPE"
    elif len(raw) != len(frame.bytes):
        out.form = "E_FRAME_LENGTH"
    elif raw[2:18] != frame.bytes[2:18]:
        out.form = "E_SESSION_ID"
    if raw[61] & 0x80:
        out.key = "E_X25519_KEY"
    elif raw[62:65] == b"\xff\xff\xff":
        out.key = "E_KEM_KEY"
    return out


def lockstep(handshake: Case, seed: int, actions: int) -> str:
    """Raises `Mismatch` where a ratchet and the model differ; else says what was seen."""
    line = Line(inputs(handshake), seed)
    for _ in range(actions):
        line.act()
    unseen = REFUSALS - set(line.met)
    if unseen:
        raise Mismatch(f"never met: {', '.join(sorted(unseen))}")
    return f"{line.opened} frames opened in {line.turns} turns, {sum(line.met.values())} refused"
