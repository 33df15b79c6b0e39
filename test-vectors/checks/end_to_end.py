"""ratchet.json, session_record.json: scripts on two live sessions."""

import contextlib
from dataclasses import dataclass
from typing import Any

from pair1 import record
from pair1.errors import Refused
from pair1.primitives import sha
from pair1.ratchet import Session

from . import handshake
from .case import Case, Mismatch, cut, equal


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


@dataclass
class Side:
    """A live session, and what a record says beside it."""

    session: Session
    about: record.About
    revision: int = 0


class Script:
    """Two live sides, and what their steps have made so far."""

    def __init__(self, handshake_case: Case, frames: str) -> None:
        i = handshake.inputs(handshake_case)
        done = handshake.run(i)
        self.sid, self.draws, self.ready = done.keys.sid, Draws(), i.ready
        alice, bob = (i.alice.aid, i.alice.ik), (i.bob.aid, i.bob.ik)
        a, b = done.sessions
        equal("turn 0 of the two sides", a.turn_0, b.turn_0)
        self.sides = {
            "a": Side(a, record.About(alice, bob, done.keys.sas, (0, 0), 0, 0)),
            "b": Side(b, record.About(bob, alice, done.keys.sas, (0, 0), 0, 0)),
        }
        for side in (a, b):
            side.draws = self.draws
        self.start = {"turn0": handshake.root(a.turn_0), "state_a": handshake.state(a.state)}
        if frames not in ("full", "hashed"):
            raise Mismatch(f"no frames are {frames}")
        self.hashed = frames == "hashed"
        #: Frames and records, by the steps that made them or that had them as bytes.
        self.made: dict[int, bytes] = {}

    def run(self, raw: dict[str, Any]) -> None:
        step = Case(raw)
        self.draws.left = step.draws() if "rng" in step else []
        if raw["step"] == 1:
            equal("what READY draws", self.draws.left, self.ready)
        try:
            outputs = self.play(step, self.sides[step.text("by")])
        except Refused as refused:
            if step.valid:
                raise Mismatch(f"refused: {refused}") from refused
            equal("error", step.text("error"), refused.code)
        else:
            if not step.valid:
                raise Mismatch("accepted, but it must be refused")
            step.compare(outputs)
        equal("draws left over", len(self.draws.left), 0)

    def play(self, step: Case, side: Side) -> dict[str, Any]:
        match step.text("op"):
            case "send":
                return self.send(step, side)
            case "receive":
                return self.receive(step, side)
            case "forget":
                side.session.forget(step.number("now"))
                return {"state": handshake.state(side.session.state)}
            case "save":
                side.about.started, side.about.chunk_bytes = step.number("started"), step.number("chunk_bytes")
                side.revision += 1
                state = record.encode(side.session, side.about)
                out = record.save(state, step.hex("key"), side.revision, next(self.draws))
                self.made[step.raw["step"]] = out
                return {"revision": side.revision, "state": state, "record": out}
            case "restore":
                return self.restore(step, side)
            case other:
                raise Mismatch(f"no op {other}")

    def send(self, step: Case, side: Side) -> dict[str, Any]:
        """Only the first repetition can make a turn."""
        messages = [side.session.send(step.value("content")) for _ in range(step.number("times"))]
        frame = messages[-1].frame
        self.made[step.raw["step"]] = frame
        shown = {"frame_sha256": sha(frame)} if self.hashed else {"frame": frame}
        out = handshake.sent(messages[-1]) | shown | {"state": handshake.state(side.session.state)}
        return out | {"root": handshake.root(messages[0].step)}

    def receive(self, step: Case, side: Side) -> dict[str, Any]:
        frame = b"".join(map(self.piece, step.cases("pieces"))) if "pieces" in step else self.named(step, "frame")
        self.made[step.raw["step"]] = frame
        for _ in range(step.number("times") - 1):
            with contextlib.suppress(Refused):
                side.session.receive(frame, step.number("now"))
                raise Mismatch("accepted again and again")
        received = side.session.receive(frame, step.number("now"))
        out: dict[str, Any] = {"seq": received.seq, "ack": received.ack, "content": received.content, "mk": received.mk}
        return out | {"root": handshake.root(received.step), "state": handshake.state(side.session.state)}

    def restore(self, step: Case, side: Side) -> dict[str, Any]:
        state, revision = record.restore(self.named(step, "record"), step.hex("key"), step.number("minimum"))
        session, about = record.decode(state)
        equal("whose", (about.local, about.peer), (side.about.local, side.about.peer))
        equal("written again", record.encode(session, about), state)
        session.draws = self.draws
        side.session, side.about, side.revision = session, about, revision
        ratchet = handshake.state(session.state)
        return {"revision": revision, "started": about.started, "chunk_bytes": about.chunk_bytes, "ratchet": ratchet}

    def named(self, step: Case, name: str) -> bytes:
        """A frame or record, or that of an earlier step."""
        earlier = f"{name}_of"
        return self.made[step.number(earlier)] if earlier in step else step.hex(name)

    def piece(self, part: Case) -> bytes:
        """Bytes, or some of those of an earlier step's frame."""
        if "hex" in part:
            return part.hex("hex")
        return cut(self.made[part.number("step")], part)


def ratchet(c: Case) -> dict[str, Any]:
    script = Script(c.case("handshake"), c.text("frames"))
    for raw in c.value("steps"):
        try:
            script.run(raw)
        except Mismatch as e:
            raise Mismatch(f"step {raw.get('step')} ({raw.get('comment', '')}): {e}") from e
    return {"sid": script.sid} | script.start
