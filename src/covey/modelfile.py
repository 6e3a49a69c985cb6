"""The bytes of a model file: a zip of ``model.json`` and ``arrays.npz``, with a hash over both.

Reading one runs nothing and trusts nothing: the names inside must be exactly the two, arrays are
plain float64, and the hash must agree. Both entries are stored as they are: a compressed one is
refused, so nothing can swell beyond the file's own size, and the bytes do not depend on the
version of a compression library.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = "covey-model"
VERSION = 1
JSON_NAME, ARRAYS_NAME = "model.json", "arrays.npz"
#: bytes; a model of 10,000 centers on 1,000 features is 80 MB, and its facts are far smaller
MOST_JSON = 64 * 2**20
MOST_ARRAYS = 512 * 2**20
#: zip's first day, so that the same model gives the same bytes on any day
EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[np.float64]]) -> bytes:
    """Return the bytes of a model file.

    Parameters
    ----------
    facts : mapping
        Plain JSON types.
    arrays : mapping of name to float64 array
    """
    packed = _zip({f"{name}.npy": _npy(values) for name, values in arrays.items()})
    body = {"format": FORMAT, "version": VERSION, "facts": facts}
    body = {**body, "sha256": _digest(body, packed)}
    text = json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return _zip({JSON_NAME: text.encode(), ARRAYS_NAME: packed})


def unpack(content: bytes, name: str) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Return facts and arrays from the bytes of a model file.

    Raises
    ------
    ModelError
        The bytes are damaged, foreign, or written by a newer version; ``name`` says whose.
    """
    try:
        parts = _unzip(content, {JSON_NAME: MOST_JSON, ARRAYS_NAME: MOST_ARRAYS}, name)
        body = json.loads(parts[JSON_NAME])
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON
        if isinstance(error, ModelError):
            raise
        raise _damaged(name, f"{JSON_NAME} cannot be read: {error}") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise _foreign(name, f"a {JSON_NAME} that another program wrote")
    version = body.get("version")
    if not isinstance(version, int) or version < 1:
        raise _damaged(name, f"its format version is {version!r}")
    if version > VERSION:
        raise ModelError(
            f"{name!r} must be of format version {VERSION} or older; got version {version}, "
            "written by a newer Covey; upgrade: python -m pip install --upgrade covey"
        )
    facts = body.get("facts")
    expected = {key: value for key, value in body.items() if key != "sha256"}
    if not isinstance(facts, dict) or _digest(expected, parts[ARRAYS_NAME]) != body.get("sha256"):
        raise _damaged(name, "its content does not agree with its SHA-256, so it was changed")
    return facts, _arrays(parts[ARRAYS_NAME], name)


def read_bounded(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a model file, refusing one larger than any model can be."""
    name = str(path)
    most = MOST_JSON + MOST_ARRAYS
    try:
        with Path(path).open("rb") as handle:
            content = handle.read(most + 1)
    except FileNotFoundError:
        raise ModelError(f"{name!r} must be a model file; there is no such file") from None
    except IsADirectoryError:
        raise ModelError(
            f"{name!r} must be a model file; got a folder; give the model.covey in it"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ModelError(f"{name!r} must be a model file that can be read; got: {why}") from error
    if len(content) > most:
        raise _foreign(name, f"more than {most // 2**20} MB")
    return content


def _foreign(name: str, got: str) -> ModelError:
    return ModelError(f"{name!r} must be a model file that covey segment wrote; got {got}")


def _damaged(name: str, got: str) -> ModelError:
    return ModelError(
        f"{name!r} must be an undamaged model file; got one that is damaged: {got}; "
        "copy it again or make it anew with covey segment"
    )


def _digest(body: Mapping[str, Any], packed: bytes) -> str:
    """Return the SHA-256, in hexadecimal, over the facts in one spelling and the arrays."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode() + b"\0" + packed).hexdigest()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # the same bytes on Windows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_STORED)
    return buffer.getvalue()


def _unzip(content: bytes, most: Mapping[str, int], name: str) -> dict[str, bytes]:
    """Return the named files of a zip, and refuse others and any beyond its most bytes."""
    if not content:
        raise _damaged(name, "it is empty")
    if not content.startswith(b"PK\x03\x04"):
        kind = "a PNG image" if content.startswith(b"\x89PNG") else "a file of another kind"
        kind = "a pickle, which Covey never loads" if content.startswith(b"\x80") else kind
        raise _foreign(name, kind)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            inside = sorted(entry.filename for entry in entries)
            if inside != sorted(most):
                raise _foreign(name, f"a zip of {', '.join(inside[:5]) or 'nothing'}")
            found = {}
            for entry in entries:
                if entry.compress_type != zipfile.ZIP_STORED:
                    raise _foreign(name, f"{entry.filename} compressed by another program")
                if entry.file_size > most[entry.filename]:
                    raise _foreign(name, f"{entry.filename} of {entry.file_size:,} bytes")
                found[entry.filename] = archive.read(entry)
            if content[-22:-18] != b"PK\x05\x06" or content[-2:] != b"\0\0":
                raise _damaged(name, "it has bytes after its end")
            return found
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _damaged(name, str(error) or "it ends too early") from error


def _npy(values: NDArray[np.float64]) -> bytes:
    buffer = io.BytesIO()
    plain = np.ascontiguousarray(values, dtype="<f8")
    np.lib.format.write_array(buffer, plain, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _arrays(packed: bytes, name: str) -> dict[str, NDArray[np.float64]]:
    """Return the arrays of an npz; each header is checked before anything is allocated."""
    parts = _unzip(packed, {"centers.npy": MOST_ARRAYS, "limits.npy": MOST_ARRAYS}, name)
    found = {}
    for key, content in parts.items():
        buffer = io.BytesIO(content)
        try:
            np.lib.format.read_magic(buffer)
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
        except (ValueError, EOFError) as error:
            raise _damaged(name, f"{key} cannot be read: {error}") from error
        data = content[buffer.tell() :]
        if dtype != np.dtype("<f8") or fortran or math.prod(shape) * 8 != len(data):
            raise _damaged(name, f"{key} holds {dtype} of shape {shape} in {len(data):,} bytes")
        values = np.frombuffer(data, dtype="<f8").reshape(shape).astype(np.float64)
        found[key.removesuffix(".npy")] = values
    return found
