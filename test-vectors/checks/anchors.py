"""protocol.md, Appendix C: values of the specification itself, as they stand there."""

#: File → values of its first case.
ANCHORS: dict[str, dict[str, str]] = {
    "handshake_interactive.json": {
        "alice_seed": "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
        "ik_a": "3323847b9d45df87a01372bbc7a36ad31088d38096ad2720e51c7d1155c8c9ce",
        "aid_a": "ba44c0884d5594fcad24d80f055ebd2b0743732593eea3f0b070186ceb28f784",
        "flight1_sha256": "aeeaae8ff3bb60ffc885628c07c147fdfd8615b89e9a068df5ce339e55d43fbb",
        "accept_sha256": "608586203c006a7f48df9758d0fdcdcc234fc9cf5a9653b3e7561e97a5cb1cc6",
        "confirm_sha256": "2e72b314eb672c80740876b25ba7669e876aa02d5555dc6baac839f2ce1df8e6",
        "hs": "e238a830deebab2d25cc7b0352d315f51d1f6d8e1ea035895ebe976248045fb7",
        "T6": "590f392f3123f02b8421dd1b8bc59381a398d4ee017f0bed51ef139b65ef380e",
        "rk0": "8b4953a85eb9b02c1aae329d521fa7ffb8374f82e74f5a3d51d6a8695f4cc04c",
        "sid": "eb05b594f9a0e6b41998806aa995a7a8",
        "sas": "2eff88a0",
        "sas_emoji": "🦐💊🌍🚦",
    },
    "handshake_prekey.json": {
        "alice_seed": "24f462ea17f1fe4575c43e08267c9011a65471a2d7bc8e7025aa56395efb1b60",
        "rk0": "666a3cd7080b0fe7a63e364e3de46f4559acff604caff06473559e20e65ade47",
        "sid": "cacb783a513c3e725dbb25914f7b2aa7",
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
