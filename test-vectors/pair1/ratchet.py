"""protocol.md section 6: the hybrid ratchet on its frames."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import content as contents
from .content import Content
from .errors import Refused, require
from .padding import MAX_PLAINTEXT, bucket, pad, unpad
from .primitives import (
    KEM_CT,
    KEM_EK,
    KEM_SEED,
    dh,
    expand,
    extract,
    kem_check,
    kem_decapsulate,
    kem_encapsulate,
    kem_public,
    lh,
    mac,
    open_,
    seal,
    u8,
    u32,
    x25519_check,
    x25519_public,
)

MSG = 0x11
#: Where the public part of a turn starts and ends; all of it is the header, and associated data.
TURN, HEADER = 26, 2334
assert HEADER == TURN + 4 + 32 + KEM_EK + KEM_CT
MAX_SKIP, MAX_STORED, MAX_TURN_MESSAGES = 256, 512, 65_535
MAX_SESSION_MESSAGES = 1 << 24
MAX_TURNS = 1 << 25
MAX_UNACKNOWLEDGED = 200
SKIPPED_MS = 20 * 60 * 1000
#: Section 10: how many failed decryptions are tried in a second, and in all.
MAX_TRIED, TRIED_MS, MAX_FAILURES = 10, 1000, 1 << 20
#: Bounds what a dishonest peer can make us remember (D5).
SEQUENCE_WINDOW = 2_048
#: RECEIPT and TYPING never cause a receipt (section 6.4), and nothing comes after BYE.
NEVER_ACKNOWLEDGED = {"receipt", "read", "viewed", "typing", "bye"}
NO_CIPHERTEXT = bytes(KEM_CT)


@dataclass
class Ours:
    """Our turn is the newest: its private keys, and the chain that we send in."""

    dh_s: bytes
    dk_s: bytes
    rc: bytes
    ck_s: bytes
    n_s: int = 0

    def public(self, turn: int) -> bytes:
        """Bytes 26..2334 of each of our messages in this turn."""
        return public_part(turn, x25519_public(self.dh_s), kem_public(self.dk_s), self.rc)


@dataclass
class Theirs:
    """The peer's turn is the newest: its public keys. There is no private key and no sending chain."""

    rx: bytes
    re: bytes


@dataclass
class Chain:
    """The peer's newest turn that is known."""

    ck_r: bytes
    n_r: int = 0


@dataclass
class State:
    """Section 6.1."""

    rk: bytes
    newest: Ours | Theirs
    turn: int = 0
    #: None for A in turn 0, who knows no turn of the peer's.
    chain: Chain | None = None
    #: Length of our previous turn.
    pn: int = 0
    #: (turn, N) → message key, and since when it is kept; the oldest stand first.
    skipped: dict[tuple[int, int], tuple[bytes, int]] = field(default_factory=dict)

    def peer_turn(self) -> int | None:
        """The peer's newest known turn. Turns alternate."""
        if isinstance(self.newest, Theirs):
            return self.turn
        return self.turn - 1 if self.turn > 0 else None


@dataclass
class Step:
    """What a root step is made of: for the vectors."""

    th: bytes
    ss_x: bytes
    #: Turn 0 has none.
    ss_k: bytes | None
    rk: bytes
    ck: bytes


@dataclass
class Sent:
    seq: int
    ack: int
    turn: int
    pn: int
    n: int
    mk: bytes
    plaintext: bytes
    frame: bytes
    #: The root step, if this message made its turn.
    step: Step | None


@dataclass
class Opened:
    """A frame whose tag is right."""

    padded: bytes
    mk: bytes
    #: The root step, if this frame opened its turn.
    step: Step | None = None


@dataclass
class Received:
    seq: int
    ack: int
    content: Content
    mk: bytes
    step: Step | None


def public_part(turn: int, rx: bytes, re: bytes, rc: bytes) -> bytes:
    assert len(rx) == 32 and len(re) == KEM_EK and len(rc) == KEM_CT
    return u32(turn) + rx + re + rc


def root_step(sid: bytes, rk: bytes, public: bytes, ss_k: bytes | None, ss_x: bytes) -> Step:
    """`KDF_RK` of section 6.2."""
    th = lh("turn", public)
    o = expand(extract(rk, (ss_k or b"") + ss_x), "ratchet", sid + th, 64)
    return Step(th, ss_x, ss_k, o[:32], o[32:])


def kdf_ck(ck: bytes) -> tuple[bytes, bytes]:
    """The message key and the next chain key."""
    return mac(ck, b"\x01"), mac(ck, b"\x02")


def turn_0(sid: bytes, rk0: bytes, shared: bytes, rx_a: bytes, re_a: bytes) -> Step:
    """`shared` is `DH(RX_A, EX_B)`."""
    return root_step(sid, rk0, public_part(0, rx_a, re_a, NO_CIPHERTEXT), None, shared)


def draw(draws: Iterator[bytes], size: int) -> bytes:
    value = next(draws)
    if len(value) != size:
        raise ValueError(f"a draw of {len(value)} bytes where {size} are needed")
    return value


class Session:
    """One side. `draws` yields what the making of a turn draws: rx, `d || z`, m."""

    def __init__(self, sid: bytes, state: State, is_initiator: bool) -> None:
        self.sid, self.state, self.is_initiator = sid, state, is_initiator
        self.draws: Iterator[bytes] = iter(())
        #: The root step of turn 0, of a session that was not restored.
        self.turn_0: Step | None = None
        self.next_seq = 0
        #: Messages of ours without a receipt; those that never cause one do not count.
        self.waiting: set[int] = set()
        self.received: set[int] = set()
        #: A message of the session has come.
        self.heard = False
        #: Early messages of the handshake that the peer announced: their numbers are none of the session's.
        self.announced = 0
        #: The number of the peer's BYE.
        self.last: int | None = None
        self.failures = 0
        #: When the failures of the last second were.
        self.failed_at: list[int] = []
        self.failure: str | None = None
        self.ended = False

    @classmethod
    def initiator(cls, rk0: bytes, sid: bytes, rx: bytes, eseed: bytes, ex_b: bytes) -> "Session":
        """A at CONFIRM."""
        step = turn_0(sid, rk0, dh(rx, ex_b), x25519_public(rx), kem_public(eseed))
        session = cls(sid, State(step.rk, Ours(rx, eseed, NO_CIPHERTEXT, step.ck)), True)
        session.turn_0 = step
        return session

    @classmethod
    def responder(cls, rk0: bytes, sid: bytes, ex: bytes, rx_a: bytes, re_a: bytes) -> "Session":
        """B at CONFIRM."""
        step = turn_0(sid, rk0, dh(ex, rx_a), rx_a, re_a)
        session = cls(sid, State(step.rk, Theirs(rx_a, re_a), chain=Chain(step.ck)), False)
        session.turn_0 = step
        return session

    def after_early(self, sent: int, received: int) -> "Session":
        """Section 5.3: the numbers of early messages go on in the session."""
        if self.is_initiator:
            self.next_seq, self.waiting = sent, set(range(sent))
        else:
            self.announced, self.received = sent, set(range(received))
        return self

    def ack(self) -> int:
        """Messages received without a gap."""
        ack = 0
        while ack in self.received:
            ack += 1
        return ack

    # --- sending -----------------------------------------------------------------------------------------------

    def send(self, message: Content) -> Sent:
        """All refusals come before the draw."""
        kind = message["type"]
        bye = kind == "bye"
        require(not self.ended and (self.failure is None or bye), "E_CLOSED")
        seq, ack = self.next_seq, self.ack()
        # Section 4.6: B's first message is READY, and nothing else is.
        require((kind == "ready") == (not self.is_initiator and seq == 0), "E_INVALID_CONTENT")
        require(kind != "unknown", "E_INVALID_CONTENT")
        ctype, body = contents.encode(message)
        waits = kind not in NEVER_ACKNOWLEDGED
        require(not waits or len(self.waiting) < MAX_UNACKNOWLEDGED, "E_UNACKNOWLEDGED")
        plaintext = u8(ctype) + u32(seq) + u32(ack) + body
        padded = pad(plaintext)
        self._within_limits(bye)
        s = self.state
        step = self._make_turn(s, s.newest) if isinstance(s.newest, Theirs) else None
        ours = s.newest
        assert isinstance(ours, Ours)
        n, (mk, ours.ck_s) = ours.n_s, kdf_ck(ours.ck_s)
        header = b"\x01\x11" + self.sid + u32(s.pn) + u32(n) + ours.public(s.turn)
        frame = header + seal(expand(mk, "message", b"", 44), header, padded)
        ours.n_s += 1
        self.next_seq += 1
        self.ended = bye
        if waits:
            self.waiting.add(seq)
        return Sent(seq, ack, s.turn, s.pn, n, mk, plaintext, frame, step)

    def _within_limits(self, bye: bool) -> None:
        """Section 10. One number of a turn, and of a session, is kept for BYE. A turn that is used up ends with the peer's next
        one, a session that is used up is over (section 11)."""
        newest = self.state.newest
        require(isinstance(newest, Theirs) or newest.n_s < MAX_TURN_MESSAGES - 1 + bye, "E_TURN_LIMIT")
        if self.next_seq >= MAX_SESSION_MESSAGES and not bye:
            self.failure = "E_SESSION_LIMIT"
        require(self.next_seq < MAX_SESSION_MESSAGES + bye, "E_SESSION_LIMIT")

    def _make_turn(self, s: State, peer: Theirs) -> Step:
        rx, eseed, coins = draw(self.draws, 32), draw(self.draws, KEM_SEED), draw(self.draws, 32)
        rc, ss_k = kem_encapsulate(peer.re, coins)
        public = public_part(s.turn + 1, x25519_public(rx), kem_public(eseed), rc)
        step = root_step(self.sid, s.rk, public, ss_k, dh(rx, peer.rx))
        s.rk, s.turn, s.newest = step.rk, s.turn + 1, Ours(rx, eseed, rc, step.ck)
        return step

    # --- receiving ---------------------------------------------------------------------------------------------

    def receive(self, frame: bytes, now: int) -> Received:
        """A refused frame changes nothing, except an authenticated one that is malformed inside: that is fatal."""
        require(self.failure is None, "E_CLOSED")
        require(len(frame) >= 2, "E_FRAME_LENGTH")
        require(frame[0] == 1, "E_FRAME_VERSION")
        require(frame[1] == MSG, "E_FRAME_TYPE")
        size = len(frame) - HEADER - 16
        require(256 <= size <= MAX_PLAINTEXT and size == bucket(size), "E_FRAME_LENGTH", "not a bucket")
        require(frame[2:18] == self.sid, "E_SESSION_ID")
        work = copy.deepcopy(self.state)
        try:
            opened = self._open(work, frame, now)
        except Refused as refused:
            if refused.code == "E_DECRYPT":
                self._count_failure(now)
            raise
        self.state = work
        try:
            return self._parse(opened)
        except Refused as refused:
            self.failure = refused.code
            raise

    def forget(self, now: int) -> None:
        """For a silent session: skipped keys are kept 20 minutes, whether or not a frame comes."""
        forget(self.state, now)

    def _count_failure(self, now: int) -> None:
        self.failures += 1
        self.failed_at.append(now)

    def _allow(self, now: int) -> None:
        """The last check before a key is used: a flood of forgeries is dropped untried."""
        self.failed_at = [at for at in self.failed_at if abs(now - at) < TRIED_MS]
        require(self.failures < MAX_FAILURES and len(self.failed_at) < MAX_TRIED, "E_UNTRIED")

    def _open(self, s: State, frame: bytes, now: int) -> Opened:
        """Section 6.5 on a copy of the state."""
        pn, n, turn = (int.from_bytes(frame[at : at + 4], "big") for at in (18, 22, 26))
        require(n < MAX_TURN_MESSAGES and pn <= MAX_TURN_MESSAGES, "E_SKIP_LIMIT", "no turn is as long")
        forget(s, now)
        mk, _ = s.skipped.pop((turn, n), (None, 0))
        if mk is not None:
            self._allow(now)
            return Opened(open_frame(mk, frame), mk)
        known = s.peer_turn()
        require(known is None or turn >= known, "E_REPLAY", "an earlier turn")
        if turn != known:
            require(isinstance(s.newest, Ours) and turn == s.turn + 1, "E_SKIP_LIMIT", "neither known nor the next")
        return self._go_on(s, frame, n, now) if turn == known else self._open_turn(s, frame, pn, n, now)

    def _go_on(self, s: State, frame: bytes, n: int, now: int) -> Opened:
        """The next message of the peer's newest turn, or one after it."""
        chain, turn = s.chain, s.peer_turn()
        assert chain is not None and turn is not None
        require(n >= chain.n_r, "E_REPLAY")
        require(n - chain.n_r <= MAX_SKIP, "E_SKIP_LIMIT")
        self._allow(now)
        skipped = skip(chain, n)
        mk, chain.ck_r = kdf_ck(chain.ck_r)
        chain.n_r += 1
        padded = open_frame(mk, frame)
        store(s, turn, skipped, now)
        return Opened(padded, mk)

    def _open_turn(self, s: State, frame: bytes, pn: int, n: int, now: int) -> Opened:
        """The first message of the peer's next turn that is authentic."""
        ours, earlier = s.newest, s.chain
        assert isinstance(ours, Ours)
        require(n <= MAX_SKIP, "E_SKIP_LIMIT")
        require(earlier is None or pn - earlier.n_r <= MAX_SKIP, "E_SKIP_LIMIT", "PN")
        rx, re, rc = frame[30:62], frame[62:1246], frame[1246:HEADER]
        x25519_check(rx)
        kem_check(re)
        self._allow(now)
        ss_k = kem_decapsulate(ours.dk_s, rc)
        try:
            ss_x = dh(ours.dh_s, rx)
        except Refused as refused:  # section 11: one code for every failure of a key
            raise Refused("E_DECRYPT", "all-zero secret") from refused
        step = root_step(self.sid, s.rk, frame[TURN:HEADER], ss_k, ss_x)
        chain = Chain(step.ck)
        skipped = skip(chain, n)
        mk, chain.ck_r = kdf_ck(chain.ck_r)
        chain.n_r += 1
        padded = open_frame(mk, frame)
        if earlier is not None:
            store(s, s.turn - 1, skip(earlier, pn), now)
        store(s, s.turn + 1, skipped, now)
        s.rk, s.turn, s.pn, s.chain, s.newest = step.rk, s.turn + 1, ours.n_s, chain, Theirs(rx, re)
        return Opened(padded, mk, step)

    def _parse(self, opened: Opened) -> Received:
        plaintext = unpad(opened.padded)
        require(len(plaintext) >= 9, "E_CONTENT", "shorter than its own header")
        ctype = plaintext[0]
        seq, ack = int.from_bytes(plaintext[1:5], "big"), int.from_bytes(plaintext[5:9], "big")
        message = contents.decode(ctype, plaintext[9:])
        bye = message["type"] == "bye"
        require((message["type"] == "ready") == (self.is_initiator and seq == 0), "E_CONTENT", "READY is B's first")
        require(seq not in self.received and seq >= self.announced, "E_SEQUENCE", "seen before")
        require(seq < self.ack() + SEQUENCE_WINDOW, "E_SEQUENCE", "far ahead")
        require(self.last is None or seq < self.last, "E_SEQUENCE", "after BYE")
        require(not bye or seq > max(self.received, default=-1), "E_SEQUENCE", "BYE is the last one")
        require(ack <= self.next_seq, "E_ACKNOWLEDGEMENT", "of what was never sent")
        self.received.add(seq)
        self.heard = True
        self.last = seq if bye else self.last
        self.waiting = {waiting for waiting in self.waiting if waiting >= ack}
        return Received(seq, ack, message, opened.mk, opened.step)


def open_frame(mk: bytes, frame: bytes) -> bytes:
    """The padded plaintext."""
    return open_(expand(mk, "message", b"", 44), frame[:HEADER], frame[HEADER:])


def skip(chain: Chain, until: int) -> list[tuple[int, bytes]]:
    """The numbers and message keys that the chain passes on its way to `until`; none if it is there or beyond."""
    out = []
    while chain.n_r < until:
        mk, chain.ck_r = kdf_ck(chain.ck_r)
        out.append((chain.n_r, mk))
        chain.n_r += 1
    return out


def store(s: State, turn: int, keys: list[tuple[int, bytes]], now: int) -> None:
    for n, mk in keys:
        s.skipped[(turn, n)] = (mk, now)
    while len(s.skipped) > MAX_STORED:
        del s.skipped[next(iter(s.skipped))]


def forget(s: State, now: int) -> None:
    s.skipped = {key: kept for key, kept in s.skipped.items() if now - kept[1] < SKIPPED_MS}
