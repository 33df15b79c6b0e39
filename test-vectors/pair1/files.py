"""protocol.md section 7.2 and the C2SP specification that it names (c2sp.org/chunked-encryption)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Refused, require
from .padding import padme
from .primitives import hkdf_expand, lp, u8, u32, u64

CHUNK, TAG = 16_384, 16
SEALED_CHUNK = CHUNK + TAG
#: Chunks in a CHUNK frame, and wanted and not arrived in a conversation.
MAX_RUN, MAX_OUTSTANDING = 64, 512
FRAME_HEADER = 39
MAX_FRAME = FRAME_HEADER + MAX_RUN * SEALED_CHUNK
MAX_SIZE = 2**40


@dataclass
class Keys:
    """`key || base nonce || commitment` of one message."""

    key: bytes
    nonce: bytes
    commitment: bytes


def derive(key: bytes, salt: bytes, context: bytes) -> Keys:
    assert len(key) == 32 and len(salt) == 24
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    okm = hkdf_expand(key, info, 32 + 12 + 32, "sha512")
    return Keys(okm[:32], okm[32:44], okm[44:])


def chunk_nonce(keys: Keys, index: int) -> bytes:
    assert index < 2**38
    return (int.from_bytes(keys.nonce, "big") ^ index).to_bytes(12, "big")


def seal_chunks(keys: Keys, plaintext: bytes) -> bytes:
    """`chunk_0 || chunk_1 || ...`; the last one is always shorter than 16 KiB, and empty where it must be."""
    gcm, out = AESGCM(keys.key), []
    for index in range(len(plaintext) // CHUNK + 1):
        out.append(gcm.encrypt(chunk_nonce(keys, index), plaintext[index * CHUNK : (index + 1) * CHUNK], None))
    return b"".join(out)


def open_chunk(keys: Keys, index: int, sealed: bytes) -> bytes:
    try:
        return AESGCM(keys.key).decrypt(chunk_nonce(keys, index), sealed, None)
    except (InvalidTag, ValueError) as e:
        raise Refused("E_FILE_DECRYPT") from e


def seal_message(key: bytes, salt: bytes, context: bytes, plaintext: bytes) -> bytes:
    """The C2SP format as it is: salt, commitment, chunks."""
    keys = derive(key, salt, context)
    return salt + keys.commitment + seal_chunks(keys, plaintext)


def open_message(key: bytes, context: bytes, message: bytes) -> bytes:
    require(len(message) >= 56 + TAG, "E_FILE_TRUNCATED")
    keys = derive(key, message[:24], context)
    require(message[24:56] == keys.commitment, "E_FILE_COMMITMENT")
    body = message[56:]
    require(len(body) % SEALED_CHUNK >= TAG, "E_FILE_TRUNCATED")
    return b"".join(open_chunk(keys, i, body[at : at + SEALED_CHUNK]) for i, at in enumerate(range(0, len(body), SEALED_CHUNK)))


@dataclass
class Opened:
    """A CHUNK frame. Chunks of padding alone have no bytes, at the file's end."""

    index: int
    count: int
    last: bool
    offset: int
    plain: bytes


class File:
    """A file under its descriptor: everything that both sides derive before the first byte travels."""

    def __init__(self, key: bytes, salt: bytes, size: int) -> None:
        require(0 <= size <= MAX_SIZE, "E_FILE_TOO_LARGE")
        self.size = size
        self.psize = max(4096, padme(size) if size else 0)
        self.context = lp("file") + u64(size) + u64(self.psize)
        self.keys = derive(key, salt, self.context)
        self.fid = self.keys.commitment
        self.chunks = self.psize // CHUNK + 1
        self.sealed = self.psize + TAG * self.chunks

    def run_length(self, index: int, count: int) -> int:
        """Sealed bytes of `count` chunks from `index` on."""
        return min((index + count) * SEALED_CHUNK, self.sealed) - index * SEALED_CHUNK

    def frame(self, index: int, sealed: bytes) -> bytes:
        """The CHUNK frame of a run of sealed chunks."""
        last = index + -(-len(sealed) // SEALED_CHUNK) == self.chunks
        return b"\x01\x12" + self.fid + u32(index) + u8(last) + sealed

    def seal(self, plaintext: bytes) -> bytes:
        """All chunks, one behind the other."""
        assert len(plaintext) == self.size
        return seal_chunks(self.keys, plaintext.ljust(self.psize, b"\0"))

    def run(self, sealed: bytes, index: int, count: int) -> bytes:
        """Chunks `index` to `index + count` of all."""
        assert 1 <= count <= MAX_RUN and index + count <= self.chunks
        return sealed[index * SEALED_CHUNK : (index + count) * SEALED_CHUNK]

    def frames(self, sealed: bytes, per_frame: int) -> list[bytes]:
        """Every CHUNK frame of a file, with `per_frame` chunks in all but the last one."""
        assert 1 <= per_frame <= MAX_RUN
        runs = ((index, min(per_frame, self.chunks - index)) for index in range(0, self.chunks, per_frame))
        return [self.frame(index, self.run(sealed, index, count)) for index, count in runs]

    def open(self, frame: bytes) -> Opened:
        """Header and length are checked before anything is decrypted."""
        require(len(frame) >= FRAME_HEADER and frame[:2] == b"\x01\x12", "E_FILE_CHUNK", "not a CHUNK")
        require(frame[38] <= 1, "E_FILE_CHUNK", "last")
        require(frame[2:34] == self.fid, "E_FILE_ID")
        index, body = int.from_bytes(frame[34:38], "big"), frame[FRAME_HEADER:]
        count = -(-len(body) // SEALED_CHUNK)
        require(1 <= count <= MAX_RUN, "E_FILE_CHUNK", "chunks in a frame")
        require(index + count <= self.chunks, "E_FILE_CHUNK", "index")
        require(frame[38] == (index + count == self.chunks), "E_FILE_CHUNK", "last")
        require(len(body) == self.run_length(index, count), "E_FILE_CHUNK", "length")
        plain = b"".join(
            open_chunk(self.keys, index + i, body[at : at + SEALED_CHUNK])
            for i, at in enumerate(range(0, len(body), SEALED_CHUNK))
        )
        offset = index * CHUNK
        keep = max(0, min(len(plain), self.size - offset))
        return Opened(index, count, frame[38] == 1, min(offset, self.size), plain[:keep])

    def serves(self, index: int, count: int, outstanding: int) -> bool:
        """Whether a sender answers a WANT of `count` chunks from `index` on, and does not ignore it."""
        return count >= 1 and index + count <= self.chunks and outstanding + count <= MAX_OUTSTANDING
