"""Text as UTF-8 on disk: the encoding is found out, and anything else is rewritten."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from covey.errors import InputError, OptionError
from covey.features.reading.magic import not_a_table
from covey.features.reading.spool import Spooled

_CHUNK = 2**22
_SAMPLE = 2**18

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16 LE, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)


@dataclass(frozen=True)
class Text:
    """A file of UTF-8 text, with or without a byte order mark, lines ended by LF or CR LF."""

    path: Path
    name: str
    encoding: str  # of the file given, in words
    sample: str  # its beginning, without the mark
    complete: bool  # the sample is the whole text
    quotes: bool  # there is a double quote somewhere
    blank_lines: bool  # two line ends follow one another somewhere
    n_lines: int  # also those inside quotes


def as_utf8(spooled: Spooled, folder: Path, encoding: str | None) -> Text:
    """Find out the encoding of a text file, check every byte of it, and give it as UTF-8.

    Without a byte order mark, the text is UTF-8 if all of it is valid UTF-8, else Windows-1252
    if every byte has a meaning there, else Latin-1.

    Raises
    ------
    InputError
        The file is not text, or not in the encoding given.
    OptionError
        No such encoding.
    """
    path, name = spooled.path, spooled.name
    with path.open("rb") as handle:
        head = handle.read(_SAMPLE)
    codec, words = _given(encoding) if encoding else _guess(head, path, name)
    plain = codecs.lookup(codec).name == "utf-8"
    only_cr = b"\r" in head and b"\n" not in head and plain
    facts = _Facts()
    pieces = _decoded(path, name, codec, words)
    if only_cr:
        pieces = (piece.replace("\r", "\n") for piece in pieces)
    if plain and not only_cr:
        for piece in pieces:
            facts.add(piece)
    else:
        path = folder / "utf-8"
        with path.open("xb") as handle:
            for piece in pieces:
                facts.add(piece)
                handle.write(piece.encode("utf-8"))
    sample, complete = _beginning(path)
    n_lines = facts.n_lines + (not facts.last.endswith("\n"))
    return Text(path, name, words, sample, complete, facts.quotes, facts.blank_lines, n_lines)


def with_line_feeds(text: Text, folder: Path) -> Path:
    """Return a copy in which every line, also inside quotes, ends with LF alone."""
    out = folder / "line-feeds"
    held = b""
    with text.path.open("rb") as handle, out.open("xb") as to:
        while chunk := handle.read(_CHUNK):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""
            to.write(chunk.removesuffix(held).replace(b"\r\n", b"\n"))
        to.write(held)
    return out


class _Facts:
    """What is learnt about a text while it passes by."""

    def __init__(self) -> None:
        self.quotes = False
        self.blank_lines = False
        self.n_lines = 0
        self.last = ""

    def add(self, text: str) -> None:
        """Take in the next piece of the text."""
        seam = self.last + text
        self.quotes = self.quotes or '"' in text
        self.blank_lines = self.blank_lines or "\n\n" in seam or "\n\r\n" in seam
        self.n_lines += text.count("\n")
        self.last = text[-3:]


def _decoded(path: Path, name: str, codec: str, words: str) -> Iterator[str]:
    """Yield the text in pieces, refusing bytes that are no text."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    done = 0
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{name} must be text in {words}; byte {done + error.start:,} cannot be read "
                    "so; pass the encoding it has with --encoding, such as cp1252"
                ) from error
            if "\0" in text:
                where = done + text.index("\0")
                raise not_a_table(name, f"a binary file (a zero byte near byte {where:,})")
            if text:
                yield text
            if not chunk:
                return
            done += len(chunk)


def _given(encoding: str) -> tuple[str, str]:
    try:
        codec = codecs.lookup(encoding)
        codecs.getincrementaldecoder(encoding)().decode(b"")
    except (LookupError, ValueError) as error:
        raise OptionError(
            f"encoding must be a text encoding that Python knows, such as utf-8, cp1252, latin-1 "
            f"or utf-16; got {encoding!r}"
        ) from error
    return codec.name, encoding


def _guess(head: bytes, path: Path, name: str) -> tuple[str, str]:
    for mark, codec, words in _MARKS:
        if head.startswith(mark):
            return codec, words
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) >= 4 and b"\0" in head[:2000]:
        # Latin letters in UTF-16 have a zero byte beside each
        if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.05 * len(even):
            return "utf-16-le", "UTF-16 LE"
        if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.05 * len(odd):
            return "utf-16-be", "UTF-16 BE"
        raise not_a_table(name, f"a binary file (a zero byte at byte {head.index(0):,})")
    if _valid(path, "utf-8"):
        return "utf-8", "UTF-8"
    # Pictures, archives and random bytes are full of control characters; text has hardly any
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x1a\x1b")
    if controls > 0.01 * len(head):
        raise not_a_table(name, "a binary file")
    return ("cp1252", "Windows-1252") if _valid(path, "cp1252") else ("latin-1", "Latin-1")


def _valid(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _beginning(path: Path) -> tuple[str, bool]:
    """Return the first lines, whole ones only, and whether that is all there is."""
    with path.open("rb") as handle:
        data = handle.read(_SAMPLE)
        complete = not handle.read(1)
    if not complete and b"\n" in data:
        data = data[: data.rindex(b"\n") + 1]
    return data.decode("utf-8", errors="ignore").removeprefix("\ufeff"), complete
