"""protocol.md sections 4 and 5: a handshake, with or without a prekey."""

from dataclasses import dataclass, field

from . import identity, prekeys
from .content import Content
from .errors import require
from .primitives import (
    dh,
    ed25519_on_curve,
    ed25519_point_allowed,
    ed25519_public,
    expand,
    extract,
    kem_check,
    kem_decapsulate,
    kem_encapsulate,
    kem_public,
    lh,
    mac,
    sha,
    sign,
    u8,
    u32,
    verify,
    x25519_check,
    x25519_public,
)
from .ratchet import Session

OFFER, INIT, ACCEPT, CONFIRM, END, OVER = 0x01, 0x02, 0x03, 0x04, 0x05, 0x07
LENGTHS = {OFFER: 1475, INIT: 2579, ACCEPT: 1235, CONFIRM: 1366, END: 84, OVER: 82}
#: Where the fields of CONFIRM after `RX_A` start.
CONFIRM_RE, CONFIRM_COUNT, CONFIRM_SIG, CONFIRM_MAC = 82, 1266, 1270, 1334


def check_frame(frame: bytes, kind: int) -> None:
    """The exact length, version and type."""
    require(len(frame) == LENGTHS[kind], "E_FRAME_LENGTH")
    require(frame[0] == 0x01, "E_FRAME_VERSION")
    require(frame[1] == kind, "E_FRAME_TYPE")


def concerns(frame: bytes, kind: int, hid: bytes, sender: bytes, peer: bytes) -> None:
    """Section 11: a frame of another handshake, type or sender is dropped, and the handshake goes on waiting."""
    require(len(frame) >= 2, "E_HANDSHAKE_ID", "too short to name one")
    require(frame[0] == 0x01, "E_FRAME_VERSION")
    require(frame[1] == kind, "E_FRAME_TYPE")
    require(frame[2:18] == hid, "E_HANDSHAKE_ID")
    require(sender == peer, "E_SENDER")


@dataclass
class Party:
    """A person's own side: key pair and name."""

    seed: bytes
    realm: str
    name: str
    ik: bytes = field(init=False)
    aid: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.ik = ed25519_public(self.seed)
        self.aid = identity.account_id(self.realm, self.name)


@dataclass
class Keys:
    """What a completed handshake leaves, with the intermediate values."""

    T: list[bytes]
    ssk: bytes
    ssx: bytes
    dsalt: bytes
    hs: bytes
    kcB: bytes
    kcA: bytes
    rk0: bytes = b""
    sid: bytes = b""
    sas: bytes = b""


def schedule(ssk: bytes, ssx: bytes, t: list[bytes], early: prekeys.EarlyKeys | None) -> Keys:
    """The keys up to the confirmation MACs; `t` holds T0, T1, T2."""
    dsalt = early.dsalt if early else bytes(32)
    hs = extract(dsalt, ssk + ssx)
    return Keys(t, ssk, ssx, dsalt, hs, expand(hs, "confirm B", t[2], 32), expand(hs, "confirm A", t[2], 32))


def finish(keys: Keys, sig_a2_transcript: bytes, sig_a2: bytes, mac_a: bytes, r_a: bytes) -> Keys:
    """T4 to T6 and the session's keys."""
    t5 = sha(sig_a2_transcript + sig_a2)
    t6 = sha(t5 + mac_a)
    keys.T += [sig_a2_transcript, t5, t6]
    keys.rk0 = expand(keys.hs, "root", t6, 32)
    keys.sid = expand(keys.hs, "session id", t6, 16)
    keys.sas = expand(keys.hs, "sas", keys.T[3] + r_a, 4)
    return keys


def transcript(bundle: bytes, flight1: bytes) -> tuple[bytes, bytes]:
    """T0 and T1. `bundle` is the PREKEY frame, or empty."""
    t0 = lh("transcript", bundle)
    return t0, sha(t0 + flight1[:-64])


class Initiator:
    """A: flight 1, ACCEPT in and CONFIRM out. `rnd` has hid, ex, ekseed, r, rx and eseed (of `RE_A`); with a `bundle`
    (PREKEY) also mp."""

    def __init__(
        self, me: Party, peer_aid: bytes, peer_ik: bytes, presence: bytes, rnd: dict[str, bytes], bundle: bytes | None = None
    ) -> None:
        self.me, self.peer_aid, self.peer_ik, self.rnd = me, peer_aid, peer_ik, rnd
        body = u8(1) + u8(OFFER if bundle is None else INIT) + rnd["hid"] + b"\x01" + presence
        body += me.aid + peer_aid + me.ik + peer_ik
        body += x25519_public(rnd["ex"]) + kem_public(rnd["ekseed"]) + lh("commit", rnd["r"])
        secrets: tuple[bytes, bytes] | None = None
        if bundle is not None:
            prekeys.check_bundle(bundle, peer_aid, peer_ik, presence)
            ct, *shared = prekeys.encapsulate(bundle, rnd["ex"], rnd["mp"])
            secrets = (shared[0], shared[1])
            body += bundle[2:18] + ct
        self.t0, self.t1 = transcript(bundle or b"", body + bytes(64))
        self.sig_a1 = sign(me.seed, "sig offer", self.t1)
        self.frame = body + self.sig_a1
        self.early_keys = prekeys.early_keys(*secrets, self.t1) if secrets else None
        self.early = prekeys.Sender(rnd["hid"], self.early_keys.ck_e) if self.early_keys else None
        self.done = False

    def send_early(self, message: Content) -> prekeys.Early:
        """An EARLY message, before CONFIRM."""
        require(self.early is not None, "E_EARLY_UNAVAILABLE", "without a prekey")
        assert self.early is not None and not self.done
        return self.early.send(message)

    def accept(self, frame: bytes, sender: bytes) -> tuple[bytes, Keys, Session]:
        """Processes ACCEPT once: CONFIRM, the keys, and A's session."""
        assert not self.done
        concerns(frame, ACCEPT, self.rnd["hid"], sender, self.peer_aid)
        self.done = True
        require(len(frame) == LENGTHS[ACCEPT] and frame[18] >= 1, "E_HANDSHAKE_FRAME")
        t2 = sha(self.t1 + self.sig_a1 + frame[:1139])
        sig_b, mac_b = frame[1139:1203], frame[1203:]
        require(verify(self.peer_ik, "sig accept", t2, sig_b), "E_SIGNATURE")
        ssk = kem_decapsulate(self.rnd["ekseed"], frame[51:1139])
        ssx = dh(self.rnd["ex"], frame[19:51])
        keys = schedule(ssk, ssx, [self.t0, self.t1, t2], self.early_keys)
        t3 = sha(t2 + sig_b)
        require(mac(keys.kcB, t3) == mac_b, "E_CONFIRMATION")
        keys.T.append(t3)
        count = self.early.n if self.early else 0
        body = b"\x01\x04" + self.rnd["hid"] + self.rnd["r"]
        body += x25519_public(self.rnd["rx"]) + kem_public(self.rnd["eseed"]) + u32(count)
        t4 = sha(t3 + mac_b + body)
        sig_a2 = sign(self.me.seed, "sig confirm", t4)
        mac_a = mac(keys.kcA, sha(t4 + sig_a2))
        keys = finish(keys, t4, sig_a2, mac_a, self.rnd["r"])
        session = Session.initiator(keys.rk0, keys.sid, self.rnd["rx"], self.rnd["eseed"], frame[19:51])
        return body + sig_a2 + mac_a, keys, session.after_early(count, count)


@dataclass
class Flight1:
    """A flight 1 that passed its checks: it may ring."""

    frame: bytes
    t0: bytes
    t1: bytes
    early_keys: prekeys.EarlyKeys | None = None
    early: prekeys.Receiver | None = None

    def receive_early(self, frame: bytes, sender: bytes) -> tuple[int, Content]:
        """An EARLY message, before CONFIRM."""
        ours = frame[:2] == b"\x01\x10" and frame[2:18] == self.frame[2:18]
        require(ours, "E_HANDSHAKE_ID")
        require(sender == self.frame[35:67], "E_SENDER")
        require(self.early is not None, "E_EARLY_UNEXPECTED", "an OFFER has none")
        assert self.early is not None
        return self.early.receive(frame)


class Responder:
    """B for one run of one device."""

    def __init__(self, me: Party, presence: bytes) -> None:
        self.me, self.presence = me, presence
        self.seen: set[tuple[bytes, bytes]] = set()
        self.prekeys: dict[bytes, prekeys.Prekey] = {}

    def publish(self, rnd: dict[str, bytes]) -> bytes:
        """A new one-time prekey: the PREKEY frame. `rnd` has pkid, ox and okseed."""
        while len(self.prekeys) >= prekeys.MAX_KEPT:
            del self.prekeys[next(iter(self.prekeys))]
        prekey = prekeys.Prekey(self.me.seed, self.me.aid, self.me.ik, self.presence, rnd)
        self.prekeys[rnd["pkid"]] = prekey
        return prekey.frame

    def receive(self, frame: bytes, sender: bytes, pin: bytes | None = None) -> Flight1:
        """The checks of section 4.5 on flight 1, in their order, with those of 5.2. Uses a prekey up only if all pass."""
        with_prekey = frame[1:2] == u8(INIT)
        check_frame(frame, INIT if with_prekey else OFFER)
        require(frame[18] >= 1, "E_FRAME_FIELD", "max_version")
        require(frame[67:99] == self.me.aid and frame[131:163] == self.me.ik, "E_NOT_FOR_US")
        ik_a, hid = frame[99:131], frame[2:18]
        require(ik_a != self.me.ik, "E_OWN_KEY")
        require(frame[19:35] == self.presence, "E_STALE_PRESENCE")
        require((ik_a, hid) not in self.seen, "E_OFFER_REPLAYED")
        require(sender == frame[35:67], "E_SENDER")
        # The transcript starts with the bundle, so the prekey is looked up before the signature is verified.
        prekey = self.prekeys.get(frame[1411:1427]) if with_prekey else None
        require(not with_prekey or prekey is not None, "E_PREKEY_UNKNOWN")
        require(ed25519_point_allowed(ik_a) and ed25519_on_curve(ik_a), "E_ED25519_KEY")
        t0, t1 = transcript(prekey.frame if prekey else b"", frame)
        require(verify(ik_a, "sig offer", t1, frame[-64:]), "E_SIGNATURE")
        kem_check(frame[195:1379])
        x25519_check(frame[163:195])
        self.seen.add((ik_a, hid))
        # Section 4.5: what is said of a changed key is said of a flight that is genuine under the new one, and once.
        require(pin is None or pin == ik_a, "E_IDENTITY_CHANGED")
        if not prekey:
            return Flight1(frame, t0, t1)
        del self.prekeys[prekey.rnd["pkid"]]
        keys = prekeys.early_keys(*prekey.open(frame), t1)
        return Flight1(frame, t0, t1, keys, prekeys.Receiver(hid, keys.ck_e))


class Pending:
    """B after the user accepted: ACCEPT out, CONFIRM in. `rnd` has ex and m (the encapsulation's coins)."""

    def __init__(self, me: Party, flight1: Flight1, rnd: dict[str, bytes]) -> None:
        require(flight1.early is None or not flight1.early.failed, "E_EARLY_FAILED")
        self.flight1, self.rnd = flight1, rnd
        self.done = False
        offer = flight1.frame
        ct, ssk = kem_encapsulate(offer[195:1379], rnd["m"])
        ssx = dh(rnd["ex"], offer[163:195])
        body = b"\x01\x03" + offer[2:18] + b"\x01" + x25519_public(rnd["ex"]) + ct
        t2 = sha(flight1.t1 + offer[-64:] + body)
        sig_b = sign(me.seed, "sig accept", t2)
        t3 = sha(t2 + sig_b)
        self.keys = schedule(ssk, ssx, [flight1.t0, flight1.t1, t2], flight1.early_keys)
        self.keys.T.append(t3)
        self.mac_b = mac(self.keys.kcB, t3)
        self.frame = body + sig_b + self.mac_b

    def receive_early(self, frame: bytes, sender: bytes) -> tuple[int, Content]:
        """As `Flight1.receive_early`: EARLY frames may come until CONFIRM does."""
        assert not self.done
        return self.flight1.receive_early(frame, sender)

    def confirm(self, frame: bytes, sender: bytes) -> tuple[Keys, Session]:
        """Processes CONFIRM once: the keys, and B's session, which starts with turn 0."""
        assert not self.done
        offer = self.flight1.frame
        concerns(frame, CONFIRM, offer[2:18], sender, offer[35:67])
        self.done = True
        require(self.flight1.early is None or not self.flight1.early.failed, "E_EARLY_FAILED")
        require(len(frame) == LENGTHS[CONFIRM], "E_HANDSHAKE_FRAME")
        r_a, rx_a, re_a = frame[18:50], frame[50:CONFIRM_RE], frame[CONFIRM_RE:CONFIRM_COUNT]
        sig_a2, mac_a = frame[CONFIRM_SIG:CONFIRM_MAC], frame[CONFIRM_MAC:]
        require(lh("commit", r_a) == offer[1379:1411], "E_COMMITMENT")
        t4 = sha(self.keys.T[3] + self.mac_b + frame[:CONFIRM_SIG])
        require(verify(offer[99:131], "sig confirm", t4, sig_a2), "E_SIGNATURE")
        x25519_check(rx_a)
        kem_check(re_a)
        require(mac(self.keys.kcA, sha(t4 + sig_a2)) == mac_a, "E_CONFIRMATION")
        sent, early = early_count(frame), self.flight1.early
        # Fewer than announced is a loss that B notices; more than announced, or than there may be, is a lie.
        require(early.n <= sent <= prekeys.MAX_EARLY if early else sent == 0, "E_EARLY_COUNT")
        keys = finish(self.keys, t4, sig_a2, mac_a, r_a)
        session = Session.responder(keys.rk0, keys.sid, self.rnd["ex"], rx_a, re_a)
        return keys, session.after_early(sent, early.n if early else 0)


def early_count(confirm: bytes) -> int:
    return int.from_bytes(confirm[CONFIRM_COUNT:CONFIRM_SIG], "big")


def glare_winner(own: bytes, peer: bytes) -> str:
    """Section 4.7: the flight whose initiator has the smaller key wins."""
    return "own" if own < peer else "peer"


REASONS = {1: "declined", 2: "busy", 3: "cancelled", 4: "prekey-unknown", 5: "version"}
ROLES = {"initiator": 0x41, "responder": 0x42}


def end_frame(seed: bytes, flight1: bytes, role: int, reason: int) -> bytes:
    inner = lh("end", sha(flight1) + u8(role) + u8(reason))
    return b"\x01\x05" + flight1[2:18] + u8(role) + u8(reason) + sign(seed, "sig end", inner)


def concerns_end(frame: bytes, hid: bytes, sender: bytes, peer: bytes) -> None:
    """As `concerns`, with one code for everything that is not an END of this handshake."""
    require(frame[:2] == b"\x01\x05" and frame[2:18] == hid, "E_HANDSHAKE_ID")
    require(sender == peer, "E_SENDER")


def verify_end(public: bytes, flight1: bytes, role: int, frame: bytes, sender: bytes, peer: bytes) -> int:
    """The reason, if `frame` is an END by the holder of `public` in `role`."""
    concerns_end(frame, flight1[2:18], sender, peer)
    require(len(frame) == LENGTHS[END], "E_FRAME_FIELD", "length")
    require(frame[18] == role, "E_FRAME_FIELD", "role")
    require(frame[19] in REASONS, "E_FRAME_FIELD", "reason")
    inner = lh("end", sha(flight1) + frame[18:20])
    require(verify(public, "sig end", inner, frame[20:]), "E_SIGNATURE")
    return frame[19]


def over_frame(seed: bytes, sid: bytes) -> bytes:
    """Section 4.8: this side has ended the session `sid`."""
    return b"\x01\x07" + sid + sign(seed, "sig over", lh("over", sid))


def verify_over(public: bytes, sid: bytes, frame: bytes, sender: bytes, peer: bytes) -> None:
    """Accepts an OVER of the open session `sid` with `peer`, who holds `public`."""
    check_frame(frame, OVER)
    require(frame[2:18] == sid, "E_SESSION_ID")
    require(sender == peer, "E_SENDER")
    require(verify(public, "sig over", lh("over", sid), frame[18:]), "E_SIGNATURE")
