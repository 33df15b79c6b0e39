"""handshake_interactive.json, handshake_prekey.json, handshake_reject.json, prekey_reject.json, glare.json, end.json"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pair1 import handshake as h
from pair1 import identity, prekeys
from pair1.errors import Refused
from pair1.primitives import sha
from pair1.ratchet import Ours, Sent, Session, State, Step, Theirs

from .case import Case, Mismatch, equal

#: The draws of each side, in the order of `rng`, and their lengths.
INITIATOR = {"hid": 16, "ex": 32, "ekseed": 64, "r": 32, "rx": 32, "eseed": 64}
RESPONDER = {"ex": 32, "m": 32, "ready_rx": 32, "ready_eseed": 64, "ready_m": 32}
#: The same of a prekey start.
INITIATOR_WITH_PREKEY = {"hid": 16, "ex": 32, "ekseed": 64, "r": 32, "mp": 32, "rx": 32, "eseed": 64}
RESPONDER_WITH_PREKEY = {"pkid": 16, "ox": 32, "okseed": 64} | RESPONDER


@dataclass
class Inputs:
    """What both sides bring to a handshake."""

    alice: h.Party
    bob: h.Party
    presence: bytes
    a: dict[str, bytes]
    b: dict[str, bytes]

    def listener(self) -> h.Responder:
        """B's run, which has published its prekey in a prekey start."""
        b = h.Responder(self.bob, self.presence)
        if self.with_prekey:
            b.publish(self.b)
        return b

    @property
    def ready(self) -> list[bytes]:
        """What READY draws."""
        return [self.b[name] for name in ("ready_rx", "ready_eseed", "ready_m")]

    @property
    def with_prekey(self) -> bool:
        return "pkid" in self.b

    @property
    def bundle(self) -> bytes | None:
        """The PREKEY frame."""
        return next((prekey.frame for prekey in self.listener().prekeys.values()), None)

    def initiator(self) -> h.Initiator:
        return h.Initiator(self.alice, self.bob.aid, self.bob.ik, self.presence, self.a, self.bundle)

    def pending(self, flight1: bytes) -> h.Pending:
        """B after flight 1 rang and was accepted."""
        return h.Pending(self.bob, self.listener().receive(flight1, self.alice.aid), self.b)


def draws(c: Case, named: str, side: str, lengths: dict[str, int]) -> dict[str, bytes]:
    """The named draws, which must be the stream of `rng`."""
    names, stream = c.case(named), b"".join(c.case("rng").draws(side))
    values = {name: names.hex(name) for name in lengths}
    for name, length in lengths.items():
        equal(f"{named}.{name}, length", len(values[name]), length)
    names.compare({})
    equal(f"rng.{side} and {named}", stream, b"".join(values.values()))
    return values


def inputs(c: Case) -> Inputs:
    realm, prekey = c.text("realm"), "pkid" in c.value("rnd_b")
    return Inputs(
        h.Party(c.hex("alice_seed"), realm, c.text("alice")),
        h.Party(c.hex("bob_seed"), realm, c.text("bob")),
        c.hex("presence_b"),
        draws(c, "rnd_a", "initiator", INITIATOR_WITH_PREKEY if prekey else INITIATOR),
        draws(c, "rnd_b", "responder", RESPONDER_WITH_PREKEY if prekey else RESPONDER),
    )


@dataclass
class Run:
    """An honest run; both sides came to the same keys."""

    a: h.Initiator
    b: h.Pending
    confirm: bytes
    keys: h.Keys
    early: list[prekeys.Early]
    #: The two ratchets that follow.
    sessions: tuple[Session, Session]


def run(i: Inputs, early: list[dict[str, Any]] | None = None) -> Run:
    a = i.initiator()
    sent = [a.send_early(message) for message in early or []]
    b = i.pending(a.frame)
    for message, frame in zip(early or [], sent, strict=True):
        equal("early message", b.receive_early(frame.frame, i.alice.aid), (frame.seq, message))
    confirm, keys, alices = a.accept(b.frame, i.bob.aid)
    other_keys, bobs = b.confirm(confirm, i.alice.aid)
    equal("keys of the two sides", keys, other_keys)
    return Run(a, b, confirm, keys, sent, (alices, bobs))


def root(step: Step | None) -> dict[str, str | None] | None:
    """A root step as the files write it."""
    if step is None:
        return None
    return {"th": step.th.hex(), "ss_k": step.ss_k.hex() if step.ss_k is not None else None, "ss_x": step.ss_x.hex()}


def state(s: State) -> dict[str, Any]:
    """A ratchet as the files write it."""
    match s.newest:
        case Ours():
            newest: dict[str, Any] = {"turn_of": "ours", "dh_s": s.newest.dh_s.hex(), "dk_s": s.newest.dk_s.hex()}
            newest |= {"rc_sha256": sha(s.newest.rc).hex(), "ck_s": s.newest.ck_s.hex(), "n_s": s.newest.n_s}
        case Theirs():
            newest = {"turn_of": "peer", "rx": s.newest.rx.hex(), "re_sha256": sha(s.newest.re).hex()}
    skipped: list[dict[str, int]] = []
    for turn, n in s.skipped:
        last = skipped[-1] if skipped else None
        if last and (last["turn"], last["n"] + last["count"]) == (turn, n):
            last["count"] += 1
        else:
            skipped.append({"turn": turn, "n": n, "count": 1})
    out: dict[str, Any] = {"rk": s.rk.hex(), "turn": s.turn, "pn": s.pn, "newest": newest, "skipped": skipped}
    return out | {"ck_r": s.chain.ck_r.hex() if s.chain else None, "n_r": s.chain.n_r if s.chain else 0}


def sent(message: Sent) -> dict[str, Any]:
    """A message as the files write it, but for the frame and the state that it leaves."""
    out = shown(message, ("seq", "ack", "turn", "pn", "n", "mk", "plaintext"))
    return out | {"root": root(message.step)}


def ready(i: Inputs, done: Run) -> tuple[Sent, dict[str, Any]]:
    """READY, and what both kinds of handshake show of it and of turn 0."""
    a, b = done.sessions
    equal("turn 0 of the two sides", a.turn_0, b.turn_0)
    b.draws = iter(i.ready)
    message = b.send({"type": "ready"})
    return message, {
        "turn0": root(b.turn_0),
        "ready_root": root(message.step),
        "ready_mk": message.mk,
        "ready": message.frame,
    }


def values(i: Inputs, done: Run) -> dict[str, Any]:
    """Transcript, secrets and frames, but for the early part."""
    out: dict[str, Any] = {"aid_a": i.alice.aid, "aid_b": i.bob.aid, "ik_a": i.alice.ik, "ik_b": i.bob.ik}
    out |= {f"T{n}": t for n, t in enumerate(done.keys.T)}
    for name in ("ssk", "ssx", "dsalt", "hs", "kcB", "kcA", "rk0", "sid", "sas"):
        out[name] = getattr(done.keys, name)
    for name, frame in (("flight1", done.a.frame), ("accept", done.b.frame), ("confirm", done.confirm)):
        out |= {name: frame, f"{name}_sha256": sha(frame)}
    return out | {"sas_emoji": identity.emoji(done.keys.sas)}


def interactive(c: Case) -> dict[str, Any]:
    i = inputs(c)
    done = run(i)
    message, shown_ready = ready(i, done)
    equal("READY", done.sessions[0].receive(message.frame, 0).content, {"type": "ready"})
    return values(i, done) | shown_ready


def shown(message: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """A message as the files write it."""
    return {name: value.hex() if isinstance(value := getattr(message, name), bytes) else value for name in names}


def prekey(c: Case) -> dict[str, Any]:
    i = inputs(c)
    done = run(i, c.value("early"))
    keys, bundle = done.a.early_keys, i.bundle
    assert keys is not None and bundle is not None
    a, b = done.sessions
    ready_message, shown_ready = ready(i, done)
    first = a.send(c.value("first"))
    shown_first = sent(first) | {"frame": first.frame.hex(), "state": state(a.state)}
    equal("first message", b.receive(first.frame, 0).content, c.value("first"))
    equal("READY", a.receive(ready_message.frame, 0).content, {"type": "ready"})
    out = values(i, done) | {"prekey": bundle, "prekey_sha256": sha(bundle)}
    out |= {name: getattr(keys, name) for name in ("ssp", "ssox", "es", "ck_e")}
    out["early_messages"] = [shown(early, ("seq", "n", "mk", "plaintext", "frame")) for early in done.early]
    return out | shown_ready | {"ready_plaintext": ready_message.plaintext, "first_message": shown_first}


def before(c: Case, receive: Callable[[bytes, bytes], object]) -> None:
    """What came earlier, each as often as it says and with the error that it must have met, or null."""
    for earlier in c.cases("before"):
        for _ in range(earlier.number("times")):
            code = None
            try:
                receive(earlier.hex("frame"), earlier.hex("from"))
            except Refused as refused:
                code = refused.code
            equal("before", earlier.value("error"), code)


def reject(c: Case) -> dict[str, Any]:
    i = inputs(c.case("base"))
    at, frame, sender = c.text("at"), c.hex("frame"), c.hex("from")
    match at:
        case "offer":
            b = h.Responder(i.bob, i.presence)
            pin = bytes.fromhex(c.value("pin") or "")
            before(c, lambda earlier, other: b.receive(earlier, other, pin or None))
            b.receive(frame, sender, pin or None)
        case "ring":
            # The offer passes; what it names is refused when the user accepts.
            offer = h.Responder(i.bob, i.presence).receive(frame, sender)
            h.Pending(i.bob, offer, i.b)
        case "accept":
            i.initiator().accept(frame, sender)
        case "confirm":
            i.pending(i.initiator().frame).confirm(frame, sender)
        case other:
            raise Mismatch(f"no place {other}")
    return {}


def glare(c: Case) -> dict[str, Any]:
    return {"winner": h.glare_winner(c.hex("own"), c.hex("peer"))}


def end(c: Case) -> dict[str, Any]:
    """`role` is the role of the END's sender."""
    i = inputs(c.case("base"))
    flight1 = i.initiator().frame
    role = h.ROLES[c.text("role")]
    sender = i.alice if role == h.ROLES["initiator"] else i.bob
    match c.text("op"):
        case "encode":
            reasons = {name: number for number, name in h.REASONS.items()}
            return {"frame": h.end_frame(sender.seed, flight1, role, reasons[c.text("reason")])}
        case "verify":
            reason = h.verify_end(sender.ik, flight1, role, c.hex("frame"), c.hex("from"), sender.aid)
            return {"reason": h.REASONS[reason]}
        case other:
            raise Mismatch(f"no op {other}")


def over(c: Case) -> dict[str, Any]:
    """`by` is the side that says OVER, or that is told."""
    i = inputs(c.case("base"))
    sid, by = run(i).keys.sid, {"a": i.alice, "b": i.bob}[c.text("by")]
    match c.text("op"):
        case "encode":
            return {"sid": sid, "frame": h.over_frame(by.seed, sid)}
        case "verify":
            peer = i.bob if by is i.alice else i.alice
            h.verify_over(peer.ik, sid, c.hex("frame"), c.hex("from"), peer.aid)
            return {}
        case other:
            raise Mismatch(f"no op {other}")
