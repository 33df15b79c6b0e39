"""protocol.md section 8: the envelope, the records in it, and the password split."""

import base64
import functools
import hashlib
import struct
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from . import identity
from .content import Reader
from .errors import Refused, require
from .padding import padme
from .primitives import ed25519_on_curve, ed25519_point_allowed, ed25519_public, expand, lh, open_, seal, u8, u16, u64

HEADER = 96
IDENTITY, BACKUP = 1, 2
ARGON2ID, PBKDF2, NONE = 1, 2, 3
#: The least length of a backup's record.
BACKUP_FLOOR = 1024
PIN_STATES = ["first-use", "compared", "sas", "qr"]
#: Not in the text of the draft: an entry whose state has this bit is an earlier key of the person before it.
EARLIER = 0x80
MAX_EARLIER = 16
#: Nothing is ever cut off; this only bounds the work.
MAX_PASSPHRASE = 1_024

@dataclass
class Record:
    """The identity record of section 8.2."""

    seed: bytes
    created: int
    realm: str
    name: str


def encode_record(r: Record) -> bytes:
    realm, name = identity.check_realm(r.realm), identity.check_name(r.name)
    return r.seed + u64(r.created) + u8(len(realm)) + realm + u8(len(name)) + name


def read_name(r: Reader) -> str:
    try:
        name = r.take(r.number(1)).decode("utf-8")
        require(identity.check_name(name).decode("utf-8") == name, "E_VAULT", "not NFC")
    except (UnicodeDecodeError, Refused) as e:
        raise Refused("E_VAULT", "name") from e
    return name


def read_record(r: Reader) -> Record:
    seed, created = r.take(32), r.number(8)
    try:
        realm = r.take(r.number(1)).decode("ascii")
        identity.check_realm(realm)
    except (UnicodeDecodeError, Refused) as e:
        raise Refused("E_VAULT", "realm") from e
    return Record(seed, created, realm, read_name(r))


def decode_record(raw: bytes) -> Record:
    r = Reader(raw, "E_VAULT")
    record = read_record(r)
    r.end()
    return record


@dataclass
class Key:
    """A key as it was pinned."""

    ik: bytes
    state: int
    first_seen: int


@dataclass
class Peer:
    """A person as a backup carries them."""

    name: str
    key: Key
    #: Keys that were pinned before, oldest first.
    earlier: list[Key]


@dataclass
class Backup:
    """The backup record of section 8.2."""

    identity: Record
    peers: list[Peer]


def encode_entry(name: bytes, key: Key, mark: int) -> bytes:
    return u8(len(name)) + name + key.ik + u8(mark | key.state) + u64(key.first_seen)


def encode_backup(backup: Backup) -> bytes:
    """Without its padding."""
    names = [peer.name for peer in backup.peers]
    require(len(set(names)) == len(names), "E_VAULT_PEERS", "nobody twice")
    entries = []
    for peer in backup.peers:
        require(len(peer.earlier) <= MAX_EARLIER, "E_VAULT_PEERS", "earlier keys")
        name = identity.check_name(peer.name)
        entries += [encode_entry(name, peer.key, 0), *(encode_entry(name, key, EARLIER) for key in peer.earlier)]
    require(len(entries) < 1 << 16, "E_VAULT_PEERS", "too many")
    return encode_record(backup.identity) + u16(len(entries)) + b"".join(entries)


def backup_size(length: int) -> int:
    return max(BACKUP_FLOOR, padme(length + 1))


def pad_backup(record: bytes) -> bytes:
    return (record + b"\x80").ljust(backup_size(len(record)), b"\0")


def unpad_backup(padded: bytes) -> bytes:
    stripped = padded.rstrip(b"\0")
    require(stripped.endswith(b"\x80"), "E_VAULT", "no end mark")
    record = stripped[:-1]
    require(len(padded) == backup_size(len(record)), "E_VAULT", "not the canonical length")
    return record


def decode_backup(padded: bytes) -> Backup:
    r = Reader(unpad_backup(padded), "E_VAULT")
    record = read_record(r)
    peers: list[Peer] = []
    for _ in range(r.number(2)):
        name, key, mark = read_entry(r)
        if mark:
            require(bool(peers) and peers[-1].name == name, "E_VAULT", "an earlier key of somebody else")
            require(len(peers[-1].earlier) < MAX_EARLIER, "E_VAULT", "too many earlier keys")
            peers[-1].earlier.append(key)
        else:
            require(name not in {peer.name for peer in peers}, "E_VAULT", "twice")
            peers.append(Peer(name, key, []))
    r.end()
    return Backup(record, peers)


def read_entry(r: Reader) -> tuple[str, Key, int]:
    name, ik, state = read_name(r), r.take(32), r.number(1)
    key = Key(ik, state & ~EARLIER, r.number(8))
    require(1 <= key.state <= len(PIN_STATES), "E_VAULT", "state")
    require(ed25519_point_allowed(ik) and ed25519_on_curve(ik), "E_VAULT", "key")
    return name, key, state & EARLIER


@dataclass(frozen=True)
class Cost:
    """The kdf and its cost fields, bytes 6 to 16 of an envelope."""

    kdf: int
    lanes: int = 0
    amount: int = 0
    passes: int = 0

    def encode(self) -> bytes:
        return struct.pack(">BBII", self.kdf, self.lanes, self.amount, self.passes)

    def check(self) -> None:
        """The bounds, before any work."""
        match self.kdf:
            case 1:
                bounded = 19_456 <= self.amount <= 1_048_576 and 2 <= self.passes <= 16 and 1 <= self.lanes <= 4
            case 2:
                bounded = 600_000 <= self.amount <= 10_000_000 and self.passes == 0 and self.lanes == 0
            case _:
                bounded = False
        require(bounded, "E_VAULT_COST", "kdf or cost")


def check_passphrase(text: str) -> str:
    """In NFC."""
    normal = unicodedata.normalize("NFC", text)
    require(1 <= len(normal.encode("utf-8")) <= MAX_PASSPHRASE, "E_PASSPHRASE")
    return normal


@functools.lru_cache(maxsize=256)
def stretch_passphrase(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """32 bytes. Remembered, for the same ones are asked for again and again."""
    raw = check_passphrase(passphrase).encode("utf-8")
    if cost.kdf == PBKDF2:
        return hashlib.pbkdf2_hmac("sha256", raw, salt, cost.amount, 32)
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.amount)
    return kdf.derive(raw)


def seal_under(key: bytes, content: int, cost: Cost, salt: bytes, ik: bytes, record: bytes) -> bytes:
    head = b"PAIR" + u8(1) + u8(content) + cost.encode() + salt + ik
    o = expand(key, "wrap", head, 76)
    head += o[44:]
    return head + seal(o[:44], head, record)


def open_under(key: bytes, envelope: bytes) -> bytes:
    """The record: the commitment first, then the seal."""
    o = expand(key, "wrap", envelope[:64], 76)
    require(envelope[64:96] == o[44:], "E_VAULT", "commitment")
    try:
        return open_(o[:44], envelope[:HEADER], envelope[HEADER:])
    except Refused as e:
        raise Refused("E_VAULT", "seal") from e


def check_head(envelope: bytes, content: int) -> Cost:
    require(len(envelope) > HEADER + 16, "E_VAULT", "length")
    require(envelope[:4] == b"PAIR" and envelope[4] == 1, "E_VAULT", "magic, version")
    require(envelope[5] == content, "E_VAULT", "content")
    require(content == IDENTITY or envelope[32:64] == bytes(32), "E_VAULT", "a key where zeros belong")
    kdf, lanes, amount, passes = struct.unpack(">BBII", envelope[6:16])
    return Cost(kdf, lanes, amount, passes)


def own(record: Record, ik: bytes) -> Record:
    require(ed25519_public(record.seed) == ik, "E_VAULT", "the public key is another one")
    return record


def wrap(record: Record, secret: bytes, salt: bytes) -> bytes:
    """An identity under the vault secret of section 8.3."""
    return seal_under(secret, IDENTITY, Cost(NONE), salt, ed25519_public(record.seed), encode_record(record))


def unwrap(envelope: bytes, secret: bytes) -> Record:
    require(check_head(envelope, IDENTITY) == Cost(NONE), "E_VAULT", "kdf and its cost fields")
    return own(decode_record(open_under(secret, envelope)), envelope[32:64])


def open_passphrase(envelope: bytes, content: int, passphrase: str) -> bytes:
    cost = check_head(envelope, content)
    try:
        cost.check()
    except Refused as e:
        raise Refused("E_VAULT", "kdf or cost") from e
    return open_under(stretch_passphrase(passphrase, envelope[16:32], cost), envelope)


def wrap_identity(record: Record, passphrase: str, cost: Cost, salt: bytes) -> bytes:
    cost.check()
    key = stretch_passphrase(passphrase, salt, cost)
    return seal_under(key, IDENTITY, cost, salt, ed25519_public(record.seed), encode_record(record))


def unwrap_identity(envelope: bytes, passphrase: str) -> Record:
    return own(decode_record(open_passphrase(envelope, IDENTITY, passphrase)), envelope[32:64])


def seal_backup(backup: Backup, passphrase: str, cost: Cost, salt: bytes) -> bytes:
    cost.check()
    key = stretch_passphrase(passphrase, salt, cost)
    return seal_under(key, BACKUP, cost, salt, bytes(32), pad_backup(encode_backup(backup)))


def open_backup(envelope: bytes, passphrase: str) -> Backup:
    return decode_backup(open_passphrase(envelope, BACKUP, passphrase))


#: Crockford's base 32: no I, L, O, U.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GENERATED = 20
#: What people put between characters, and what they take characters for.
DASHES = "-_" + "".join(map(chr, range(0x2010, 0x2016))) + "\u2212"
QUOTES = "\"'`\u00ab\u00bb\u2039\u203a" + "".join(map(chr, range(0x2018, 0x2020)))
FULL_STOPS = ".\u3002\uff61"
WITHOUT_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
BETWEEN = DASHES + QUOTES + FULL_STOPS + WITHOUT_WIDTH
HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
MISREAD = {"I": "1", "L": "1", "O": "0"}


def generate_passphrase(draw: bytes) -> str:
    assert len(draw) == GENERATED
    return "".join(CROCKFORD[byte & 31] for byte in draw)


def grouped(passphrase: str) -> str:
    return "-".join(passphrase[i : i + 5] for i in range(0, len(passphrase), 5))


def typed_passphrase(text: str) -> str:
    """A generated passphrase in whatever way it was written down; any other text as it is."""
    kept = [c for c in text.translate(HALF_WIDTH) if not c.isspace() and c not in BETWEEN]
    upper = [MISREAD.get(c.upper(), c.upper()) for c in kept if c.isascii()]
    if len(kept) == len(upper) == GENERATED and all(c in CROCKFORD for c in upper):
        return "".join(upper)
    return check_passphrase(text)


def check_password(password: str) -> None:
    """Section 8.3 asks for eight characters. The upper bound is the core's own: nothing may be cut off in silence."""
    normal = unicodedata.normalize("NFC", password)
    require(len(normal) >= 8 and len(normal.encode("utf-8")) <= 1024, "E_PASSWORD_LENGTH")


def stretch(password: str, aid: bytes) -> bytes:
    salt = lh("password", aid)[:16]
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=65_536)
    return kdf.derive(unicodedata.normalize("NFC", password).encode("utf-8"))


def split(pw: bytes, aid: bytes) -> tuple[str, bytes]:
    """The login secret as it is sent, and the vault secret."""
    login = expand(pw, "login secret", aid, 32)
    return base64.urlsafe_b64encode(login).decode("ascii").rstrip("="), expand(pw, "vault secret", aid, 32)
