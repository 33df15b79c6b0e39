"""protocol.md section 9: the relay's envelope."""

from typing import Any

from .content import Reader
from .errors import require
from .prekeys import MAX_PREKEYS, PREKEY, PREKEY_LENGTH
from .primitives import ed25519_point_allowed, ed25519_public, lh, sha, sign, u8, verify

Fields = dict[str, Any]
MAX_TOKEN = 4096
SIZE_CLASSES = {"handshake": 2_579, "message": 67_886, "chunk": 1_049_639}
MAX_WATCHED = 64
#: The top bit of a client's BEAT.
OPEN = 1 << 31
#: EARLY is a message that travels before there is a session; PREKEY travels in frames of the relay only.
PAYLOADS = (
    dict.fromkeys((0x01, 0x02, 0x03, 0x04, 0x05, 0x07), "handshake") | dict.fromkeys((0x10, 0x11), "message") | {0x12: "chunk"}
)

KINDS = {
    "challenge": 0x40,
    "login": 0x41,
    "welcome": 0x42,
    "send": 0x43,
    "deliver": 0x44,
    "ack": 0x45,
    "prekeys": 0x46,
    "prekey_get": 0x47,
    "prekey_res": 0x48,
    "watch": 0x49,
    "presence": 0x4A,
    "token": 0x4B,
    "notice": 0x4C,
    "beat": 0x4D,
}
#: Who gets which kinds.
DIRECTIONS = {
    "relay": {"login", "send", "prekeys", "prekey_get", "watch", "token", "beat"},
    "client": {"challenge", "welcome", "deliver", "ack", "prekey_res", "presence", "notice", "beat"},
}
#: Fixed-width fields in order; "…" marks bytes to the end of the frame.
LAYOUT: dict[str, list[tuple[str, int]]] = {
    "challenge": [("challenge", 32)],
    "login": [("aid", 32), ("ik", 32), ("presence", 16), ("max_version", 1), ("token_hash", 32), ("sig", 64), ("token", -1)],
    "welcome": [("status", 1)],
    "send": [("eid", 16), ("to", 32), ("presence", 16), ("payload", -1)],
    "deliver": [("eid", 16), ("from", 32), ("presence", 16), ("payload", -1)],
    "ack": [("eid", 16), ("status", 1)],
    "prekeys": [("eid", 16), ("prekeys", -1)],
    "prekey_get": [("eid", 16), ("aid", 32), ("presence", 16)],
    "prekey_res": [("eid", 16), ("status", 1), ("prekey", -1)],
    "watch": [("eid", 16), ("aids", -1)],
    "presence": [("aid", 32), ("presence", 16), ("online", 1), ("max_version", 1)],
    "token": [("token", -1)],
    "notice": [("code", 2), ("value", 4)],
    "beat": [("value", 4)],
}
NUMBERS = {"status", "online", "max_version", "code", "value"}
RANGES = {
    ("welcome", "status"): range(3),
    ("ack", "status"): range(7),
    ("prekey_res", "status"): (0, 1, 2, 3, 5),
    ("presence", "online"): range(2),
    ("notice", "code"): range(1, 4),
}


def printable(raw: bytes) -> bool:
    return all(0x21 <= byte <= 0x7E for byte in raw)


def is_prekey(frame: bytes) -> bool:
    """What the relay looks at: that it is a PREKEY at all. Whose it is and whether it is good, the clients check."""
    return len(frame) == PREKEY_LENGTH and frame[:2] == u8(1) + u8(PREKEY)


def read_prekeys(r: Reader) -> list[str]:
    """`count u8, count × PREKEY`"""
    count, raw = r.number(1), r.rest()
    require(len(raw) == count * PREKEY_LENGTH, "E_FRAME_LENGTH", "count")
    frames = [raw[at : at + PREKEY_LENGTH] for at in range(0, len(raw), PREKEY_LENGTH)]
    require(count <= MAX_PREKEYS and all(map(is_prekey, frames)), "E_FRAME_FIELD", "prekeys")
    return [frame.hex() for frame in frames]


def read_prekey(r: Reader, status: int) -> str | None:
    """A PREKEY if the status says that one follows, and nothing else."""
    frame = r.rest()
    require(len(frame) == (PREKEY_LENGTH if status == 0 else 0), "E_FRAME_LENGTH", "PREKEY or nothing")
    require(not frame or is_prekey(frame), "E_FRAME_FIELD", "PREKEY")
    return frame.hex() or None


def read_aids(r: Reader) -> list[str]:
    """`count u8, count × aid`"""
    count, raw = r.number(1), r.rest()
    require(len(raw) == count * 32, "E_FRAME_LENGTH", "count")
    require(count <= MAX_WATCHED, "E_FRAME_FIELD", "accounts")
    return [raw[at : at + 32].hex() for at in range(0, len(raw), 32)]


def encode(kind: str, fields: Fields) -> bytes:
    out = bytes([1, KINDS[kind]])
    for name, width in LAYOUT[kind]:
        value = fields[name]
        if name in NUMBERS:
            out += value.to_bytes(width, "big")
        elif name == "token":
            out += value.encode("ascii")
        elif name in ("prekeys", "aids"):
            out += u8(len(value)) + b"".join(map(bytes.fromhex, value))
        elif name == "prekey":
            out += bytes.fromhex(value or "")
        else:
            raw = bytes.fromhex(value)
            assert width in (-1, len(raw))
            out += raw
    return out


def decode(frame: bytes, to: str) -> tuple[str, Fields]:
    require(len(frame) >= 2, "E_FRAME_LENGTH")
    require(frame[0] == 1, "E_FRAME_VERSION")
    kind = next((k for k, v in KINDS.items() if v == frame[1]), None)
    require(kind in DIRECTIONS[to], "E_FRAME_TYPE")
    assert kind is not None
    r = Reader(frame[2:], "E_FRAME_LENGTH")
    fields: Fields = {}
    for name, width in LAYOUT[kind]:
        if name == "prekeys":
            fields[name] = read_prekeys(r)
            continue
        if name == "prekey":
            fields[name] = read_prekey(r, fields["status"])
            continue
        if name == "aids":
            fields[name] = read_aids(r)
            continue
        raw = r.rest() if width < 0 else r.take(width)
        if name in NUMBERS:
            value = int.from_bytes(raw, "big")
            require(value in RANGES.get((kind, name), range(1 << 32)), "E_FRAME_FIELD", name)
            require((kind, name) != ("login", "max_version") or value >= 1, "E_FRAME_FIELD", name)
            require((kind, to) != ("beat", "client") or value < OPEN, "E_FRAME_FIELD", "a relay's number is below 2^31")
            fields[name] = value
        elif name == "token":
            require(1 <= len(raw) <= MAX_TOKEN, "E_FRAME_LENGTH", "token")
            require(printable(raw), "E_FRAME_FIELD", "token")
            fields[name] = raw.decode("ascii")
        else:
            fields[name] = raw.hex()
    r.end()
    return kind, fields


def payload_kind(payload: bytes) -> str:
    """What the relay reads of a payload: its size class."""
    require(len(payload) >= 2, "E_FRAME_LENGTH")
    require(payload[0] == 1, "E_FRAME_VERSION")
    kind = PAYLOADS.get(payload[1])
    require(kind is not None, "E_FRAME_TYPE")
    assert kind is not None
    require(len(payload) <= SIZE_CLASSES[kind], "E_FRAME_LENGTH", "size class")
    return kind


def forward(frame: bytes, sender: bytes, presence: bytes) -> bytes:
    """The DELIVER that a SEND becomes."""
    kind, fields = decode(frame, "relay")
    require(kind == "send", "E_FRAME_TYPE")
    return encode("deliver", {**fields, "from": sender.hex(), "presence": presence.hex()})


def login(seed: bytes, challenge: bytes, aid: bytes, presence: bytes, token: str) -> bytes:
    raw = token.encode("utf-8")
    require(1 <= len(raw) <= MAX_TOKEN and printable(raw), "E_TOKEN_FORMAT")
    head = bytes([1, KINDS["login"]]) + aid + ed25519_public(seed) + presence + u8(1) + sha(raw)
    return head + sign(seed, "sig login", lh("login", challenge + head)) + raw


def verify_login(challenge: bytes, frame: bytes) -> Fields:
    """Format, the token's hash, then the signature. Whose token it is, the relay's database knows."""
    kind, fields = decode(frame, "relay")
    require(kind == "login", "E_FRAME_TYPE")
    require(sha(frame[179:]) == frame[83:115], "E_FRAME_FIELD", "the token's digest")
    require(ed25519_point_allowed(frame[34:66]), "E_ED25519_KEY")
    require(verify(frame[34:66], "sig login", lh("login", challenge + frame[:115]), frame[115:179]), "E_SIGNATURE")
    return fields


def replacement(seed: bytes, aid: bytes, new: bytes) -> bytes:
    """The old key's agreement to a new one. Not in protocol.md: a departure that docs/decisions records."""
    return sign(seed, "sig replace", lh("replace", aid + ed25519_public(seed) + new))
