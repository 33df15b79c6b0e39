"""primitives.json, bad_points.json"""

from typing import Any

from pair1 import primitives as p
from pair1.errors import Refused, require

from .case import Case, Mismatch, equal


def primitives(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "lp":
            return {"out": p.lp(c.text("label"))}
        case "lh":
            return {"out": p.lh(c.text("label"), c.hex("x"))}
        case "extract":
            return {"out": p.extract(c.hex("salt"), c.hex("ikm"))}
        case "expand":
            return {"out": p.expand(c.hex("prk"), c.text("label"), c.hex("ctx"), c.number("len"))}
        case "sign":
            seed, label, m = c.hex("seed"), c.text("label"), c.hex("m")
            public, sig = p.ed25519_public(seed), p.sign(seed, label, m)
            require(p.verify(public, label, m, sig), "E_SIGNATURE")
            return {"public": public, "sig": sig}
        case "verify":
            ok = p.verify(c.hex("public"), c.text("label"), c.hex("m"), c.hex("sig"))
            require(ok, "E_SIGNATURE")
            return {}
        case "dh":
            return {"out": p.dh(c.hex("secret"), c.hex("public"))}
        case "dh_public":
            return {"out": p.x25519_public(c.hex("secret"))}
        case "kem_keygen":
            ek = p.kem_public(c.hex("seed"))
            equal("by another library", p.kem_by_another(c.hex("seed"))[0], ek)
            return {"ek": ek}
        case "kem_encaps":
            ct, ss = p.kem_encapsulate(c.hex("ek"), c.hex("m"))
            return {"ct": ct, "ss": ss}
        case "kem_decaps":
            ss = p.kem_decapsulate(c.hex("seed"), c.hex("ct"))
            equal("by another library", p.kem_decapsulate_by_another(p.kem_by_another(c.hex("seed"))[1], c.hex("ct")), ss)
            return {"ss": ss}
        case "seal":
            return {"out": p.seal(c.hex("okm"), c.hex("aad"), c.hex("pt"))}
        case "open":
            return {"pt": p.open_(c.hex("okm"), c.hex("aad"), c.hex("ct"))}
        case other:
            raise Mismatch(f"no op {other}")


def bad_points(c: Case) -> dict[str, Any]:
    match c.text("kind"):
        case "ed25519":
            encoding = c.hex("encoding")
            if not (p.ed25519_point_allowed(encoding) and p.ed25519_on_curve(encoding)):
                raise Refused("E_ED25519_KEY")
            return {}
        case "signature":
            return primitives(Case(c.raw | {"op": "verify"}))
        case "x25519":
            return {"out": p.dh(c.hex("secret"), c.hex("encoding"))}
        case other:
            raise Mismatch(f"no kind {other}")
