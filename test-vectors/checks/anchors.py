"""protocol.md, Appendix C: values of the specification itself, as they stand there."""

from typing import Any

from pair1.primitives import sha

from .case import Case, blocks
from .handshake import inputs, run

#: File → values of its first case.
ANCHORS: dict[str, dict[str, str]] = {
    "handshake_interactive.json": {
        "alice_seed": "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
        "ik_a": "3323847b9d45df87a01372bbc7a36ad31088d38096ad2720e51c7d1155c8c9ce",
        "aid_a": "ba44c0884d5594fcad24d80f055ebd2b0743732593eea3f0b070186ceb28f784",
        "flight1_sha256": "aeeaae8ff3bb60ffc885628c07c147fdfd8615b89e9a068df5ce339e55d43fbb",
        "accept_sha256": "608586203c006a7f48df9758d0fdcdcc234fc9cf5a9653b3e7561e97a5cb1cc6",
        "confirm_sha256": "be4b820992bd0171984ad8bfe7e63efe8d114467a839edd330b074867effb5be",
        "hs": "e238a830deebab2d25cc7b0352d315f51d1f6d8e1ea035895ebe976248045fb7",
        "T6": "678c5b6ef775c00b77c35ed39e2d4919ce4e98e1cfdf54d3db0b56dab275a9ac",
        "rk0": "db27cf69a2c21f42933a5d85abc759e41d1cf2c147e8304ba318956338a08a93",
        "sid": "35f0cb30176ab666835398da9a8db0c5",
        "sas": "2eff88a0",
        "sas_emoji": "🦐💊🌍🚦",
    },
    "handshake_prekey.json": {
        "alice_seed": "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
        "rk0": "11ded9b1d4a71ccd36b1bcdea8cfd3bb158711f47a42e8cd9d00f74ca68dbde4",
        "sid": "3fab7a112aba8084b28759a9dc7fc420",
        "sas": "35fe47e5",
    },
    "identity.json": {
        "seed": "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
        "ik": "3323847b9d45df87a01372bbc7a36ad31088d38096ad2720e51c7d1155c8c9ce",
        "aid": "ba44c0884d5594fcad24d80f055ebd2b0743732593eea3f0b070186ceb28f784",
        "fingerprint": "02407a23f93a6ed533bc671e9bbd141a6a6b149c5dcd7bb99042e60dbebac770",
        "emoji": "🐺🌵🍩🐙🔑🥧🌭👗🦍🏆🧀🐳",
    },
}

#: What follows the first interactive handshake: turn 0, and READY, which makes turn 1.
TURNS = {
    "th(0)": "f988b37b8bb053392236b1cc2b3214975cdcbf8b5e98db79416e1dbbbefc2dfd",
    "rk of turn 0": "c97ca14adf7bbad8a8bc5ba498a04f680af89dd2e741c81649a483a72cfbf788",
    "ck of turn 0": "f7504f81f4c58ee1830d0d6e8dcd3b46406df276b2639e14cab66b97112561c4",
    "ss_k": "c92b3c7dd8d74de7affb3d672ca50aca77bc23098a4f3338eb4a720a6b55e6a4",
    "ss_x": "8140e9d9ff6a4355c64db5d4645e05491247286cf51948911fc45ddfbf593c62",
    "th(1)": "54982a987f6ce18895128f41e398449582d9612fb39220ae32effcf0748be4af",
    "rk of turn 1": "8fcdcb03e0e572c2deb20c99c0a533cddfe1cb03962fa793a1c0898cf7e2f9bd",
    "ck of turn 1": "1714526d0550d19822ab4b335271af8724cd0e9e9ace2600cc21d316bf101aa5",
    "mk of READY": "6fd7ccd929200ebe646d49818cde9387998806aaee2994cb22f87ab315976f4b",
    "SHA(READY frame)": "d882dd94ccd97a0f1f796623a71b34eca032d90abc95235d29b69a99db563b8f",
}


def turns(first: dict[str, Any]) -> dict[str, str]:
    """The same values, computed from the first case of handshake_interactive.json."""
    _, b = run(inputs(Case(first))).sessions
    opened = b.turn_0
    b.draws = iter([blocks("ratchet draw 0", 32), blocks("ratchet draw 1", 64), blocks("ratchet draw 2", 32)])
    ready = b.send({"type": "ready"})
    made = ready.step
    assert opened is not None and made is not None and made.ss_k is not None
    values = [opened.th, opened.rk, opened.ck, made.ss_k, made.ss_x, made.th, made.rk, made.ck, ready.mk, sha(ready.frame)]
    return {name: value.hex() for name, value in zip(TURNS, values, strict=True)}
