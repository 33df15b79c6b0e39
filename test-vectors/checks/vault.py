"""wrap.json, password.json"""

from typing import Any

from pair1 import vault
from pair1.identity import account_id
from pair1.primitives import ed25519_public

from .case import Case, Mismatch, equal


def wrap(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "wrap":
            record, secret = record_of(c), c.hex("secret")
            envelope = vault.wrap(record, secret, salt_of(c))
            equal("unwrapped", vault.unwrap(envelope, secret), record)
            return {"ik": ed25519_public(record.seed), "record": vault.encode_record(record), "envelope": envelope}
        case "unwrap":
            return shown(vault.unwrap(c.hex("envelope"), c.hex("secret")))
        case "generate":
            passphrase = vault.generate_passphrase(b"".join(c.draws()))
            return {"passphrase": passphrase, "shown": vault.grouped(passphrase)}
        case "typed":
            return {"passphrase": vault.typed_passphrase(c.text("text"))}
        case "wrap_passphrase":
            record, passphrase, cost, salt = record_of(c), c.text("passphrase"), cost_of(c.case("kdf")), salt_of(c)
            envelope = vault.wrap_identity(record, passphrase, cost, salt)
            equal("unwrapped", vault.unwrap_identity(envelope, passphrase), record)
            key = vault.stretch_passphrase(passphrase, salt, cost)
            return {
                "ik": ed25519_public(record.seed),
                "key": key,
                "record": vault.encode_record(record),
                "envelope": envelope,
            }
        case "unwrap_passphrase":
            return shown(vault.unwrap_identity(c.hex("envelope"), c.text("passphrase")))
        case "backup":
            backup = vault.Backup(record_of(c), [peer_of(peer) for peer in c.cases("peers")])
            passphrase, cost, salt = c.text("passphrase"), cost_of(c.case("kdf")), salt_of(c)
            envelope = vault.seal_backup(backup, passphrase, cost, salt)
            equal("restored", vault.open_backup(envelope, passphrase), backup)
            key = vault.stretch_passphrase(passphrase, salt, cost)
            return {"key": key, "record": vault.pad_backup(vault.encode_backup(backup)), "envelope": envelope}
        case "restore":
            backup = vault.open_backup(c.hex("envelope"), c.text("passphrase"))
            return shown(backup.identity) | {"peers": [shown_peer(peer) for peer in backup.peers]}
        case other:
            raise Mismatch(f"no op {other}")


def salt_of(c: Case) -> bytes:
    equal("rng", b"".join(c.draws()), c.hex("salt"))
    return c.hex("salt")


def record_of(c: Case) -> vault.Record:
    return vault.Record(c.hex("seed"), c.number("created"), c.text("realm"), c.text("name"))


def shown(record: vault.Record) -> dict[str, Any]:
    return {"seed": record.seed, "created": record.created, "realm": record.realm, "name": record.name}


def cost_of(c: Case) -> vault.Cost:
    match c.text("name"):
        case "argon2id":
            cost = vault.Cost(vault.ARGON2ID, c.number("lanes"), c.number("memoryKiB"), c.number("passes"))
        case "pbkdf2":
            cost = vault.Cost(vault.PBKDF2, amount=c.number("iterations"))
        case other:
            raise Mismatch(f"no kdf {other}")
    c.compare({})
    return cost


def key_of(c: Case) -> vault.Key:
    return vault.Key(c.hex("publicKey"), vault.PIN_STATES.index(c.text("state")) + 1, c.number("firstSeen"))


def peer_of(c: Case) -> vault.Peer:
    return vault.Peer(c.text("name"), key_of(c), [key_of(key) for key in c.cases("earlier")])


def shown_key(key: vault.Key) -> dict[str, Any]:
    return {"publicKey": key.ik.hex(), "state": vault.PIN_STATES[key.state - 1], "firstSeen": key.first_seen}


def shown_peer(peer: vault.Peer) -> dict[str, Any]:
    return {"name": peer.name} | shown_key(peer.key) | {"earlier": [shown_key(key) for key in peer.earlier]}


def password(c: Case) -> dict[str, Any]:
    aid = account_id(c.text("realm"), c.text("name"))
    vault.check_password(c.text("password"))
    pw = vault.stretch(c.text("password"), aid)
    login, vault_secret = vault.split(pw, aid)
    return {"aid": aid, "login_secret": login, "vault_secret": vault_secret}
