"""Unpacks gzip files, and refuses those that Python, Spark and other readers would unpack differently."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1 << 20
MAGIC = b"\x1f\x8b"
PAGE_STARTS = (b"<!doctype", b"<html", b"<?xml", b"<head")
# zlib's window size for the gzip format, with header and checksum.
GZIP_WINDOW = 31


class NotReadable(Exception):
    """A file is not a complete gzip file. The message gives the cause."""


def unpacked_chunks(file: Path) -> Iterator[bytes]:
    """Unpack a gzip file of one or more members, one after another.

    Args:
        file: The packed file.

    Yields:
        The unpacked bytes, in pieces that are not empty.

    Raises:
        NotReadable: The file is empty, not gzip, truncated or damaged, or has other bytes after its gzip data. Python
            ignores zero bytes there, and Spark fails.
    """
    with file.open("rb") as packed:
        data = packed.read(CHUNK_BYTES)
        if not data.startswith(MAGIC):
            raise NotReadable(_other_format(data))
        while data:
            if not (data := _filled(data, packed)).startswith(MAGIC):
                kind = "zero bytes" if not data.strip(b"\0") else "bytes"
                n_bytes = len(data) + file.stat().st_size - packed.tell()
                raise NotReadable(f"the file has {n_bytes:,} {kind} after the end of its gzip data")
            member = zlib.decompressobj(wbits=GZIP_WINDOW)
            while not member.eof:
                if not data:
                    raise NotReadable("the file is truncated")
                try:
                    unpacked = member.decompress(data, CHUNK_BYTES)
                except zlib.error:
                    raise NotReadable("the gzip file is damaged") from None
                if unpacked:
                    yield unpacked
                if not member.eof:
                    data = member.unconsumed_tail or packed.read(CHUNK_BYTES)
            data = member.unused_data or packed.read(CHUNK_BYTES)


def _filled(data: bytes, packed: BinaryIO) -> bytes:
    return data if len(data) >= len(MAGIC) else data + packed.read(CHUNK_BYTES)


def _other_format(start: bytes) -> str:
    if not start:
        return "the file is empty"
    if start.startswith(b"PK"):
        return "the file is not gzip but a ZIP archive"
    # The page itself is not quoted: it may repeat the request.
    is_page = start[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE_STARTS)
    return f"the file is not gzip{' but an HTML page' if is_page else ''}"
