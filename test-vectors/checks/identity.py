"""identity.json, qr_reject.json"""

from typing import Any

from pair1 import identity as i
from pair1.primitives import ed25519_public

from .case import Case, Mismatch


def party(c: Case) -> i.Party:
    return c.hex("aid"), c.hex("ik")


def identity(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "account_id":
            return {"aid": i.account_id(c.text("realm"), c.text("name"))}
        case "identity":
            ik = ed25519_public(c.hex("seed"))
            aid = i.account_id(c.text("realm"), c.text("name"))
            return {
                "ik": ik,
                "aid": aid,
                "fingerprint": i.fingerprint(ik),
                "hex": i.fingerprint_hex(ik),
                "emoji": i.fingerprint_emoji(ik),
                "safety_half": i.safety_half(ik, aid),
            }
        case "safety_code":
            mine, theirs = party(c.case("mine")), party(c.case("theirs"))
            return {"out": i.safety_code(mine[::-1], theirs[::-1])}
        case "qr":
            me, peer = party(c.case("me")), party(c.case("peer"))
            text = i.qr_text(me, peer)
            i.scan_qr(text, peer, me)
            return {"text": text}
        case "sas":
            return {"emoji": i.emoji(c.hex("bytes"))}
        case other:
            raise Mismatch(f"no op {other}")


def qr_reject(c: Case) -> dict[str, Any]:
    i.scan_qr(c.text("text"), party(c.case("me")), party(c.case("peer")))
    return {}
