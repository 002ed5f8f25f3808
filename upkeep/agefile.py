"""Files under a passphrase, in the format of `age` (https://c2sp.org/age, version 1), written and read as streams.

scrypt turns the passphrase into a key that wraps the file's own; the contents are pieces of 64 KiB, each under
ChaCha20-Poly1305, numbered and with the last one marked (STREAM). So what is cut off, swapped or changed does not open,
and where this product is gone the program `age` of every distribution opens the file: `age -d FILE`.
"""

import base64
import binascii
import hmac
import io
import os
import re
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from upkeep.archive import AGE_MAGIC as MAGIC
from upkeep.archive import DoesNotOpen

PIECE: Final = 64 * 1024
_TAG: Final = 16
#: 2 ** 17 blocks of 1 KiB: 128 MB and about half a second for each try of a passphrase (OWASP's first choice).
WORK: Final = 17
#: What a foreign file may ask of this machine.
_MOST_WORK: Final = 20
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n"
    rb"--- ([A-Za-z0-9+/]{43})\n"
)
_HEADER_MOST: Final = 400


def _plain64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from64(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=info).derive(key)


def _wrapping(passphrase: str, salt: bytes, work: int) -> ChaCha20Poly1305:
    kdf = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=2**work, r=8, p=1)
    return ChaCha20Poly1305(kdf.derive(passphrase.encode()))


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class AgeWriter(io.RawIOBase):
    """Encrypts what is written on its way to `sink`, which stays open. Without `close` the file does not open."""

    def __init__(self, sink: BinaryIO, passphrase: str, *, work: int = WORK) -> None:
        super().__init__()
        self._sink, self._waiting, self._number = sink, bytearray(), 0
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        wrapped = _wrapping(passphrase, salt, work).encrypt(bytes(12), file_key, None)
        header = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_plain64(salt), work, _plain64(wrapped))
        sink.write(header + b" " + _plain64(_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # no arrays
        """Take `data`; whole pieces go on at once. One piece stays back, for the last is marked."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece: only now the file is whole."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class AgeReader(io.RawIOBase):
    """What was encrypted, read from `source`. Raises DoesNotOpen, here and while it is read."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        super().__init__()
        start = source.read(_HEADER_MOST)
        found = _HEADER.match(start)
        if found is None:
            raise DoesNotOpen("这个文件不是用口令加密的备份，或者开头已损坏。")
        salt, work, wrapped, mac = found[1], int(found[2]), found[3], found[4]
        if work > _MOST_WORK:
            raise DoesNotOpen("这个文件要求的计算量太大，不像是本系统或 age 生成的备份。")
        try:
            file_key = _wrapping(passphrase, _from64(salt), work).decrypt(bytes(12), _from64(wrapped), None)
        except (InvalidTag, binascii.Error) as error:
            raise DoesNotOpen("口令不对，打不开这个备份。请核对备份时用的口令（大小写、空格都算）。") from error
        header = start[: found.start(4) - 1]
        if not hmac.compare_digest(_plain64(_mac(file_key, header)), mac):
            raise DoesNotOpen("这个备份的开头被改动过，不能使用。")
        rest = start[found.end() :]
        self._source, self._kept = source, rest
        self._cipher = ChaCha20Poly1305(_derived(file_key, self._take(16), b"payload"))
        self._number, self._plain, self._over = 0, b"", False
        self._next = self._take(PIECE + _TAG)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]  # no arrays
        """Fill what fits. Raises DoesNotOpen where a piece is changed, missing or out of place."""
        if not self._plain and not self._over:
            self._open_piece()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _open_piece(self) -> None:
        piece, self._next = self._next, self._take(PIECE + _TAG)
        last = not self._next
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, last=last), piece, None)
        except InvalidTag as error:
            raise DoesNotOpen("这个备份不完整或被改动过：中间有一段打不开。请换一份备份。") from error
        self._number += 1
        self._over = last

    def _take(self, count: int) -> bytes:
        found = bytearray(self._kept[:count])
        self._kept = self._kept[count:]
        while len(found) < count and (more := self._source.read(count - len(found))):
            found += more
        return bytes(found)
