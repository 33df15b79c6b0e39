"""relay.json"""

from typing import Any

from pair1 import relay as r

from .case import Case, Mismatch, equal


def relay(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "frame":
            kind, fields = c.text("kind"), c.value("fields")
            frame = r.encode(kind, fields)
            for to in [to for to, kinds in r.DIRECTIONS.items() if kind in kinds]:
                if to == "client" and kind == "beat" and fields["value"] >= r.OPEN:
                    continue  # only a client says that a conversation is open
                equal(f"decoded by the {to}", r.decode(frame, to), (kind, fields))
            return {"frame": frame}
        case "decode":
            kind, fields = r.decode(c.hex("frame"), c.text("to"))
            return {"kind": kind, "fields": fields}
        case "login":
            frame = r.login(c.hex("seed"), c.hex("challenge"), c.hex("aid"), c.hex("presence"), c.text("token"))
            r.verify_login(c.hex("challenge"), frame)
            return {"frame": frame}
        case "login_verify":
            r.verify_login(c.hex("challenge"), c.hex("frame"))
            return {}
        case "payload":
            head = c.hex("head")
            return {"payload_kind": r.payload_kind(head.ljust(c.number("len"), b"\0"))}
        case "forward":
            return {"deliver": r.forward(c.hex("frame"), c.hex("from"), c.hex("presence"))}
        case "replacement":
            return {"sig": r.replacement(c.hex("seed"), c.hex("aid"), c.hex("new"))}
        case other:
            raise Mismatch(f"no op {other}")
