"""limits.json, padding.json, file.json, file_reject.json"""

from typing import Any

from cryptography.cobblestone import Cobblestone256Decryptor

from pair1 import content, files, prekeys, ratchet
from pair1 import padding as pad
from pair1 import relay as envelope
from pair1.primitives import sha

from .case import Case, Mismatch, cut, equal, large

#: Section 10 and the sizes of section 4, 6, 7 and 9, by the names of limits.json.
LIMITS = {
    "offer_bytes": 1475,
    "init_bytes": 2579,
    "prekey_bytes": 1379,
    "accept_bytes": 1235,
    "confirm_bytes": 1366,
    "end_bytes": 84,
    "over_bytes": 82,
    "message_header_bytes": ratchet.HEADER,
    "max_plaintext_bytes": pad.MAX_PLAINTEXT,
    "max_handshake_frame_bytes": envelope.SIZE_CLASSES["handshake"],
    "max_message_frame_bytes": envelope.SIZE_CLASSES["message"],
    "max_chunk_frame_bytes": envelope.SIZE_CLASSES["chunk"],
    "file_chunk_bytes": files.CHUNK,
    "max_chunks_per_frame": files.MAX_RUN,
    "max_chunks_outstanding": files.MAX_OUTSTANDING,
    "max_file_bytes": files.MAX_SIZE,
    "max_messages_per_turn": ratchet.MAX_TURN_MESSAGES,
    "max_skipped_per_turn_and_frame": ratchet.MAX_SKIP,
    "max_skipped_stored": ratchet.MAX_STORED,
    "skipped_key_ms": ratchet.SKIPPED_MS,
    "max_unacknowledged": ratchet.MAX_UNACKNOWLEDGED,
    "max_failed_decryptions": ratchet.MAX_FAILURES,
    "max_tried_per_window": ratchet.MAX_TRIED,
    "tried_window_ms": ratchet.TRIED_MS,
    "max_failed_early_messages": prekeys.MAX_FAILURES,
    "max_session_ms": 24 * 60 * 60 * 1000,
    "max_session_messages": ratchet.MAX_SESSION_MESSAGES,
    "max_text_characters": content.MAX_CHARACTERS,
    "max_name_bytes": 255,
    "max_preview_bytes": 16_384,
    "max_token_bytes": envelope.MAX_TOKEN,
    "max_offers_remembered": 65_536,
    "offers_kept_for_pinned": 16_384,
    "max_offers_per_account_and_hour": 256,
    "max_pending_handshakes": 32,
    "max_handshakes_per_hour": 30,
    "max_prekeys": prekeys.MAX_PREKEYS,
    "max_prekeys_kept": prekeys.MAX_KEPT,
    "prekeys_low": 5,
    "max_early_messages": prekeys.MAX_EARLY,
    "max_session_chunk_bytes": 64 << 30,
    "argon2_memory_kib": 65_536,
    "argon2_passes": 3,
    "argon2_lanes": 1,
    "min_argon2_memory_kib": 19_456,
    "max_argon2_memory_kib": 1_048_576,
    "min_argon2_passes": 2,
    "max_argon2_passes": 16,
    "min_argon2_lanes": 1,
    "max_argon2_lanes": 4,
    "min_pbkdf2_iterations": 600_000,
    "max_pbkdf2_iterations": 10_000_000,
}


def limits(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "value":
            return {"value": LIMITS[c.text("name")]}
        case "text":
            text = c.text("character") * c.number("count")
            ctype, body = content.encode({"type": "text", "text": text, "reply": None})
            equal("decoded", content.decode(ctype, body)["text"], text)
            return {"body_len": len(body), "body_sha256": sha(body)}
        case other:
            raise Mismatch(f"no op {other}")


def padding(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "padme":
            return {"out": pad.padme(c.number("n"))}
        case "bucket":
            return {"out": pad.bucket(c.number("n"))}
        case "pad":
            return {"out": pad.pad(c.hex("x"))}
        case "unpad":
            return {"out": pad.unpad(c.hex("x"))}
        case other:
            raise Mismatch(f"no op {other}")


def open_file(descriptor: Case) -> files.File:
    return files.File(descriptor.hex("key"), descriptor.hex("salt"), descriptor.number("size"))


def file(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "descriptor":
            d = c.value("descriptor")
            body = content.encode_descriptor(d)
            equal("decoded", content.decode_descriptor(body), d)
            return {"body": body}
        case "control":
            fields = {name: c.value(name) for name in ("fid", "control", "index", "count")}
            fields["op"] = fields.pop("control")
            body = content.encode_control(fields)
            equal("decoded", content.decode_control(body), fields)
            return {"body": body}
        case "cobblestone":
            key, salt, context, plain = c.hex("key"), c.hex("salt"), c.hex("context"), large(c.case("content"))
            keys, message = files.derive(key, salt, context), files.seal_message(key, salt, context, plain)
            equal("opened", files.open_message(key, context, message), plain)
            by_others = Cobblestone256Decryptor(key, context)
            equal("opened by cryptography", by_others.update(message) + by_others.finalize(), plain)
            return {
                "aead_key": keys.key,
                "base_nonce": keys.nonce,
                "commitment": keys.commitment,
                "len": len(message),
                "sha256": sha(message),
            }
        case "file":
            return whole_file(c)
        case other:
            raise Mismatch(f"no op {other}")


def whole_file(c: Case) -> dict[str, Any]:
    f, plain = open_file(c.case("descriptor")), large(c.case("content"))
    sealed = f.seal(plain)
    frames = [shown_frame(f, plain, sealed, run.number("index"), run.number("count")) for run in c.cases("runs")]
    # In frames of one chunk, and of as many as there may be, it opens as a whole.
    for per_frame in (1, files.MAX_RUN):
        opened = b"".join(f.open(frame).plain for frame in f.frames(sealed, per_frame))
        equal(f"opened, {per_frame} chunks a frame", opened, plain)
    for wanted in c.cases("ranges"):
        start, length = wanted.number("offset"), wanted.number("len")
        if start + length > len(plain):
            raise Mismatch("a range beyond the file")
        first, end = start // files.CHUNK, -(-(start + length) // files.CHUNK)
        chunks = [f.run(sealed, n, 1) for n in range(first, end if length else first)]
        plain_chunks = b"".join(files.open_chunk(f.keys, first + n, chunk) for n, chunk in enumerate(chunks))
        skip = start - first * files.CHUNK
        wanted.compare({"first_chunk": first, "chunks": len(chunks), "sha256": sha(plain_chunks[skip : skip + length])})
    return {
        "content_sha256": sha(plain),
        "psize": f.psize,
        "context": f.context,
        "aead_key": f.keys.key,
        "base_nonce": f.keys.nonce,
        "fid": f.fid,
        "chunks": f.chunks,
        "sealed_len": f.sealed,
        "frames": frames,
    }


def shown_frame(f: files.File, plain: bytes, sealed: bytes, index: int, count: int) -> dict[str, Any]:
    """The CHUNK frame of a run, which opens as it must."""
    frame = f.frame(index, f.run(sealed, index, count))
    opened = f.open(frame)
    last, start = index + count == f.chunks, min(index * files.CHUNK, f.size)
    expected = plain[start : (index + count) * files.CHUNK]
    equal("opened", opened, files.Opened(index, count, last, start, expected))
    header = frame[: files.FRAME_HEADER].hex()
    return {"index": index, "count": count, "last": last, "len": len(frame), "header": header, "sha256": sha(frame).hex()}


def file_reject(c: Case) -> dict[str, Any]:
    match c.text("op"):
        case "descriptor":
            return {"descriptor": content.decode_descriptor(c.hex("body"))}
        case "control":
            return {"control": content.decode_control(c.hex("body"))}
        case "chunk":
            honest: dict[str, tuple[files.File, bytes]] = {}
            for source in c.cases("files"):
                f = open_file(source.case("descriptor"))
                honest[source.text("name")] = f, f.seal(large(source.case("content")))
            frame = b"".join(piece(honest, part) for part in c.cases("pieces"))
            equal("the frame made of pieces", sha(frame).hex(), c.text("frame_sha256"))
            opened = open_file(c.case("descriptor")).open(frame)
            shown = {name: getattr(opened, name) for name in ("index", "count", "last", "offset")}
            return shown | {"sha256": sha(opened.plain)}
        case other:
            raise Mismatch(f"no op {other}")


def piece(honest: dict[str, tuple[files.File, bytes]], part: Case) -> bytes:
    if "hex" in part:
        return part.hex("hex")
    f, sealed = honest[part.text("file")]
    index = part.number("index")
    return cut(f.frame(index, f.run(sealed, index, part.number("count"))), part)
