"""protocol.md section 2 and Appendix B."""

import functools
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from kyber_py.ml_kem import ML_KEM_768

from .errors import Refused, require

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
#: The y coordinates of the eight points of small order.
SMALL_ORDER_Y = {
    0,
    1,
    P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}


def u8(n: int) -> bytes:
    return n.to_bytes(1, "big")


def u16(n: int) -> bytes:
    return n.to_bytes(2, "big")


def u32(n: int) -> bytes:
    return n.to_bytes(4, "big")


def u64(n: int) -> bytes:
    return n.to_bytes(8, "big")


def sha(x: bytes) -> bytes:
    return hashlib.sha256(x).digest()


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def lp(label: str) -> bytes:
    s = b"PAIR/1 " + label.encode("ascii")
    return u8(len(s)) + s


def lh(label: str, x: bytes) -> bytes:
    return sha(lp(label) + x)


def extract(salt: bytes, ikm: bytes) -> bytes:
    assert salt
    return mac(salt, ikm)


def hkdf_expand(prk: bytes, info: bytes, length: int, digest: str) -> bytes:
    """HKDF-Expand of RFC 5869, on HMAC: libraries refuse a PRK shorter than the hash, which Cobblestone has."""
    out, block, counter = b"", b"", 0
    while len(out) < length:
        counter += 1
        block = hmac.digest(prk, block + info + u8(counter), digest)
        out += block
    return out[:length]


def expand(prk: bytes, label: str, ctx: bytes, length: int) -> bytes:
    return hkdf_expand(prk, lp(label) + ctx, length, "sha256")


# --- Ed25519 ---------------------------------------------------------------------------------------------------


def ed25519_public(seed: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(seed: bytes, label: str, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(lp(label) + message)


def ed25519_point_allowed(encoding: bytes) -> bool:
    """Appendix B: no small order, no y that is not reduced."""
    y = int.from_bytes(encoding, "little") & ((1 << 255) - 1)
    return len(encoding) == 32 and y < P and y not in SMALL_ORDER_Y


def ed25519_on_curve(encoding: bytes) -> bool:
    """Whether x² = (y² − 1) / (d y² + 1) has a root."""
    y = int.from_bytes(encoding, "little") & ((1 << 255) - 1)
    d = -121665 * pow(121666, -1, P)
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    return square == 0 or pow(square, (P - 1) // 2, P) == 1


def verify_raw(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 64 or not ed25519_point_allowed(public) or not ed25519_point_allowed(signature[:32]):
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify(public: bytes, label: str, message: bytes, signature: bytes) -> bool:
    return verify_raw(public, lp(label) + message, signature)


# --- X25519 ----------------------------------------------------------------------------------------------------


def x25519_public(secret: bytes) -> bytes:
    key = X25519PrivateKey.from_private_bytes(secret).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def x25519_check(public: bytes) -> None:
    """One key, one byte string: bit 255 is clear and u is reduced."""
    require(len(public) == 32 and int.from_bytes(public, "little") < P, "E_X25519_KEY")


def dh(secret: bytes, public: bytes) -> bytes:
    x25519_check(public)
    try:
        out = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as e:  # how OpenSSL reports the all-zero result
        raise Refused("E_X25519_ZERO") from e
    require(out != bytes(32), "E_X25519_ZERO")
    return out


# --- ML-KEM-768 ------------------------------------------------------------------------------------------------

KEM_EK, KEM_CT, KEM_SEED = 1184, 1088, 64


@functools.lru_cache(maxsize=64)
def kem_public(seed: bytes) -> bytes:
    """The encapsulation key of the seed `d || z`."""
    assert len(seed) == KEM_SEED
    return MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def kem_check(ek: bytes) -> None:
    """FIPS 203 section 7.2, by hand: every 12-bit coefficient is below 3329."""
    require(len(ek) == KEM_EK, "E_KEM_KEY", "length")
    for i in range(0, KEM_EK - 32, 3):
        a = ek[i] | (ek[i + 1] & 0x0F) << 8
        b = ek[i + 1] >> 4 | ek[i + 2] << 4
        require(a < 3329 and b < 3329, "E_KEM_KEY", "coefficient out of range")


def kem_encapsulate(ek: bytes, coins: bytes) -> tuple[bytes, bytes]:
    """The ciphertext and the shared secret. cryptography draws the coins itself, so this is kyber-py."""
    kem_check(ek)
    ss, ct = ML_KEM_768._encaps_internal(ek, coins)
    return bytes(ct), bytes(ss)


def kem_decapsulate(seed: bytes, ct: bytes) -> bytes:
    """A ciphertext that was altered gives an unrelated secret and no error (the Fujisaki-Okamoto transform)."""
    require(len(ct) == KEM_CT, "E_FRAME_LENGTH")
    return MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(ct)


def kem_by_another(seed: bytes) -> tuple[bytes, bytes]:
    """Encapsulation and decapsulation key as kyber-py expands them: two libraries must agree on a seed."""
    ek, dk = ML_KEM_768.key_derive(seed)
    return bytes(ek), bytes(dk)


def kem_decapsulate_by_another(dk: bytes, ct: bytes) -> bytes:
    return bytes(ML_KEM_768.decaps(dk, ct))


# --- AES-256-GCM -----------------------------------------------------------------------------------------------


def seal(okm: bytes, aad: bytes, plaintext: bytes) -> bytes:
    assert len(okm) == 44
    return AESGCM(okm[:32]).encrypt(okm[32:], plaintext, aad)


def open_(okm: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    assert len(okm) == 44
    try:
        return AESGCM(okm[:32]).decrypt(okm[32:], ciphertext, aad)
    except (InvalidTag, ValueError) as e:
        raise Refused("E_DECRYPT") from e
