"""PROTOCOL.md section 6: the Double Ratchet on its frames."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import content as contents
from .content import Content
from .errors import Refused, require
from .padding import bucket, pad, unpad
from .primitives import dh, expand, extract, mac, open_, seal, u8, u32, x25519_public

MSG = 0x11
HEADER = 58
MAX_SKIP, MAX_STORED, MAX_CHAIN = 256, 512, 65_535
MAX_UNACKNOWLEDGED = 200


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
    skipped: dict[tuple[bytes, int], bytes] = field(default_factory=dict)


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
        self.next_seq = 0
        self.acked = 0
        self.received: set[int] = set()
        self.failures = 0
        self.closed = False

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

    def _ack(self) -> int:
        ack = 0
        while ack in self.received:
            ack += 1
        return ack

    def send(self, message: Content) -> Sent:
        ctype, body = contents.encode(message)
        return self.send_raw(ctype, body)

    def send_raw(self, ctype: int, body: bytes) -> Sent:
        require(not self.closed, "E_CLOSED")
        s = self.state
        seq, ack = self.next_seq, self._ack()
        require(seq - self.acked < MAX_UNACKNOWLEDGED, "E_UNACKNOWLEDGED")
        plaintext = u8(ctype) + u32(seq) + u32(ack) + body
        padded = pad(plaintext)
        require(s.n_s < MAX_CHAIN, "E_CHAIN_LIMIT")
        mk, s.ck_s = kdf_ck(s.ck_s)
        header = b"\x01\x11" + self.sid + x25519_public(s.dh_s) + u32(s.pn) + u32(s.n_s)
        sent = Sent(seq, ack, s.pn, s.n_s, mk, plaintext, header + seal(expand(mk, "message", b"", 44), header, padded))
        s.n_s += 1
        self.next_seq += 1
        return sent

    def receive(self, frame: bytes) -> Received:
        """A refused frame changes nothing, except an authenticated one that is malformed inside: that is fatal."""
        require(not self.closed, "E_CLOSED")
        require(len(frame) >= HEADER + 256 + 16, "E_FRAME_LENGTH")
        size = len(frame) - HEADER - 16
        require(size == bucket(size), "E_FRAME_LENGTH", "not a bucket")
        require(size <= 65_536, "E_FRAME_LENGTH")
        require(frame[0] == 1, "E_FRAME_VERSION")
        require(frame[1] == MSG, "E_FRAME_TYPE")
        require(frame[2:18] == self.sid, "E_SESSION_ID")
        work = copy.deepcopy(self.state)
        padded = self._open(work, frame)
        self.state = work
        try:
            received = self._parse(unpad(padded))
        except Refused:
            self.closed = True
            raise
        return received

    def _open(self, s: State, frame: bytes) -> bytes:
        header, rx = frame[:HEADER], frame[18:50]
        pn, n = int.from_bytes(frame[50:54], "big"), int.from_bytes(frame[54:58], "big")
        mk = s.skipped.pop((rx, n), None)
        if mk is None:
            if rx != s.DH_r:
                if s.ck_r is not None:
                    self._skip(s, pn)
                s.rk, s.ck_r = kdf_rk(s.rk, dh(s.dh_s, rx), self.sid)
                s.pn, s.n_s, s.n_r, s.DH_r = s.n_s, 0, 0, rx
                s.dh_s = b""
            require(s.ck_r is not None, "E_DECRYPT", "no receiving chain yet")
            require(n >= s.n_r, "E_REPLAY")
            require(n < MAX_CHAIN, "E_CHAIN_LIMIT")
            self._skip(s, n)
            assert s.ck_r is not None
            mk, s.ck_r = kdf_ck(s.ck_r)
            s.n_r = n + 1
        padded = open_(expand(mk, "message", b"", 44), header, frame[HEADER:])
        if s.dh_s == b"":  # the step's fresh key: drawn here, so that a forged header draws nothing
            s.dh_s = next(self.draws)
            s.rk, s.ck_s = kdf_rk(s.rk, dh(s.dh_s, rx), self.sid)
        return padded

    def _skip(self, s: State, until: int) -> None:
        require(until - s.n_r <= MAX_SKIP, "E_SKIP_LIMIT")
        assert s.ck_r is not None
        while s.n_r < until:
            mk, s.ck_r = kdf_ck(s.ck_r)
            s.skipped[(s.DH_r, s.n_r)] = mk
            s.n_r += 1
        while len(s.skipped) > MAX_STORED:
            del s.skipped[next(iter(s.skipped))]

    def _parse(self, plaintext: bytes) -> Received:
        require(len(plaintext) >= 9, "E_CONTENT", "shorter than its own header")
        ctype = plaintext[0]
        seq, ack = int.from_bytes(plaintext[1:5], "big"), int.from_bytes(plaintext[5:9], "big")
        require(seq not in self.received, "E_SEQUENCE", "seen before")
        require(ack <= self.next_seq, "E_ACKNOWLEDGEMENT")
        message = contents.decode(ctype, plaintext[9:])
        self.received.add(seq)
        self.acked = max(self.acked, ack)
        return Received(seq, ack, message)
