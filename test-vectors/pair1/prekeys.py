"""protocol.md section 5: PREKEY, the early keys, EARLY."""

from dataclasses import dataclass

from . import content as contents
from .content import Content
from .errors import Refused, require
from .padding import MAX_PLAINTEXT, bucket, pad, unpad
from .primitives import (
    KEM_CT,
    dh,
    expand,
    extract,
    kem_check,
    kem_decapsulate,
    kem_encapsulate,
    kem_public,
    lh,
    lp,
    seal,
    sign,
    u8,
    u32,
    verify,
    x25519_check,
    x25519_public,
)
from .primitives import open_ as open_sealed
from .ratchet import kdf_ck

PREKEY, EARLY = 0x06, 0x10
PREKEY_LENGTH = 1379
#: Where `sig_A1` starts in an INIT, and where its prekey part does.
INIT_SIGNED, INIT_PREKEY = 2515, 1411
EARLY_HEADER = 22
MAX_EARLY = 16
MAX_PREKEYS = 20
#: Prekeys whose secrets are kept (section 5.3).
MAX_KEPT = 40
#: That many EARLY frames that are not authentic end a prekey start (section 5.3).
MAX_FAILURES = 1024
EARLY_TYPES = {contents.TEXT, contents.FILE}


class Prekey:
    """B's half: a signed one-time prekey and its secrets. `rnd` has pkid, ox and okseed."""

    def __init__(self, seed: bytes, aid: bytes, ik: bytes, presence: bytes, rnd: dict[str, bytes]) -> None:
        self.rnd = rnd
        body = b"\x01\x06" + rnd["pkid"] + u8(1) + presence + aid + ik
        body += x25519_public(rnd["ox"]) + kem_public(rnd["okseed"])
        self.frame = body + sign(seed, "sig prekey", lh("prekey", body))

    def open(self, init: bytes) -> tuple[bytes, bytes]:
        """`ss_p` and `DH(EX_A, OX_B)` of an INIT that passed its checks."""
        ct = init[INIT_PREKEY + 16 : INIT_SIGNED]
        assert len(ct) == KEM_CT
        return kem_decapsulate(self.rnd["okseed"], ct), dh(self.rnd["ox"], init[163:195])


def check_bundle(frame: bytes, aid: bytes, ik: bytes, presence: bytes) -> None:
    """What A checks of a PREKEY (section 5.1), in the order of the text."""
    require(len(frame) == PREKEY_LENGTH and frame[0] == 1 and frame[1] == PREKEY, "E_PREKEY_FORM")
    require(frame[18] >= 1, "E_PREKEY_FORM", "max_version")
    signed = lh("prekey", frame[:1315])
    require(verify(frame[67:99], "sig prekey", signed, frame[1315:]), "E_PREKEY_SIGNATURE")
    try:
        kem_check(frame[131:1315])
        x25519_check(frame[99:131])
    except Refused as e:
        raise Refused("E_PREKEY_KEY", str(e)) from e
    require(frame[35:67] == aid, "E_PREKEY_PEER")
    require(frame[67:99] == ik, "E_IDENTITY_CHANGED")
    require(frame[19:35] == presence, "E_PREKEY_PRESENCE")


@dataclass
class EarlyKeys:
    """Section 5.2."""

    ssp: bytes
    ssox: bytes
    es: bytes
    ck_e: bytes
    dsalt: bytes


def early_keys(ssp: bytes, ssox: bytes, t1: bytes) -> EarlyKeys:
    es = extract(lp("early"), ssp + ssox)
    return EarlyKeys(ssp, ssox, es, expand(es, "early chain", t1, 32), expand(es, "early derived", t1, 32))


def encapsulate(bundle: bytes, ex: bytes, coins: bytes) -> tuple[bytes, bytes, bytes]:
    """A's half: `CT_P`, `ss_p` and `DH(EX_A, OX_B)`."""
    ct, ssp = kem_encapsulate(bundle[131:1315], coins)
    try:
        return ct, ssp, dh(ex, bundle[99:131])
    except Refused as e:
        raise Refused("E_PREKEY_KEY", "of small order") from e


@dataclass
class Early:
    """One EARLY message, with what it is made of."""

    seq: int
    n: int
    mk: bytes
    plaintext: bytes
    frame: bytes


class Sender:
    """A's early chain, until CONFIRM."""

    def __init__(self, hid: bytes, ck_e: bytes) -> None:
        self.hid, self.ck, self.n = hid, ck_e, 0

    def send(self, message: Content) -> Early:
        require(message["type"] in ("text", "file"), "E_INVALID_CONTENT", "a TEXT or a FILE")
        require(self.n < MAX_EARLY, "E_EARLY_LIMIT")
        ctype, body = contents.encode(message)
        plaintext = u8(ctype) + u32(self.n) + u32(0) + body
        padded = pad(plaintext)
        mk, self.ck = kdf_ck(self.ck)
        header = b"\x01\x10" + self.hid + u32(self.n)
        frame = header + seal(expand(mk, "message", b"", 44), header, padded)
        self.n += 1
        return Early(self.n - 1, self.n - 1, mk, plaintext, frame)


class Receiver:
    """B's early chain, until CONFIRM. A refused frame changes nothing, unless it is authentic: then it ends the handshake."""

    def __init__(self, hid: bytes, ck_e: bytes) -> None:
        self.hid, self.ck, self.n = hid, ck_e, 0
        self.failures = 0
        self.failed = False

    def receive(self, frame: bytes) -> tuple[int, Content]:
        require(not self.failed, "E_CLOSED")
        size = len(frame) - EARLY_HEADER - 16
        require(256 <= size <= MAX_PLAINTEXT and size == bucket(size), "E_FRAME_LENGTH", "not a bucket")
        number = int.from_bytes(frame[18:22], "big")
        require(number >= self.n, "E_REPLAY")
        require(number == self.n and number < MAX_EARLY, "E_EARLY_ORDER", "a gap, or the 17th")
        mk, ck = kdf_ck(self.ck)
        try:
            padded = open_sealed(expand(mk, "message", b"", 44), frame[:EARLY_HEADER], frame[EARLY_HEADER:])
        except Refused as refused:
            self.failures += 1
            self.failed = self.failures >= MAX_FAILURES
            raise Refused("E_FAILURE_LIMIT") if self.failed else refused
        try:
            message = self.parse(unpad(padded), number)
        except Refused:
            self.failed = True
            raise
        self.ck, self.n = ck, number + 1
        return number, message

    @staticmethod
    def parse(plaintext: bytes, number: int) -> Content:
        require(len(plaintext) >= 9, "E_CONTENT", "shorter than its own header")
        seq, ack = int.from_bytes(plaintext[1:5], "big"), int.from_bytes(plaintext[5:9], "big")
        message = contents.decode(plaintext[0], plaintext[9:])
        require(plaintext[0] in EARLY_TYPES, "E_CONTENT", "neither TEXT nor FILE")
        require(seq == number, "E_SEQUENCE")
        require(ack == 0, "E_ACKNOWLEDGEMENT", "there is nothing to acknowledge")
        return message
