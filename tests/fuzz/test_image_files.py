"""No damaged image does more than be refused: a short run of the fuzzer, the same each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("image_files.py")

pytest.importorskip("PIL", reason="Pillow is an extra")
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the harness bounds its memory by limits of POSIX"
)


def test_damaged_images_are_read_or_refused() -> None:
    done = subprocess.run(
        [sys.executable, str(HARNESS), "--rounds", "120"],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, "\n".join(done.stderr.splitlines()[-25:])
    lines = [line.split() for line in done.stdout.splitlines()]
    assert {line[0] for line in lines} == {
        "PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM", "AVIF"
    }  # fmt: skip
    for kind, n_rounds, n_read in lines:  # damage of some kinds shows, of others does not
        assert 0 < int(n_read) < int(n_rounds), kind


def test_the_fuzzer_sees_what_is_wrong() -> None:
    """A reader that raises something else, gives no whole picture, or hangs, is found out."""
    code = f"""
import sys; sys.path.insert(0, {str(HARNESS.parent)!r})
import time
import image_files
from covey.features.images import read_picture

def raises(*_, **__):
    raise struct_error
def endless(*_, **__):
    time.sleep(image_files.SECONDS * 2)
def large(data, **_):
    return read_picture(data)
struct_error = KeyError("a tag")
image_files.SECONDS, image_files.MOST = 0.05, 10
data = image_files.starts()["BMP"][0]
for reader, message in ((raises, "KeyError"), (endless, "took"), (large, "540 pixels")):
    image_files.read_picture = reader
    image_files.SECONDS = 0.05 if reader is endless else 60
    try:
        image_files.read(data)
    except image_files.Failure as failure:
        assert message in str(failure), failure
    else:
        raise SystemExit("not found out: " + message)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
