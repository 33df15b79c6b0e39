"""What to do with a case of each file. A check takes a case and returns the outputs, or refuses (`pair1.errors.Refused`)."""

from collections.abc import Callable
from typing import Any

from . import end_to_end, handshake, identity, layers, prekeys, primitives, relay, vault
from .case import Case

Check = Callable[[Case], dict[str, Any]]

#: Every file of the folder that holds cases, in the order in which the protocol builds on them.
FILES: dict[str, Check] = {
    "primitives.json": primitives.primitives,
    "bad_points.json": primitives.bad_points,
    "identity.json": identity.identity,
    "qr_reject.json": identity.qr_reject,
    "handshake_interactive.json": handshake.interactive,
    "handshake_prekey.json": handshake.prekey,
    "handshake_reject.json": handshake.reject,
    "prekey_reject.json": prekeys.reject,
    "glare.json": handshake.glare,
    "end.json": handshake.end,
    "over.json": handshake.over,
    "limits.json": layers.limits,
    "padding.json": layers.padding,
    "ratchet.json": end_to_end.ratchet,
    "session_record.json": end_to_end.ratchet,
    "file.json": layers.file,
    "file_reject.json": layers.file_reject,
    "wrap.json": vault.wrap,
    "password.json": vault.password,
    "relay.json": relay.relay,
}
