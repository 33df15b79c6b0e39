"""protocol.md sections 6.4 and 7: the bodies of messages, as the `Content` type of the npm package writes them."""

from collections.abc import Callable
from typing import Any

from .errors import Refused, require
from .primitives import u8, u16, u32, u64

Content = dict[str, Any]

READY, TEXT, RECEIPT, TYPING, FILE, FILECTL, BYE, EDIT, DELETE, REACTION, PROBE = range(1, 12)
ACTIVITIES = ["none", "typing", "voice", "video"]
FILE_KINDS = ["file", "image", "video", "audio", "voice", "videoMessage"]
FILE_MODES = ["both", "viewOnly", "downloadOnly"]
FILE_OPS = {"accept": 1, "reject": 2, "want": 3, "cancel": 4, "done": 5, "pause": 6}
SIDES = {"mine": 1, "yours": 2}
MAX_CHARACTERS = 4_000
VIEWED = 0xFFFFFFFF

#: What a fault is called: in a body that came, in a descriptor or control message by itself, in a message to be sent.
BODY, BAD, NOT_SENT = "E_CONTENT", "E_FILE_DESCRIPTOR", "E_INVALID_CONTENT"


class Reader:
    """Takes fields off the front of a body; anything missing or left over is a malformed body."""

    def __init__(self, body: bytes, code: str) -> None:
        self.body, self.at, self.code = body, 0, code

    def take(self, n: int) -> bytes:
        require(self.at + n <= len(self.body), self.code, "too short")
        self.at += n
        return self.body[self.at - n : self.at]

    def number(self, n: int) -> int:
        return int.from_bytes(self.take(n), "big")

    def rest(self) -> bytes:
        return self.take(len(self.body) - self.at)

    def end(self) -> None:
        require(self.at == len(self.body), self.code, "too long")


def text_of(raw: bytes, code: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise Refused(code, "UTF-8") from e


def key_of(table: dict[str, int], value: int, code: str) -> str:
    for name, number in table.items():
        if number == value:
            return name
    raise Refused(code, f"{value} is not among {sorted(table.values())}")


def item_of(names: list[str], value: int, code: str) -> str:
    require(value < len(names), code, f"{value} is not among {names}")
    return names[value]


# --- files -----------------------------------------------------------------------------------------------------


def encode_descriptor(d: Content) -> bytes:
    name, media, preview, peaks = (
        d["name"].encode(),
        d["mediaType"].encode("ascii"),
        bytes.fromhex(d["preview"]),
        bytes.fromhex(d["peaks"]),
    )
    require(len(name) <= 255 and len(preview) <= 16_384 and d["size"] <= 2**40, "E_INVALID_CONTENT", "descriptor")
    out: bytes = bytes.fromhex(d["key"]) + bytes.fromhex(d["salt"]) + u64(d["size"])
    out += u8(FILE_KINDS.index(d["kind"])) + u8(FILE_MODES.index(d["mode"])) + u32(d["durationMs"])
    out += u8(len(peaks)) + peaks + u16(len(name)) + name + u8(len(media)) + media
    out += u16(len(preview)) + preview
    return out


def decode_descriptor(body: bytes) -> Content:
    r = Reader(body, BAD)
    d: Content = {"key": r.take(32).hex(), "salt": r.take(24).hex(), "size": r.number(8)}
    require(d["size"] <= 2**40, BAD, "size")
    d["kind"] = item_of(FILE_KINDS, r.number(1), BAD)
    d["mode"] = item_of(FILE_MODES, r.number(1), BAD)
    d["durationMs"] = r.number(4)
    d["peaks"] = r.take(r.number(1)).hex()
    name_length = r.number(2)
    require(name_length <= 255, BAD, "name")
    d["name"] = text_of(r.take(name_length), BAD)
    media = r.take(r.number(1))
    require(all(0x20 <= byte <= 0x7E for byte in media), BAD, "media type")
    d["mediaType"] = media.decode("ascii")
    preview_length = r.number(2)
    require(preview_length <= 16_384, BAD, "preview")
    d["preview"] = r.take(preview_length).hex()
    r.end()
    return d


def encode_control(c: Content) -> bytes:
    return bytes.fromhex(c["fid"]) + u8(FILE_OPS[c["op"]]) + u32(c["index"]) + u32(c["count"])


def decode_control(body: bytes) -> Content:
    r = Reader(body, BAD)
    c = {"fid": r.take(32).hex(), "op": key_of(FILE_OPS, r.number(1), BAD), "index": r.number(4), "count": r.number(4)}
    r.end()
    return c


# --- messages --------------------------------------------------------------------------------------------------


def check_text(code: str, text: str) -> str:
    require(len(text) <= MAX_CHARACTERS, code, "more than 4,000 characters")
    return text


def encode(c: Content) -> tuple[int, bytes]:
    """The ctype and the body."""
    match c["type"]:
        case "ready":
            return READY, b""
        case "text":
            reply = c["reply"]
            ref, seq = (SIDES[reply["of"]], reply["seq"]) if reply else (0, 0)
            return TEXT, u8(ref) + u32(seq) + check_text(NOT_SENT, c["text"]).encode()
        case "receipt":
            return RECEIPT, b""
        case "read":
            require(c["upTo"] != VIEWED, NOT_SENT)
            return RECEIPT, u32(c["upTo"])
        case "viewed":
            return RECEIPT, u32(VIEWED) + u32(c["seq"])
        case "typing":
            return TYPING, u8(ACTIVITIES.index(c["activity"]))
        case "file":
            return FILE, encode_descriptor(c["descriptor"])
        case "fileControl":
            return FILECTL, encode_control(c)
        case "bye":
            return BYE, b""
        case "edit":
            return EDIT, u32(c["seq"]) + check_text(NOT_SENT, c["text"]).encode()
        case "delete":
            return DELETE, u32(c["seq"])
        case "reaction":
            emoji = c["emoji"].encode()
            require(1 <= len(emoji) <= 32, NOT_SENT, "emoji")
            return REACTION, u8(SIDES[c["of"]]) + u32(c["seq"]) + u8(1 if c["set"] else 0) + emoji
        case "probe":
            return PROBE, b""
    raise ValueError(f"no content of type {c['type']}")


def inside(decoder: Callable[[bytes], Content], body: bytes) -> Content:
    """A descriptor or control message that came in a session: authentic, so a fault in it is fatal."""
    try:
        return decoder(body)
    except Refused as e:
        raise Refused(BODY, str(e)) from e


def decode(ctype: int, body: bytes) -> Content:
    r = Reader(body, BODY)
    match ctype:
        case 1:
            c: Content = {"type": "ready"}
        case 2:
            ref, seq = r.number(1), r.number(4)
            require(ref != 0 or seq == 0, BODY, "a reply to nothing")
            c = {"type": "text", "reply": {"of": key_of(SIDES, ref, BODY), "seq": seq} if ref else None}
            c["text"] = check_text(BODY, text_of(r.rest(), BODY))
        case 3 if not body:
            c = {"type": "receipt"}
        case 3 if len(body) == 4:
            c = {"type": "read", "upTo": r.number(4)}
            require(c["upTo"] != VIEWED, BODY, "viewed what?")
        case 3:
            require(r.number(4) == VIEWED, BODY, "receipt")
            c = {"type": "viewed", "seq": r.number(4)}
        case 4:
            c = {"type": "typing", "activity": item_of(ACTIVITIES, r.number(1), BODY)}
        case 5:
            return {"type": "file", "descriptor": inside(decode_descriptor, body)}
        case 6:
            return {"type": "fileControl", **inside(decode_control, body)}
        case 7:
            c = {"type": "bye"}
        case 8:
            c = {"type": "edit", "seq": r.number(4)}
            c["text"] = check_text(BODY, text_of(r.rest(), BODY))
        case 9:
            c = {"type": "delete", "seq": r.number(4)}
        case 10:
            of, seq, op = key_of(SIDES, r.number(1), BODY), r.number(4), r.number(1)
            require(op <= 1, BODY, "op")
            raw = r.rest()
            require(1 <= len(raw) <= 32, BODY, "emoji")
            c = {"type": "reaction", "of": of, "seq": seq, "set": op == 1, "emoji": text_of(raw, BODY)}
        case 11:
            c = {"type": "probe"}
        case _:
            return {"type": "unknown", "ctype": ctype}
    r.end()
    return c
