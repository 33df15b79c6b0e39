"""protocol.md section 3 and Appendix A."""

import base64
import hashlib
import unicodedata
from pathlib import Path

from .errors import Refused, require
from .primitives import lh, lp, sha, u8


def load_emoji() -> list[tuple[str, str, str]]:
    """Symbol, English name, Russian name of every byte value, from the file beside the vectors."""
    table = []
    text = (Path(__file__).parent.parent / "emoji256.txt").read_text(encoding="utf-8")
    for index, line in enumerate(text.splitlines()):
        head, russian = line.split(" | ")
        number, code_point, symbol, english = head.split(" ", 3)
        if int(number, 16) != index or code_point != f"U+{ord(symbol):04X}":
            raise ValueError(f"emoji256.txt, line {index + 1}")
        table.append((symbol, english, russian))
    if len(table) != 256 or any(len({row[i] for row in table}) != 256 for i in range(3)):
        raise ValueError("emoji256.txt: 256 distinct lines are expected")
    return table


EMOJI = load_emoji()


def emoji(data: bytes) -> str:
    return "".join(EMOJI[byte][0] for byte in data)


def check_realm(realm: str) -> bytes:
    try:
        raw = realm.encode("ascii")
    except UnicodeEncodeError as e:
        raise Refused("E_REALM", "not ASCII") from e
    require(1 <= len(raw) <= 255 and realm == realm.lower(), "E_REALM")
    require(all(0x21 <= byte <= 0x7E for byte in raw), "E_REALM", "not printable")
    return raw


def check_name(name: str) -> bytes:
    raw = unicodedata.normalize("NFC", name).encode("utf-8")
    require(1 <= len(raw) <= 255, "E_ACCOUNT_NAME", "length")
    return raw


def account_id(realm: str, name: str) -> bytes:
    r, n = check_realm(realm), check_name(name)
    return lh("account", u8(len(r)) + r + u8(len(n)) + n)


def fingerprint(ik: bytes) -> bytes:
    return sha(ik)


def fingerprint_hex(ik: bytes) -> str:
    text = sha(ik).hex()
    return " ".join(text[i : i + 4] for i in range(0, 64, 4))


def fingerprint_emoji(ik: bytes) -> str:
    return emoji(sha(ik)[:12])


def safety_half(ik: bytes, aid: bytes) -> str:
    d = hashlib.pbkdf2_hmac("sha256", ik, lp("safety") + aid, 100_000, 32)
    return "".join(f"{int.from_bytes(d[5 * j : 5 * j + 5], 'big') % 100_000:05}" for j in range(6))


def safety_code(mine: tuple[bytes, bytes], theirs: tuple[bytes, bytes]) -> str:
    """From `(IK, aid)` of each side."""
    return "".join(sorted((safety_half(*mine), safety_half(*theirs))))


Party = tuple[bytes, bytes]
"""`(aid, IK)`"""


def qr_text(me: Party, peer: Party) -> str:
    raw = b"\x01" + me[0] + me[1] + peer[0] + peer[1]
    return "PAIR1:" + base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def scan_qr(text: str, me: Party, peer: Party) -> None:
    """Accepts what the other side shows, or refuses. There is one right text, so it is compared as a whole."""
    require(text.startswith("PAIR1:") and len(text) == 178, "E_QR_FORMAT", "prefix or length")
    try:
        raw = base64.b64decode(text[6:], altchars=b"-_", validate=True)
    except ValueError as e:
        raise Refused("E_QR_FORMAT", "base64url") from e
    require(len(raw) == 129 and raw[0] == 1, "E_QR_FORMAT", "version")
    require(base64.urlsafe_b64encode(raw).decode("ascii") == text[6:], "E_QR_FORMAT", "not canonical")
    require(raw[1:65] == peer[0] + peer[1] and raw[65:] == me[0] + me[1], "E_QR_MISMATCH", "not these two people")
