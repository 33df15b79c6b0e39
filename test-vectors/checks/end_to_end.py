"""ratchet.json: scripts on two live sessions."""

import contextlib
from typing import Any

from pair1.errors import Refused
from pair1.ratchet import Session

from . import handshake
from .case import Case, Mismatch, equal


class Draws:
    """Hands each step the draws that it names, and no others."""

    def __init__(self) -> None:
        self.left: list[bytes] = []

    def __iter__(self) -> "Draws":
        return self

    def __next__(self) -> bytes:
        if not self.left:
            raise Mismatch("draws more than its rng has")
        return self.left.pop(0)


def ratchet(c: Case) -> dict[str, Any]:
    i = handshake.inputs(c.case("handshake"))
    done = handshake.run(i)
    a, b = handshake.sessions(i, done)
    draws = Draws()
    for session in (a, b):
        session.draws = draws
    frames: dict[int, bytes] = {}
    for raw in c.value("steps"):
        step = Case(raw)
        try:
            run_step(step, {"a": a, "b": b}[step.text("by")], draws, frames)
        except Mismatch as e:
            raise Mismatch(f"step {raw.get('step')} ({raw.get('comment', '')}): {e}") from e
    return {"sid": done.keys.sid}


def run_step(step: Case, session: Session, draws: Draws, frames: dict[int, bytes]) -> None:
    draws.left = step.draws()
    try:
        match step.text("op"):
            case "send":
                for _ in range(step.number("times")):
                    sent = session.send(step.value("content"))
                names = ("seq", "ack", "pn", "n", "mk", "plaintext", "frame")
                outputs = {name: getattr(sent, name) for name in names}
                frames[step.raw["step"]] = sent.frame
            case "receive":
                frame = frames[step.number("frame_of")] if "frame_of" in step else step.hex("frame")
                for _ in range(step.number("times") - 1):
                    with contextlib.suppress(Refused):
                        session.receive(frame, step.number("now"))
                        raise Mismatch("accepted again and again")
                received = session.receive(frame, step.number("now"))
                outputs = {"seq": received.seq, "ack": received.ack, "content": received.content}
            case other:
                raise Mismatch(f"no op {other}")
    except Refused as refused:
        if step.valid:
            raise Mismatch(f"refused: {refused}") from refused
        equal("error", step.text("error"), refused.code)
        return
    if not step.valid:
        raise Mismatch("accepted, but it must be refused")
    step.compare(outputs)
    equal("draws left over", len(draws.left), 0)
