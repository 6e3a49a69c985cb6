"""Palette files: bytes by the formats' own rules, the way there and back, and what is refused."""

from __future__ import annotations

import json
import re
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from covey.colors.palette_files import FORMATS, dump_palette, load_palette, read_palette
from covey.errors import InputError, OptionError
from covey.picture import Palette

TWO = [[255, 0, 0, 255], [1, 2, 254, 255]]


def palette(colors, counts=None) -> Palette:
    colors = np.array(colors, np.uint8).reshape(-1, 4)
    return Palette(colors, np.array(counts if counts is not None else [0] * len(colors), np.int64))


def loaded(tmp_path, suffix: str, content: bytes | str) -> list[list[int]]:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_palette(path).colors.tolist()


# ------------------------------------------------------------------ bytes by hand

GPL = b"GIMP Palette\nName: Sea view\n#\n255   0   0\t#ff0000\n  1   2 254\t#0102fe\n"
PAL = b"JASC-PAL\r\n0100\r\n2\r\n255 0 0\r\n1 2 254\r\n"
CSS = b":root {\n  --sea-view-1: #ff0000;\n  --sea-view-2: #0102fe;\n}\n"
ACT = bytes([255, 0, 0, 1, 2, 254]) + bytes(762) + bytes([0, 2, 255, 255])
ASE = (
    b"ASEF\x00\x01\x00\x00\x00\x00\x00\x04"
    b"\xc0\x01\x00\x00\x00\x14\x00\x09\x00S\x00e\x00a\x00 \x00v\x00i\x00e\x00w\x00\x00"
    b"\x00\x01\x00\x00\x00\x24\x00\x08\x00#\x00f\x00f\x000\x000\x000\x000\x00\x00"
    b"RGB \x3f\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
    b"\x00\x01\x00\x00\x00\x24\x00\x08\x00#\x000\x001\x000\x002\x00f\x00e\x00\x00"
    b"RGB \x3b\x80\x80\x81\x3c\x00\x80\x81\x3f\x7e\xfe\xff\x00\x02"
    b"\xc0\x02\x00\x00\x00\x00"
)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".gpl", GPL),
        (".pal", PAL),
        (".css", CSS),
        (".act", ACT),
        (".ase", ASE),
        (".hex", b"ff0000\n0102fe\n"),
        (".txt", b"ff0000\n0102fe\n"),
    ],
)
def test_bytes_are_those_of_the_format(tmp_path, suffix: str, content: bytes) -> None:
    assert dump_palette(palette(TWO), suffix, "Sea view") == content
    assert loaded(tmp_path, suffix, content) == TWO


def test_json_tells_shares() -> None:
    found = json.loads(dump_palette(palette([*TWO, [0, 0, 0, 0]], [3, 1, 0]), ".json", "Sea\nview"))
    assert found["name"] == "Sea view"
    assert found["colors"][1:] == [
        {"hex": "#0102fe", "rgb": [1, 2, 254], "alpha": 255, "share": 0.25},
        {"hex": "#00000000", "rgb": [0, 0, 0], "alpha": 0, "share": 0.0},
    ]


def test_a_color_table_keeps_one_transparent_color(tmp_path) -> None:
    colors = [[9, 9, 9, 255], [1, 2, 3, 0], [4, 5, 6, 0]]
    content = dump_palette(palette(colors), ".act", "")
    assert content[-4:] == bytes([0, 3, 0, 1])
    assert loaded(tmp_path, ".act", content) == [*colors[:2], [4, 5, 6, 255]]


def test_an_old_color_table_has_256_colors(tmp_path) -> None:
    content = bytes(range(256)) * 3
    found = loaded(tmp_path, ".act", content)
    assert found[:2] == [[0, 1, 2, 255], [3, 4, 5, 255]]
    assert len(found) == 256


# ------------------------------------------------------------------ there and back

NAMES = st.text(st.characters(codec=None), max_size=30)
COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 4), min_size=1, max_size=40, unique=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(COLORS, NAMES, st.sampled_from(sorted(FORMATS)))
def test_colors_come_back_whatever_the_name(tmp_path, colors, name: str, suffix: str) -> None:
    if not FORMATS[suffix].alpha:
        colors = list(dict.fromkeys((*color[:3], 255) for color in colors))
    content = dump_palette(palette(colors), suffix, name)
    assert content == dump_palette(palette(colors), suffix, name)
    assert loaded(tmp_path, suffix, content) == [list(color) for color in colors]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200), st.sampled_from(sorted(FORMATS)))
def test_any_bytes_are_read_or_refused(tmp_path, content: bytes, suffix: str) -> None:
    starts = {".ase": ASE[:30], ".act": ACT[:600], ".gpl": GPL[:20], ".pal": PAL[:20]}
    for start in (b"", starts.get(suffix, b"")):
        try:
            loaded(tmp_path, suffix, start + content)
        except InputError as error:
            assert f"file{suffix}" in str(error)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_cut_of_a_file_is_read_or_refused(tmp_path, suffix: str) -> None:
    content = dump_palette(palette([*TWO, [5, 6, 7, 255]]), suffix, "cut")
    for n in range(0, len(content), 1 if len(content) < 300 else 50):
        try:
            loaded(tmp_path, suffix, content[:n])
        except InputError:
            continue
        assert suffix in {".hex", ".txt", ".css", ".gpl", ".json", ".act", ".ase", ".pal"}


@pytest.mark.parametrize("name", ["a}\n* {", "*/ </style>", "日本", "\ud800", "x\0y", ""])
def test_names_stay_in_their_place(name: str) -> None:
    css = dump_palette(palette(TWO), ".css", name).decode()
    assert re.fullmatch(
        r":root \{\n  --[a-z0-9-]+-1: #ff0000;\n  --[a-z0-9-]+-2: #0102fe;\n\}\n", css
    )
    assert len(dump_palette(palette(TWO), ".gpl", name).splitlines()) == 5
    for suffix in (".ase", ".json"):
        dump_palette(palette(TWO), suffix, name)


# ------------------------------------------------------------------ what others write


def test_gimp_with_names_columns_and_remarks(tmp_path) -> None:
    content = (
        "GIMP Palette\r\nName: X\r\nColumns: 4\r\n# 1 2 3\r\n\r\n 0 17 255 Deep blue\r\n1 2 3\r\n"
    )
    assert loaded(tmp_path, ".gpl", content) == [[0, 17, 255, 255], [1, 2, 3, 255]]
    latin = b"GIMP Palette\n1 2 3 gr\xfcn\n"
    assert loaded(tmp_path, ".gpl", latin) == [[1, 2, 3, 255]]
    assert loaded(tmp_path, ".gpl", b"\xef\xbb\xbf" + latin[:19]) == [[1, 2, 3, 255]]


def test_css_of_any_kind(tmp_path) -> None:
    content = """
    /* #010101 is no color of it */
    #fade .x { color: #ABC; background: url(a.png#abc-1) rgb(255, 128, 0) }
    @media print { #bad { --a: rgb(100% 0% 0% / 50%); --b: rgba(1,2,3,.2); --c: #11223344 } }
    """
    assert loaded(tmp_path, ".css", content) == [
        [170, 187, 204, 255],
        [255, 128, 0, 255],
        [255, 0, 0, 128],
        [1, 2, 3, 51],
        [17, 34, 51, 68],
    ]


def test_json_of_any_kind(tmp_path) -> None:
    assert loaded(tmp_path, ".json", '["#fff", "010203"]') == [[255] * 4, [1, 2, 3, 255]]
    assert loaded(tmp_path, ".json", "[[1, 2, 3], [4, 5, 6, 7]]") == [[1, 2, 3, 255], [4, 5, 6, 7]]
    content = '{"colors": [{"hex": "#01020304"}, {"rgb": [9, 8, 7]}]}'
    assert loaded(tmp_path, ".json", content) == [[1, 2, 3, 4], [9, 8, 7, 255]]


def test_lines_of_hex_digits(tmp_path) -> None:
    content = "; remark\n#1e90ff // blue\n\nFFF\n01020380\n"
    assert loaded(tmp_path, ".txt", content) == [
        [30, 144, 255, 255],
        [255] * 4,
        [1, 2, 3, 128],
    ]
    paint_net = ";paint.net Palette File\n80010203\nFF0A0B0C\n"
    assert loaded(tmp_path, ".txt", paint_net) == [[1, 2, 3, 128], [10, 11, 12, 255]]


def swatches(*blocks: tuple[bytes, list[float]]) -> bytes:
    content = b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks))
    for model, values in blocks:
        data = b"\0\1\0\0" + model + struct.pack(f">{len(values)}f", *values) + b"\0\2"
        content += struct.pack(">HI", 1, len(data)) + data
    return content


def test_swatches_of_every_model(tmp_path) -> None:
    content = swatches(
        (b"Gray", [0.5]),
        (b"CMYK", [1.0, 0.0, 0.5, 0.2]),
        (b"RGB ", [2.0, -1.0, 0.2]),
        (b"LAB ", [1.0, 0.0, 0.0]),
        (b"LAB ", [0.0, 0.0, 0.0]),
        (b"LAB ", [0.5429, 80.81, 69.89]),  # sRGB's red in CIELAB of D50 (Lindbloom)
    )
    assert loaded(tmp_path, ".ase", content) == [
        [128, 128, 128, 255],
        [0, 204, 102, 255],
        [255, 0, 51, 255],
        [255, 255, 255, 255],
        [0, 0, 0, 255],
        [255, 0, 0, 255],
    ]


def test_a_file_that_says_what_it_is_may_have_another_suffix(tmp_path) -> None:
    assert loaded(tmp_path, ".dat", GPL) == TWO
    assert loaded(tmp_path, ".txt", PAL) == TWO
    assert loaded(tmp_path, "", ASE) == TWO


def test_colors_that_come_again_count_once_and_are_told(tmp_path) -> None:
    path = tmp_path / "again.hex"
    path.write_text("010203\n040506\n010203\n010203\n")
    found, cautions = read_palette(path)
    assert found.colors.tolist() == [[1, 2, 3, 255], [4, 5, 6, 255]]
    assert found.counts.tolist() == [0, 0]
    assert [caution.topic for caution in cautions] == ["palette-repeats"]
    assert "2 colors" in cautions[0].text
    path.write_text("010203\n")
    assert read_palette(path)[1] == ()


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("suffix", "content", "message"),
    [
        (".gpl", "GIMP\n1 2 3\n", r"line 1 must be 'GIMP Palette'; got 'GIMP'"),
        (".gpl", "GIMP Palette\n1 2 3\n1 256 3\n", r"line 3 must be three numbers.*'1 256 3'"),
        (".gpl", "GIMP Palette\n1 2\n", r"line 2 .*'1 2'"),
        (".gpl", "GIMP Palette\n# none\n", r"at least one color"),
        (".pal", "JASC-PAL\n0100\n3\n1 2 3\n", r"line 3 must be the number.*1; got '3'"),
        (".pal", "JASC-PAL\n0100\n1\n1 -2 3\n", r"line 4"),
        (".pal", b"RIFF\x10\0\0\0PAL data", r"Microsoft RIFF"),
        (".hex", "010203\nred\n", r"line 2 must be a color such as.*'red'"),
        (".hex", "12345\n", r"line 1"),
        (".css", "a {\n color: #12345;\n}", r"line 2 .*#12345"),
        (".css", "a { color: red }", r"at least one color"),
        (".css", "/* #fff", r"at least one color"),
        (".css", "b { x: rgb(1, 2) }", r"rgb\(1, 2\)"),
        (".json", '["#fff",\n oops]', r"line 2 must be JSON"),
        (".json", "[" * 100_000, r"must be JSON"),
        (".json", '{"a": 1}', r"list of colors"),
        (".json", '["#fff", "blue"]', r"color 2 must be.*'blue'"),
        (".json", "[[1, 2, 256]]", r"color 1"),
        (".json", "[[1, 2, true]]", r"color 1"),
        (".json", "[]", r"at least one color"),
        (".act", bytes(700), r"768 or 772 bytes; got 700"),
        (".act", bytes(768) + b"\x01\x01\xff\xff", r"byte 768 .*1 to 256; got 257"),
        (".act", bytes(772), r"byte 768 .*got 0"),
        (".ase", b"ASEX", r"byte 0 must be 'ASEF'"),
        (".ase", ASE[:-8], r"byte 80 must begin a block of 36 bytes; got the end"),
        (".ase", ASE[:-3], r"byte 122 must be there; got the end"),
        (".ase", ASE[:60], r"byte 38 must begin a block of 36 bytes"),
        (".ase", ASE.replace(b"RGB ", b"HSB "), r"byte 62 must be one of RGB.*HSB"),
        (".ase", swatches((b"RGB ", [float("nan"), 0.0, 0.0])), r"finite"),
        (".ase", b"ASEF\0\1\0\0\xff\xff\xff\xff", r"end of the file"),
        (".png", b"\x89PNG", r"must end with one of \.gpl"),
        (".css", "a" * 2**20, r"at least one color"),
        (".css", "rgb(#a" * 2**17, r"line 1"),
        (".hex", b"", r"at least one color"),
        (".hex", b"#ffffff\n" * 2**17 + b"\n", r"at most 1 MiB"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, suffix, content, message) -> None:
    with pytest.raises(InputError, match=message) as caught:
        loaded(tmp_path, suffix, content)
    assert f"file{suffix}" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load_palette(tmp_path / "no.gpl")
    with pytest.raises(InputError, match="can be read; got"):
        load_palette(tmp_path)
    with pytest.raises(InputError, match="can be read; got"):
        load_palette("a\0b.gpl")


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(OptionError, match=r"\.gpl, \.act.*got '\.xyz'"):
        dump_palette(palette(TWO), ".xyz", "")
    many = palette([[i % 256, i // 256, 0, 255] for i in range(257)])
    with pytest.raises(OptionError, match="at most 256 colors; got 257"):
        dump_palette(many, ".act", "")
    assert len(dump_palette(many, ".HEX", "").splitlines()) == 257
