"""prekey_reject.json"""

from collections.abc import Callable
from typing import Any

from pair1 import handshake as h
from pair1.errors import Refused
from pair1.primitives import sha

from .case import Case, Mismatch, equal
from .handshake import Inputs, before, inputs


def reject(c: Case) -> dict[str, Any]:
    i = inputs(c.case("base"))
    match c.text("at"):
        case "bundle":
            a = h.Initiator(i.alice, i.bob.aid, i.bob.ik, i.presence, i.a, c.hex("frame"))
            return {"flight1_sha256": sha(a.frame)}
        case "send":
            a = i.initiator()
            early = [a.send_early(c.value("content")) for _ in range(c.number("times"))]
            return {"seq": early[-1].seq, "frame": early[-1].frame}
        case "init":
            b = i.listener()
            before(c, b.receive)
            pin = c.value("pin")
            flight1 = b.receive(c.hex("frame"), c.hex("from"), bytes.fromhex(pin) if pin else None)
            return {"prekeys": len(b.prekeys), "early": flight1.early is not None}
        case "unknown":
            return {"end": decline(i, c.hex("frame"), c.hex("from"))}
        case "early":
            receive_early = bob(i, c.value("accepted"))
            before(c, receive_early)
            seq, content = receive_early(c.hex("frame"), c.hex("from"))
            return {"seq": seq, "content": content}
        case "accept":
            i.initiator().accept(c.hex("frame"), c.hex("from"))
            return {}
        case "confirm":
            return confirm(c, i)
        case other:
            raise Mismatch(f"no place {other}")


def bob(i: Inputs, accepted: bool) -> Callable[[bytes, bytes], tuple[int, dict[str, Any]]]:
    """The two places at which B takes early messages."""
    flight1 = i.initiator().frame
    pending = i.pending(flight1)
    return pending.receive_early if accepted else pending.flight1.receive_early


def decline(i: Inputs, frame: bytes, sender: bytes) -> bytes:
    """END 4 for an INIT that is refused for its prekey, and for nothing before that."""
    try:
        i.listener().receive(frame, sender)
    except Refused as refused:
        if refused.code == "E_PREKEY_UNKNOWN":
            reasons = {name: number for number, name in h.REASONS.items()}
            return h.end_frame(i.bob.seed, frame, h.ROLES["responder"], reasons["prekey-unknown"])
    raise Refused("E_PREKEY_KNOWN")


def confirm(c: Case, i: Inputs) -> dict[str, Any]:
    pending = i.pending(i.initiator().frame)
    before(c, pending.receive_early)
    frame = c.hex("frame")
    _, session = pending.confirm(frame, c.hex("from"))
    early = pending.flight1.early
    assert early is not None
    # What was dropped is told, and READY acknowledges what came.
    equal("announced", session.announced, h.early_count(frame))
    equal("ack", session.ack(), early.n)
    return {"sent": session.announced, "received": early.n}
