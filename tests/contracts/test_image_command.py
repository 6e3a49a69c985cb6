"""``covey image`` for one image: names, streams, what is refused, what is never touched."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from covey.cli.main import cli

ENTRY = [sys.executable, "-c", "from covey.cli.main import main; main()"]


def run(*words: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["image", *map(str, words)], input=stdin)


def photo(side: int = 24, seed: int = 1) -> Image.Image:
    """Return an image with nearly as many colors as pixels."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 200, side)[:, None, None] + np.linspace(0, 50, side)[None, :, None]
    return Image.fromarray((ramp + rng.integers(0, 6, (side, side, 3))).astype(np.uint8))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder that has photo.png and photo.jpg in it."""
    monkeypatch.chdir(tmp_path)
    photo().save("photo.png")
    photo().save("photo.jpg", quality=95)
    return tmp_path


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def n_colors(content: bytes | Path) -> int:
    with Image.open(content if isinstance(content, Path) else io.BytesIO(content)) as image:
        return len(np.unique(np.asarray(image.convert("RGBA")).reshape(-1, 4), axis=0))


# ---------------------------------------------------------------- where the result goes


def test_result_is_beside_the_source_under_what_was_asked_for(here: Path) -> None:
    before = (here / "photo.jpg").read_bytes()
    done = run("photo.jpg", "-k", 8)
    assert done.exit_code == 0, done.output
    assert names(here) == {"photo.png", "photo.jpg", "photo-8.png"}
    assert n_colors(here / "photo-8.png") == 8
    assert "8 colors" in done.stdout
    assert "Image: photo-8.png" in done.stdout
    assert done.stderr == ""
    assert (here / "photo.jpg").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ((), "photo-256.png"),
        (("-k", 4, "--format", "gif"), "photo-4.gif"),
        (("-k", 4, "--format", "webp"), "photo-4.webp"),
        (("-k", 4, "--format", "npz"), "photo-4.npz"),
        (("-k", 4, "--format", "png24"), "photo-4.png"),
        (("--quality", "20-90"), "photo-q20-90.png"),
        (("--max-bytes", "50kB"), "photo-50kB.png"),
        (("-o", "new.gif", "-k", 4), "new.gif"),
        (("-o", "new.PNG", "-k", 4), "new.PNG"),
        (("-o", "new.webp", "-k", 4), "new.webp"),
        (("-o", "new", "-k", 4, "--format", "gif"), "new"),
        (("-o", "new/", "-k", 4), "new/photo.png"),
        (("-o", "there", "-k", 4), "there/photo.png"),
        (("-o", "deep/er/new.png", "-k", 4), "deep/er/new.png"),
    ],
)
def test_name_of_the_result(words: tuple[object, ...], name: str, here: Path) -> None:
    (here / "there").mkdir()
    done = run("photo.jpg", "-q", *words)
    assert done.exit_code == 0, done.output
    assert (done.stdout, done.stderr) == ("", "")
    assert names(here) == {"photo.png", "photo.jpg", name}
    if not name.endswith(".npz"):
        with Image.open(here / name) as image:
            kinds = {".gif": "GIF", ".webp": "WEBP", "": "GIF"}
            assert image.format == kinds.get(Path(name).suffix, "PNG")


def test_name_that_promises_another_format_is_refused(here: Path) -> None:
    for words, said in (
        (("-o", "new.xyz"), "'.xyz'|new.xyz"),
        (("-o", "new.jpg"), "must end with"),
        (("-o", "new.png", "--format", "gif"), r"must end with \.gif"),
    ):
        done = run("photo.png", *words)
        assert done.exit_code == 2
        assert names(here) == {"photo.png", "photo.jpg"}
        assert re.search(said, done.stderr), done.stderr


# ---------------------------------------------------------------- nothing is lost


def test_nothing_is_replaced_unasked(here: Path) -> None:
    (here / "photo-8.png").write_bytes(b"mine")
    done = run("photo.jpg", "-k", 8)
    assert done.exit_code == 4
    assert "photo-8.png" in done.stderr
    assert "--force" in done.stderr
    assert (here / "photo-8.png").read_bytes() == b"mine"
    assert run("photo.jpg", "-k", 8, "--force").exit_code == 0
    assert n_colors(here / "photo-8.png") == 8
    assert not list(here.glob(".*"))


def test_refused_before_the_source_is_read(here: Path) -> None:
    (here / "new.png").write_bytes(b"mine")
    assert run("not there.jpg", "-o", "new.png").exit_code == 4


@pytest.mark.parametrize("name", ["photo.png", "./photo.png", ".", "link.png", "hard.png"])
def test_output_that_is_the_source_needs_force(name: str, here: Path) -> None:
    (here / "link.png").symlink_to("photo.png")
    os.link("photo.png", "hard.png")
    before = (here / "photo.png").read_bytes()
    done = run("photo.png", "-o", name, "-k", 4)
    assert done.exit_code == 4
    assert "must not be the source" in done.stderr
    assert (here / "photo.png").read_bytes() == before
    done = run("photo.png", "-o", name, "-k", 4, "--force", "-q")
    assert done.exit_code == 0, done.output
    assert n_colors(here / (name if name != "." else "photo.png")) == 4
    if name in ("link.png", "hard.png"):  # the name is replaced, never what it led to
        assert (here / "photo.png").read_bytes() == before


def test_unwritable_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "closed").mkdir()
    allowed = os.access  # root may write whatever the mode says
    monkeypatch.setattr(os, "access", lambda p, m: Path(p).name != "closed" and allowed(p, m))
    done = run("photo.png", "-o", "closed/new.png")
    assert done.exit_code == 4
    assert "permission" in done.stderr


def test_output_below_a_file(here: Path) -> None:
    done = run("photo.png", "-o", "photo.jpg/new.png")
    assert done.exit_code == 4
    assert "'photo.jpg' is a file" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_output_that_is_no_file_is_never_replaced(here: Path) -> None:
    os.mkfifo("pipe.png")  # stands for /dev/null, which root could replace, too
    for words in ((), ("--force",)):
        done = run("photo.png", "-o", "pipe.png", *words)
        assert done.exit_code == 4
        assert "a device or a pipe" in done.stderr
        assert Path("pipe.png").is_fifo()


# ---------------------------------------------------------------- streams


def test_standard_input_and_output(here: Path) -> None:
    content = (here / "photo.png").read_bytes()
    made = run("photo.png", "-k", 8, "-o", "file.png", "-q")
    assert made.exit_code == 0, made.output
    for words in (("-", "-o", "-"), ("-",), ("photo.png", "-o", "-")):
        done = run(*words, "-k", 8, stdin=content)
        assert done.exit_code == 0, done.output
        assert done.stdout_bytes == (here / "file.png").read_bytes()
        assert "8 colors" in done.stderr
    assert run("-", "-q", "-k", 8, stdin=content).stderr == ""
    assert names(here) == {"photo.png", "photo.jpg", "file.png"}
    assert run("-", "-o", "new.gif", "-k", 8, stdin=content).exit_code == 0
    assert run("-", "-o", "folder/", "-k", 8, stdin=content).exit_code == 0
    assert {"new.gif", "folder/input.png"} < names(here)


def test_what_needs_a_file_is_refused_for_standard_output(here: Path) -> None:
    for flag in ("--report", "--json", "--skip-if-larger"):
        done = run("photo.png", "-o", "-", flag)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"{flag} must come with a file" in done.stderr


def test_too_much_standard_input_is_refused() -> None:
    done = run("-", "--max-pixels", 1, stdin=b"\x89PNG" + bytes((64 << 20) + 64))
    assert done.exit_code == 3
    assert "standard input must have at most" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_an_image_is_never_written_to_a_terminal_unasked(here: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*ENTRY, "image", "photo.png", "-o", "-"], stdout=theirs, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 4
        assert "must not be written to a terminal" in done.stderr
        done = subprocess.run(
            [*ENTRY, "image", "-"], stdin=theirs, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 3
        assert "it is a terminal" in done.stderr
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_behind_standard_output_is_told(here: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*ENTRY, "image", "photo.png", "-o", "-", "-q"], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("covey: error: standard output must be writable")


# ---------------------------------------------------------------- beside the image


def test_report_lies_beside_the_image(here: Path) -> None:
    done = run("photo.png", "-k", 4, "-o", "out/new.png", "--report", "-q")
    assert done.exit_code == 0, done.output
    assert names(here / "out") == {"new.png", "new.html"}
    assert b"<html" in (here / "out" / "new.html").read_bytes()


def test_compare_prints_and_writes_the_table(here: Path) -> None:
    done = run("photo.png", "-k", 4, "--compare", "2,8", "-o", "new.png")
    assert done.exit_code == 0, done.output
    assert {"new.png", "new.csv", "new-sheet.png"} < names(here)
    lines = (here / "new.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["k", "2", "4", "8"]
    assert lines[0].startswith("k,n_colors,")
    assert "CIEDE2000" in done.stdout.partition("bits per")[2]
    with Image.open(here / "new-sheet.png") as sheet:
        assert sheet.size[0] > 100


def test_palette_is_written_in_every_format(here: Path) -> None:
    suffixes = (".gpl", ".act", ".ase", ".css", ".json", ".hex", ".txt", ".pal")
    words = [word for suffix in suffixes for word in ("--palette-out", f"sub/colors{suffix}")]
    done = run("photo.png", "-k", 4, "-q", *words, "--swatches", "s.svg")
    assert done.exit_code == 0, done.output
    assert names(here / "sub") == {f"colors{suffix}" for suffix in suffixes}
    assert (here / "sub" / "colors.gpl").read_text().startswith("GIMP Palette\nName: photo")
    assert (here / "s.svg").read_text().startswith("<svg")
    assert run("photo.png", "-k", 4, "-o", "x.png", "--swatches", "s.png", "-q").exit_code == 0
    both = run("photo.png", "-k", 4, "-o", "again.png", "--palette", "sub/colors.gpl")
    assert both.exit_code == 2
    assert "--palette must come without -k" in both.output
    again = run("photo.png", "-q", "-o", "again.png", "--palette", "sub/colors.gpl")
    assert again.exit_code == 0, again.output
    assert n_colors(here / "again.png") == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--palette-out", "x.xyz"), 2, "--palette-out must end with one of .gpl"),
        (("--swatches", "x.gpl"), 2, "--swatches must end with one of .svg, .png"),
        (("--palette-out", "x.gpl", "--palette-out", "x.gpl"), 2, "twice"),
        (("-o", "x.png", "--swatches", "x.png"), 2, "place of its own"),
        (("--swatches", "photo.png"), 4, "'photo.png'"),
    ],
)
def test_places_beside_are_checked_first(
    words: tuple[str, ...], code: int, said: str, here: Path
) -> None:
    before = {name: (here / name).read_bytes() for name in names(here)}
    done = run("photo.png", "-k", 4, *words)
    assert done.exit_code == code
    assert said in done.stderr
    assert {name: (here / name).read_bytes() for name in names(here)} == before


def test_swatches_never_replace_the_source(here: Path) -> None:
    before = (here / "photo.png").read_bytes()
    done = run("photo.png", "-k", 4, "--swatches", "photo.png", "--force")
    assert done.exit_code == 4
    assert (here / "photo.png").read_bytes() == before


def test_json_is_all_of_standard_output(here: Path) -> None:
    done = run("photo.png", "-k", 4, "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["chosen"]["n_colors"] == 4
    assert facts["picture"]["name"] == "photo.png"
    assert names(here) == {"photo.png", "photo.jpg"}
    assert json.loads(run("photo.png", "-k", 4, "--json", "-o", "x.png").stdout)["chosen"]
    assert "x.png" in names(here)


def test_image_that_would_not_be_smaller_is_left_out(here: Path) -> None:
    assert run("photo.png", "-k", 2, "-o", "two.png", "-q").exit_code == 0
    done = run("two.png", "-k", 2, "--skip-if-larger", "-o", "again.png", "--palette-out", "p.gpl")
    assert done.exit_code == 0
    assert "nothing written" in done.stderr
    assert names(here) == {"photo.png", "photo.jpg", "two.png"}
    done = run("photo.png", "-k", 2, "--skip-if-larger", "-o", "again.png", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "again.png" in names(here)


# ---------------------------------------------------------------- bad input


def test_bad_files(here: Path) -> None:
    whole = (here / "photo.png").read_bytes()
    for name, content, said in (
        ("text.png", b"hello world, no image", "must be an image"),
        ("cut.png", whole[: len(whole) // 2], "truncated|damaged"),
        ("empty.png", b"", "0 bytes"),
    ):
        (here / name).write_bytes(content)
        done = run(name, "-k", 4)
        assert (done.exit_code, done.stdout) == (3, ""), done.output
        assert re.search(said, done.stderr)
        assert done.stderr.startswith("covey: error: ")
        assert done.stderr.count("\n") == 1
    assert run("").exit_code == 2
    assert "name too long" in run("x" * 5000).stderr.lower()
    done = run("none.png")
    assert done.exit_code == 3
    assert "'none.png' must be an image file; it is not there" in done.stderr
    assert not [name for name in names(here) if "-4" in name]


def test_bomb_is_refused_by_its_header(here: Path) -> None:
    done = run("photo.png", "--max-pixels", 575)
    assert done.exit_code == 3
    assert "at most 575 pixels" in done.stderr
    assert "--max-pixels" in done.stderr
    assert run("photo.png", "--max-pixels", 576, "-q").exit_code == 0


def test_wrong_ending_and_damaged_exif_are_notes(here: Path) -> None:
    photo().save("wrong.png", "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff")
    done = subprocess.run(
        [*ENTRY, "image", "wrong.png", "-k", "4"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "holds JPEG, not PNG" in done.stdout
    assert "damaged EXIF" in done.stdout
    assert done.stderr == ""  # Pillow's own warnings stay away


@pytest.mark.parametrize(
    ("size", "colors", "left"), [((1, 1), 1, 1), ((9, 7), 1, 1), ((8, 8), 5, 5)]
)
def test_few_colors_stay_exact(size: tuple[int, int], colors: int, left: int, here: Path) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels.reshape(-1, 3)[:, 1] = np.arange(size[0] * size[1]) % colors * 40
    Image.fromarray(pixels).save("few.png")
    done = run("few.png", "-k", 16)
    assert done.exit_code == 0, done.output
    assert n_colors(here / "few-16.png") == left
    with Image.open("few-16.png") as made:
        assert np.array_equal(np.asarray(made.convert("RGB")), pixels)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-k", 0), "-k must be"),
        (("-k", "many"), "got 'many'"),
        (("-k", 257), "256"),
        (("-k", 257, "-o", "x.gif"), "256"),
        (("--dither", 2), "--dither must be"),
        (("--jobs", 0), "--jobs must be"),
        (("--format", "jpg"), "png"),
        (("--space", "oklb"), "oklab"),
    ],
)
def test_bad_options_are_refused_before_work(
    words: tuple[object, ...], said: str, here: Path
) -> None:
    done = run("not there.png", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert names(here) == {"photo.png", "photo.jpg"}


def test_257_colors_fit_into_24_bits(here: Path) -> None:
    assert run("photo.png", "-k", 257, "--format", "png24", "-q").exit_code == 0
    assert n_colors(here / "photo-257.png") == 257


def test_what_cannot_be_reached_is_exit_7(here: Path) -> None:
    done = run("photo.png", "--max-bytes", 60)
    assert (done.exit_code, done.stdout) == (7, "")
    assert names(here) == {"photo.png", "photo.jpg"}


#: what `covey image` says of one file after the other, twice each, as a process says it
TWICE_EACH = """
import sys
from covey.cli.main import main
codes = []
for name in sys.argv[1:]:
    for again in range(2):
        sys.argv = ["covey", "image", "-k", "4", "--", name]
        try:
            main()
        except SystemExit as end:
            codes.append(end.code)
assert codes == [0, 4] * (len(codes) // 2), codes
"""


@pytest.mark.skipif(os.name == "nt", reason="names that Windows forbids")
def test_odd_names(here: Path) -> None:
    stems = [b"a b", b'it\'s "q"', b"two\nlines", b"gr\xfcn", b"-k", b"\x1b[31m"]
    for stem in stems:
        source = os.path.join(os.fsencode(here), stem + b".png")  # noqa: PTH118
        Path(os.fsdecode(source)).write_bytes((here / "photo.png").read_bytes())
    given = [f".{os.sep}".encode() + stem + b".png" for stem in stems]
    done = subprocess.run(
        [sys.executable, "-c", TWICE_EACH, *given], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for stem in stems:
        made = os.path.join(os.fsencode(here), stem + b"-4.png")  # noqa: PTH118
        assert os.path.exists(made), stem  # noqa: PTH110
    assert done.stdout.count(b"4 colors") >= len(stems)
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr.count(b"\n") == len(stems)
    assert done.stderr.count(b"covey: error: ") == len(stems)
