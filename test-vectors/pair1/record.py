"""A session at rest. protocol.md has no such record: this is the core's own (crypto-core/src/session/record.rs)."""

from dataclasses import dataclass

from .content import Reader
from .errors import Refused, require
from .padding import padme
from .primitives import ed25519_on_curve, ed25519_point_allowed, expand, open_, seal, u8, u16, u32, u64, x25519_check
from .ratchet import MAX_CHAIN, MAX_FAILURES, MAX_STORED, MAX_UNACKNOWLEDGED, SEQUENCE_WINDOW, Session, State

HEAD, FLOOR, LAYOUT = 66, 1024, 1
MAX_RECORD = 1 << 16
MAX_EARLY, MAX_RETIRED, MAX_SEQ = 16, 256, (1 << 24) + 1
ROLES = {b"A": True, b"B": False}
#: The numbers of the errors that end a session.
FAILURES = {
    None: 0,
    "E_PADDING": 510,
    "E_CONTENT": 511,
    "E_SEQUENCE": 512,
    "E_ACKNOWLEDGEMENT": 513,
    "E_CHAIN_LIMIT": 520,
    "E_SESSION_LIMIT": 521,
    "E_FAILURE_LIMIT": 522,
}
DAMAGED = "E_SESSION_RECORD_DAMAGED"


@dataclass
class About:
    """What a record says beside the ratchet: `(aid, IK)` of both sides, the SAS, the early messages, the lifetime."""

    local: tuple[bytes, bytes]
    peer: tuple[bytes, bytes]
    sas: bytes
    early: tuple[int, int]
    started: int
    chunk_bytes: int


def flag(value: bool) -> bytes:
    return u8(int(value))


def numbers(values: set[int]) -> bytes:
    return u16(len(values)) + b"".join(map(u32, sorted(values)))


def encode(session: Session, about: About) -> bytes:
    """The state, without its padding."""
    s, ack = session.state, session.ack()
    out = u8(LAYOUT) + (b"A" if session.is_initiator else b"B") + b"".join(about.local + about.peer) + about.sas
    out += u32(about.early[0]) + u32(about.early[1]) + u64(about.started) + u64(about.chunk_bytes)
    out += u16(FAILURES[session.failure]) + u32(session.failures)
    out += u32(session.next_seq) + flag(session.ended) + numbers(session.waiting)
    out += flag(session.heard) + u32(ack) + flag(session.last is not None) + u32(session.last or 0)
    out += numbers({seq for seq in session.received if seq > ack})
    out += session.sid + s.rk + s.ck_s + u32(s.n_s) + flag(s.ck_r is not None)
    out += s.ck_r + u32(s.n_r) if s.ck_r is not None else b""
    out += s.dh_s + s.DH_r + u32(s.pn) + u16(len(s.skipped))
    out += b"".join(rx + u32(n) + mk + u64(since) for (rx, n), (mk, since) in s.skipped.items())
    return out + u16(len(s.retired)) + b"".join(s.retired)


def derive(key: bytes, salt: bytes) -> bytes:
    return expand(key, "session record", salt, 76)


def save(state: bytes, key: bytes, revision: int, salt: bytes) -> bytes:
    padded = (state + b"\x80").ljust(max(FLOOR, padme(len(state) + 1)), b"\0")
    o = derive(key, salt)
    head = b"PAIR\x01\x03" + u32(HEAD + len(padded) + 16) + u64(revision) + salt + o[44:]
    return head + seal(o[:44], head, padded)


def restore(record: bytes, key: bytes, minimum: int) -> tuple[bytes, int]:
    """The state without its padding, and the revision."""
    require(len(record) >= 6 and record[:4] == b"PAIR" and record[5] == 3 and record[4] >= 1, "E_SESSION_RECORD")
    require(record[4] == 1, "E_SESSION_RECORD_VERSION")
    whole = len(record) >= HEAD + 16 and len(record) <= MAX_RECORD
    require(whole and int.from_bytes(record[6:10], "big") == len(record), "E_SESSION_RECORD_LENGTH")
    o = derive(key, record[18:34])
    require(record[34:HEAD] == o[44:], "E_SESSION_RECORD_KEY")
    try:
        padded = open_(o[:44], record[:HEAD], record[HEAD:])
    except Refused as e:
        raise Refused(DAMAGED, "seal") from e
    revision = int.from_bytes(record[10:18], "big")
    require(revision >= minimum, "E_SESSION_RECORD_OLD")
    stripped = padded.rstrip(b"\0")
    require(stripped.endswith(b"\x80"), DAMAGED, "no end mark")
    require(len(padded) == max(FLOOR, padme(len(stripped))), DAMAGED, "not the canonical length")
    return stripped[:-1], revision


class StateReader(Reader):
    """Takes fields off the front of a state."""

    def __init__(self, state: bytes) -> None:
        super().__init__(state, DAMAGED)

    def most(self, size: int, limit: int) -> int:
        value = self.number(size)
        require(value <= limit, DAMAGED, "beyond a limit")
        return value

    def flag(self) -> bool:
        return self.most(1, 1) == 1

    def numbers(self, limit: int) -> set[int]:
        return {self.number(4) for _ in range(self.most(2, limit))}

    def party(self) -> tuple[bytes, bytes]:
        aid, ik = self.take(32), self.take(32)
        require(ed25519_point_allowed(ik) and ed25519_on_curve(ik), DAMAGED, "IK")
        return aid, ik


def decode(state: bytes) -> tuple[Session, About]:
    """A session as it was saved. Its draws are the caller's to give."""
    r = StateReader(state)
    require(r.number(1) == LAYOUT, DAMAGED, "layout")
    role = r.take(1)
    require(role in ROLES, DAMAGED, "role")
    about = About(
        r.party(), r.party(), r.take(4), (r.most(4, MAX_EARLY), r.most(4, MAX_EARLY)), r.number(8), r.number(8)
    )
    number, failures = r.number(2), r.most(4, MAX_FAILURES)
    failure = next((name for name, value in FAILURES.items() if value == number), "")
    require(failure != "", DAMAGED, "no error that ends a session")
    next_seq, ended, waiting = r.most(4, MAX_SEQ), r.flag(), r.numbers(MAX_UNACKNOWLEDGED)
    heard, ack, has_last, last = r.flag(), r.most(4, MAX_SEQ), r.flag(), r.number(4)
    require(has_last or last == 0, DAMAGED, "last")
    ahead = r.numbers(SEQUENCE_WINDOW)
    sid, rk = r.take(16), r.take(32)
    ck_s, n_s = r.take(32), r.most(4, MAX_CHAIN)
    ck_r, n_r = (r.take(32), r.most(4, MAX_CHAIN)) if r.flag() else (None, 0)
    dh_s, dh_r, pn = r.take(32), r.take(32), r.number(4)
    try:
        x25519_check(dh_r)
    except Refused as e:
        raise Refused(DAMAGED, "RX") from e
    skipped = {}
    for _ in range(r.most(2, MAX_STORED)):
        rx, n = r.take(32), r.number(4)
        skipped[(rx, n)] = (r.take(32), r.number(8))
    retired = [r.take(32) for _ in range(r.most(2, MAX_RETIRED))]
    r.end()
    session = Session(sid, State(rk, dh_s, dh_r, ck_s, ck_r, n_s, n_r, pn, skipped, retired), iter([]))
    session.is_initiator = ROLES[role]
    session.next_seq, session.ended, session.waiting = next_seq, ended, waiting
    session.heard, session.last = heard, last if has_last else None
    session.received = set(range(ack)) | ahead
    session.failure, session.failures = failure, failures
    session.announced = 0 if session.is_initiator else about.early[0]
    return session, about
