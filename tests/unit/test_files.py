"""Files are written whole or not at all, and never over others unasked."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from covey import files
from covey.errors import OutputError

TWO = {"a.csv": b"1\n", "b.html": b"<p>"}


def test_files_are_written(tmp_path: Path) -> None:
    place = tmp_path / "déjà vu" / "out put"
    files.write_files(place, TWO, force=False)
    assert {p.name: p.read_bytes() for p in place.iterdir()} == TWO


def test_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(OutputError, match=r"already has a\.csv.*--force"):
        files.write_files(tmp_path, TWO, force=False)
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert not (tmp_path / "b.html").exists()
    files.write_files(tmp_path, TWO, force=True)
    assert (tmp_path / "a.csv").read_bytes() == b"1\n"


def test_failure_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        files.write_files(tmp_path, TWO, force=True)
    with pytest.raises(OutputError, match="No space"):
        files.write_files(tmp_path / "new" / "deep", TWO, force=False)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"old"


def test_interruption_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_files(tmp_path / "new", TWO, force=False)
    assert list(tmp_path.iterdir()) == []


def test_interruption_while_renaming_waits_until_all_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def interrupted(source: Path, target: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_files(tmp_path / "new", TWO, force=False)
    assert {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir()} == TWO


def test_folder_below_a_file_is_refused_before_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"'.*file' is a file"):
            files.refuse_output(folder, ["a.csv"], force=True)


def test_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OutputError, match=r"'a\.csv' is a folder"):
        files.refuse_output(tmp_path, ["a.csv"], force=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_or_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="'pipe' is a device or a pipe"):
        files.write_file(tmp_path / "pipe", b"new", force=True)
    assert not (tmp_path / "pipe").is_file()


def test_folder_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # root may write anywhere, so what the system would answer is put in its mouth
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with pytest.raises(OutputError, match="no permission to write"):
        files.refuse_output(tmp_path / "new", ["a.csv"], force=False)


def test_file_system_that_cannot_be_written_is_told() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc on this system")
    with pytest.raises(OutputError, match="must be a folder that can be written"):
        files.write_files("/proc/self/covey-out", TWO, force=False)


def test_impossible_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="must be a folder"):
        files.refuse_output(tmp_path / ("x" * 5000), ["a.csv"], force=False)
    with pytest.raises(OutputError, match="null"):
        files.refuse_output("a\0b", ["a.csv"], force=False)


def test_what_is_there_already_tells_the_way_in_python_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError, match=r"force=True"):
        files.write_files(tmp_path, {"a": b"new"}, False)
