"""protocol.md section 6: the Double Ratchet on its frames."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import content as contents
from .content import Content
from .errors import Refused, require
from .padding import MAX_PLAINTEXT, bucket, pad, unpad
from .primitives import dh, expand, extract, mac, open_, seal, u8, u32, x25519_public

MSG = 0x11
HEADER = 58
MAX_SKIP, MAX_STORED, MAX_CHAIN = 256, 512, 65_535
MAX_UNACKNOWLEDGED = 200
SKIPPED_MS = 5 * 60 * 1000
MAX_FAILURES = 1024
#: Not in the text: bounds what a dishonest peer can make us remember.
SEQUENCE_WINDOW = 2_048
#: RECEIPT and TYPING never cause a receipt (section 6.4), and nothing comes after BYE.
NEVER_ACKNOWLEDGED = {"receipt", "read", "viewed", "typing", "bye"}


@dataclass
class State:
    """Section 6.1."""

    rk: bytes
    dh_s: bytes
    DH_r: bytes
    ck_s: bytes
    ck_r: bytes | None = None
    n_s: int = 0
    n_r: int = 0
    pn: int = 0
    skipped: dict[tuple[bytes, int], tuple[bytes, int]] = field(default_factory=dict)
    #: Not in the text: names a replay of an earlier chain, which would fail to decrypt anyhow.
    retired: list[bytes] = field(default_factory=list)


@dataclass
class Sent:
    seq: int
    ack: int
    pn: int
    n: int
    mk: bytes
    plaintext: bytes
    frame: bytes


@dataclass
class Received:
    seq: int
    ack: int
    content: Content


def kdf_rk(rk: bytes, d: bytes, sid: bytes) -> tuple[bytes, bytes]:
    o = expand(extract(rk, d), "ratchet", sid, 64)
    return o[:32], o[32:]


def kdf_ck(ck: bytes) -> tuple[bytes, bytes]:
    """The message key and the next chain key."""
    return mac(ck, b"\x01"), mac(ck, b"\x02")


class Session:
    """One side. `draws` yields the private ratchet keys in the order in which they are made."""

    def __init__(self, sid: bytes, state: State, draws: Iterator[bytes]) -> None:
        self.sid, self.state, self.draws = sid, state, draws
        self.is_initiator = state.ck_r is None
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
        self.failure: str | None = None
        self.ended = False

    @classmethod
    def initiator(cls, rk0: bytes, sid: bytes, rx: bytes, peer_ex: bytes, draws: Iterator[bytes]) -> "Session":
        rk, ck_s = kdf_rk(rk0, dh(rx, peer_ex), sid)
        return cls(sid, State(rk, rx, peer_ex, ck_s), draws)

    @classmethod
    def responder(cls, rk0: bytes, sid: bytes, ex: bytes, peer_rx: bytes, draws: Iterator[bytes]) -> "Session":
        rk1, ck_r = kdf_rk(rk0, dh(ex, peer_rx), sid)
        rx = next(draws)
        rk, ck_s = kdf_rk(rk1, dh(rx, peer_rx), sid)
        return cls(sid, State(rk, rx, peer_rx, ck_s, ck_r), draws)

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

    def send(self, message: Content) -> Sent:
        kind = message["type"]
        require(not self.ended and (self.failure is None or kind == "bye"), "E_CLOSED")
        seq, ack = self.next_seq, self.ack()
        # Section 4.6: B's first message is READY, and nothing else is.
        require((kind == "ready") == (not self.is_initiator and seq == 0), "E_INVALID_CONTENT")
        require(kind != "unknown", "E_INVALID_CONTENT")
        ctype, body = contents.encode(message)
        waits = kind not in NEVER_ACKNOWLEDGED
        require(not waits or len(self.waiting) < MAX_UNACKNOWLEDGED, "E_UNACKNOWLEDGED")
        plaintext = u8(ctype) + u32(seq) + u32(ack) + body
        padded = pad(plaintext)
        s = self.state
        if s.n_s >= MAX_CHAIN:
            self.failure = "E_CHAIN_LIMIT"
        require(s.n_s < MAX_CHAIN, "E_CHAIN_LIMIT")
        mk, s.ck_s = kdf_ck(s.ck_s)
        header = b"\x01\x11" + self.sid + x25519_public(s.dh_s) + u32(s.pn) + u32(s.n_s)
        sent = Sent(seq, ack, s.pn, s.n_s, mk, plaintext, header + seal(expand(mk, "message", b"", 44), header, padded))
        s.n_s += 1
        self.next_seq += 1
        self.ended = kind == "bye"
        if waits:
            self.waiting.add(seq)
        return sent

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
            padded = self._open(work, frame, now)
        except Refused as refused:
            if refused.code == "E_DECRYPT":
                self._count_failure()
            raise
        self.state = work
        try:
            return self._parse(unpad(padded))
        except Refused as refused:
            self.failure = refused.code
            raise

    def _count_failure(self) -> None:
        self.failures += 1
        if self.failures >= MAX_FAILURES:
            self.failure = "E_FAILURE_LIMIT"
            raise Refused("E_FAILURE_LIMIT")

    def _open(self, s: State, frame: bytes, now: int) -> bytes:
        header, rx = frame[:HEADER], frame[18:50]
        pn, n = int.from_bytes(frame[50:54], "big"), int.from_bytes(frame[54:58], "big")
        s.skipped = {k: v for k, v in s.skipped.items() if now - v[1] < SKIPPED_MS}
        mk, _ = s.skipped.pop((rx, n), (None, 0))
        if mk is None:
            # Headers are not authentic yet: a number that no chain reaches is dropped like any other forgery.
            require(n < MAX_CHAIN, "E_SKIP_LIMIT")
            if rx != s.DH_r:
                require(rx not in s.retired, "E_REPLAY", "an earlier ratchet key")
                if s.ck_r is not None:
                    self._skip(s, pn, now)
                try:
                    shared = dh(s.dh_s, rx)
                except Refused as refused:
                    raise Refused("E_DECRYPT", "RX") from refused  # section 11: one code for every failure of a key
                s.rk, s.ck_r = kdf_rk(s.rk, shared, self.sid)
                s.retired.append(s.DH_r)
                s.pn, s.n_s, s.n_r, s.DH_r = s.n_s, 0, 0, rx
                s.dh_s = b""
            require(s.ck_r is not None, "E_DECRYPT", "no receiving chain yet")
            require(n >= s.n_r, "E_REPLAY")
            self._skip(s, n, now)
            assert s.ck_r is not None
            mk, s.ck_r = kdf_ck(s.ck_r)
            s.n_r = n + 1
        padded = open_(expand(mk, "message", b"", 44), header, frame[HEADER:])
        if s.dh_s == b"":  # the step's fresh key: drawn here, so that a forged header draws nothing
            s.dh_s = next(self.draws)
            s.rk, s.ck_s = kdf_rk(s.rk, dh(s.dh_s, rx), self.sid)
        return padded

    def _skip(self, s: State, until: int, now: int) -> None:
        require(until - s.n_r <= MAX_SKIP, "E_SKIP_LIMIT")
        assert s.ck_r is not None
        while s.n_r < until:
            mk, s.ck_r = kdf_ck(s.ck_r)
            s.skipped[(s.DH_r, s.n_r)] = (mk, now)
            s.n_r += 1
        while len(s.skipped) > MAX_STORED:
            del s.skipped[next(iter(s.skipped))]

    def _parse(self, plaintext: bytes) -> Received:
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
        return Received(seq, ack, message)
