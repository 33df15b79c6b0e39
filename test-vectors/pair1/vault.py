"""PROTOCOL.md section 8: the envelope under the vault secret (kdf 3), and the password split."""

import base64
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from . import identity
from .content import Reader
from .errors import Refused, require
from .primitives import ed25519_public, expand, lh, open_, seal, u8, u64

HEADER = 96


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


def decode_record(raw: bytes) -> Record:
    r = Reader(raw, "E_VAULT")
    try:
        record = Record(r.take(32), r.number(8), r.take(r.number(1)).decode("ascii"), r.take(r.number(1)).decode("utf-8"))
        identity.check_realm(record.realm)
        require(identity.check_name(record.name).decode("utf-8") == record.name, "E_VAULT", "not NFC")
    except (UnicodeDecodeError, Refused) as e:
        raise Refused("E_VAULT", "record") from e
    r.end()
    return record


def wrap(record: Record, secret: bytes, salt: bytes) -> bytes:
    head = b"PAIR\x01\x01\x03\x00" + bytes(8) + salt + ed25519_public(record.seed)
    o = expand(secret, "wrap", head, 76)
    head += o[44:]
    return head + seal(o[:44], head, encode_record(record))


def unwrap(envelope: bytes, secret: bytes) -> Record:
    require(len(envelope) > HEADER + 16, "E_VAULT", "length")
    require(envelope[:4] == b"PAIR" and envelope[4] == 1, "E_VAULT", "magic, version")
    require(envelope[5] == 1, "E_VAULT", "content")
    require(envelope[6] == 3 and envelope[7:16] == bytes(9), "E_VAULT", "kdf and its cost fields")
    o = expand(secret, "wrap", envelope[:64], 76)
    require(envelope[64:96] == o[44:], "E_VAULT", "commitment")
    try:
        raw = open_(o[:44], envelope[:HEADER], envelope[HEADER:])
    except Refused as e:
        raise Refused("E_VAULT", "seal") from e
    record = decode_record(raw)
    require(ed25519_public(record.seed) == envelope[32:64], "E_VAULT", "the public key is another one")
    return record


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
