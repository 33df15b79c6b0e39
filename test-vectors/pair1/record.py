"""A session at rest. protocol.md has no such record: this is the core's own (docs/decisions/0008-sessions-at-rest.md)."""

from dataclasses import dataclass

from .content import Reader
from .errors import Refused, require
from .padding import padme
from .primitives import (
    KEM_CT,
    KEM_EK,
    KEM_SEED,
    dh,
    ed25519_on_curve,
    ed25519_point_allowed,
    expand,
    kem_check,
    open_,
    seal,
    u8,
    u16,
    u32,
    u64,
)
from .ratchet import (
    MAX_FAILURES,
    MAX_STORED,
    MAX_TURN_MESSAGES,
    MAX_TURNS,
    MAX_UNACKNOWLEDGED,
    NO_CIPHERTEXT,
    SEQUENCE_WINDOW,
    Chain,
    Ours,
    Session,
    State,
    Theirs,
)

HEAD, FLOOR, LAYOUT = 66, 1024, 2
MAX_RECORD = 1 << 16
MAX_EARLY, MAX_SEQ = 16, (1 << 24) + 1
MAX_TURN = MAX_TURNS + 2
ROLES = {b"A": True, b"B": False}
#: The numbers of the errors that end a session.
FAILURES = {
    None: 0,
    "E_PADDING": 510,
    "E_CONTENT": 511,
    "E_SEQUENCE": 512,
    "E_ACKNOWLEDGEMENT": 513,
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
    return out + session.sid + encode_ratchet(s)


def encode_ratchet(s: State) -> bytes:
    out = s.rk + u32(s.turn) + u32(s.pn) + flag(s.chain is not None)
    out += s.chain.ck_r + u32(s.chain.n_r) if s.chain is not None else b""
    match s.newest:
        case Ours(dh_s, dk_s, rc, ck_s, n_s):
            out += flag(True) + ck_s + u32(n_s) + dh_s + dk_s + rc
        case Theirs(rx, re):
            out += flag(False) + rx + re
    out += u16(len(s.skipped))
    return out + b"".join(u32(turn) + u32(n) + mk + u64(since) for (turn, n), (mk, since) in s.skipped.items())


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

    def numbers(self, limit: int, allowed: range) -> set[int]:
        numbers = [self.number(4) for _ in range(self.most(2, limit))]
        require(all(n in allowed for n in numbers), DAMAGED, "a number that cannot be")
        require(all(a < b for a, b in zip(numbers, numbers[1:])), DAMAGED, "not in order")
        return set(numbers)

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
    about = About(r.party(), r.party(), r.take(4), (r.most(4, MAX_EARLY), r.most(4, MAX_EARLY)), r.number(8), r.number(8))
    number, failures = r.number(2), r.most(4, MAX_FAILURES)
    failure = next((name for name, value in FAILURES.items() if value == number), "")
    require(failure != "", DAMAGED, "no error that ends a session")
    next_seq, ended = r.most(4, MAX_SEQ), r.flag()
    waiting = r.numbers(MAX_UNACKNOWLEDGED, range(next_seq))
    heard, ack, has_last, last = r.flag(), r.most(4, MAX_SEQ), r.flag(), r.number(4)
    require(has_last or last == 0, DAMAGED, "last")
    ahead = r.numbers(SEQUENCE_WINDOW, range(ack + 1, min(MAX_SEQ, ack + SEQUENCE_WINDOW)))
    sid = r.take(16)
    is_initiator = ROLES[role]
    ratchet = decode_ratchet(r, is_initiator)
    r.end()
    session = Session(sid, ratchet, is_initiator)
    session.next_seq, session.ended, session.waiting = next_seq, ended, waiting
    session.heard, session.last = heard, last if has_last else None
    session.received = set(range(ack)) | ahead
    session.failure, session.failures = failure, failures
    session.announced = 0 if session.is_initiator else about.early[0]
    return session, about


def decode_ratchet(r: StateReader, is_initiator: bool) -> State:
    """Turns alternate, and the initiator makes the even ones: so the number says whose turn is the newest."""
    rk, turn, pn = r.take(32), r.most(4, MAX_TURN), r.most(4, MAX_TURN_MESSAGES)
    chain = Chain(r.take(32), r.most(4, MAX_TURN_MESSAGES)) if r.flag() else None
    ours = r.flag()
    require(ours == (is_initiator == (turn % 2 == 0)), DAMAGED, "whose turn")
    require((chain is None) == (ours and turn == 0), DAMAGED, "the peer has no turn before turn 0")
    state = State(rk, read_ours(r, turn) if ours else read_theirs(r), turn, chain, pn)
    newest = state.peer_turn()
    for _ in range(r.most(2, MAX_STORED)):
        key = r.number(4), r.most(4, MAX_TURN_MESSAGES - 1)
        own = newest is None or key[0] > newest or key[0] % 2 != newest % 2
        require(not own, DAMAGED, "no turn that the peer has made")
        state.skipped[key] = (r.take(32), r.number(8))
    return state


def read_ours(r: StateReader, turn: int) -> Ours:
    ck_s, n_s = r.take(32), r.most(4, MAX_TURN_MESSAGES)
    newest = Ours(r.take(32), r.take(KEM_SEED), r.take(KEM_CT), ck_s, n_s)
    require((newest.rc == NO_CIPHERTEXT) == (turn == 0), DAMAGED, "RC")
    return newest


def read_theirs(r: StateReader) -> Theirs:
    newest = Theirs(r.take(32), r.take(KEM_EK))
    try:
        dh(bytes(32), newest.rx)  # small order is all that agrees with every scalar on zero: no turn that opened has such a key
        kem_check(newest.re)
    except Refused as e:
        raise Refused(DAMAGED, "ratchet key") from e
    return newest
