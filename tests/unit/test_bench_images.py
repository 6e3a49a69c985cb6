"""The benchmark of images: what its figures, bars and page make of made-up rows."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.images import bars, page, rows, store
from benchmarks.images.bars import BARS, DITHERED, LIQ, LOOK, NOFS, PNGQUANT, SRGB, verdicts
from benchmarks.images.figures import Figures, Who, bytes_at
from benchmarks.images.made import Made, Method, Unable, from_pixels
from benchmarks.images.methods import METHODS, peer
from benchmarks.images.rows import Row, Time
from benchmarks.images.scores import composed, over_backgrounds, score

#: what a method comes to, on a photo whose figures are all zero points away from pngquant's
PLAIN = {"psnr": 30.0, "ssim": 0.9, "ciede2000": 3.0, "ssimulacra2": 50.0, "butteraugli": 5.0,
         "cast": 0.0, "bytes": 1000.0, "colors": 64.0}  # fmt: skip


def rows_of(who: Who, k: int, **more: float) -> list[Row]:
    """Return three photos' rows: ``more`` is added to the plain figures; bytes are multiplied."""
    figures = {name: PLAIN[name] + more.get(name, 0.0) for name in PLAIN}
    figures["bytes"] = PLAIN["bytes"] * more.get("bytes", 1.0)
    head = {"kind": "photo", "method": who.method, "k": k, "dither": who.dither}
    return [
        Row(**{"picture": f"photo {i}", **head, **figures, "psnr": figures["psnr"] + i})
        for i in range(3)
    ]


def verdict(part: str, what: str, k: int, figures: Figures) -> bars.Verdict:
    (bar,) = [b for b in BARS if b.part.startswith(part) and b.what == what and b.k == k]
    return bar.judge(figures)


@pytest.mark.parametrize(
    ("part", "what", "ours", "theirs", "metric", "good", "bad"),
    [
        ("sRGB", "PSNR, dB", SRGB, NOFS, "psnr", 0.25, 0.15),
        ("sRGB", "bytes, ratio", SRGB, NOFS, "bytes", 1.0, 1.001),
        ("Default", "SSIMULACRA2", LOOK, NOFS, "ssimulacra2", 4.6, 4.4),
        ("Default", "CIEDE2000", LOOK, NOFS, "ciede2000", -0.01, 0.0),
        ("Default", "bytes, ratio", LOOK, NOFS, "bytes", 1.02, 1.04),
        ("Dithered", "SSIMULACRA2", DITHERED, PNGQUANT, "ssimulacra2", 3.1, 2.9),
        ("Dithered", "butteraugli", DITHERED, PNGQUANT, "butteraugli", 0.0, 0.1),
        ("Dithered", "bytes, ratio", DITHERED, PNGQUANT, "bytes", 1.0, 1.02),
    ],
)
def test_a_bar_is_met_or_missed(part, what, ours, theirs, metric, good, bad) -> None:
    for change, met in ((good, True), (bad, False)):
        figures = Figures([*rows_of(ours, 64, **{metric: change}), *rows_of(theirs, 64)])
        found = verdict(part, what, 64, figures)
        assert found.value == pytest.approx(change)
        assert found.met is met


def test_no_peer_may_have_more_psnr() -> None:
    what = "PSNR beside the best peer, dB"
    ours, pngquant = rows_of(SRGB, 64, psnr=0.3), rows_of(NOFS, 64)
    figures = Figures([*ours, *pngquant, *rows_of(Who("scikit-learn"), 64, psnr=0.2)])
    assert verdict("sRGB", what, 64, figures).met
    figures = Figures([*ours, *pngquant, *rows_of(Who("scikit-learn"), 64, psnr=0.4)])
    found = verdict("sRGB", what, 64, figures)
    assert found.value == pytest.approx(-0.1)
    assert not found.met


def test_bars_without_figures_are_not_met() -> None:
    found = verdicts(Figures([]))
    assert len(found) == len(BARS)
    assert not any(one.met or one.value is not None for one in found)


def test_pairs_are_of_the_same_picture() -> None:
    # medians alone would say −9: the pictures that only one of them has must not count
    ours = [replace(rows_of(LOOK, 16)[0], picture=f"only {i}", psnr=20.0) for i in range(5)]
    ours += rows_of(LOOK, 16, psnr=1.0)
    paired = Figures([*ours, *rows_of(NOFS, 16)]).paired(LOOK, NOFS, 16, "psnr")
    assert paired.median == pytest.approx(1.0)
    assert sorted(paired.by_picture) == ["photo 0", "photo 1", "photo 2"]


def test_two_exact_pictures_are_equal() -> None:
    ours, theirs = rows_of(LOOK, 16, psnr=math.inf), rows_of(NOFS, 16, psnr=math.inf)
    assert Figures([*ours, *theirs]).paired(LOOK, NOFS, 16, "psnr").median == 0.0


def test_bytes_between_two_numbers_of_colors() -> None:
    curve = [(0.0, 100.0), (50.0, 1000.0)]
    assert bytes_at(curve, 25.0) == pytest.approx(math.sqrt(100 * 1000))
    assert bytes_at(curve, -10.0) == 100.0  # the smallest already looks better
    assert bytes_at(curve, 60.0) == math.inf  # no palette looks as good


def test_bytes_at_equal_look_beside_the_bar() -> None:
    part, what = "Default", "bytes over pngquant's default at equal SSIMULACRA2"
    low = rows_of(LOOK, 16, ssimulacra2=-10, bytes=0.5)
    theirs = rows_of(PNGQUANT, 64)
    for ratio, met in ((0.8, True), (0.9, False)):
        figures = Figures([*low, *rows_of(LOOK, 64, bytes=ratio), *theirs])
        found = verdict(part, what, 64, figures)
        assert found.value == pytest.approx(ratio)
        assert found.met is met


def test_a_few_colors_must_be_kept_exact() -> None:
    what = "pictures of at most K colors not kept exact"
    exact = replace(rows_of(LOOK, 16, psnr=math.inf)[0], kind="flat", distinct=10)
    assert verdict("Flat", what, 16, Figures([exact])).met
    assert not verdict("Flat", what, 16, Figures([replace(exact, psnr=60.0)])).met
    many = replace(exact, psnr=60.0, distinct=17)
    assert verdict("Flat", what, 16, Figures([many])).value is None


def test_the_worst_area_of_all_graphics_counts() -> None:
    what = "CIEDE2000 of the worst area of one color, no dithering"
    good = replace(rows_of(LOOK, 16, cast=0.5)[0], kind="flat")
    bad = replace(rows_of(LOOK, 16, cast=2.5)[0], kind="alpha", picture="a logo")
    assert verdict("Flat", what, 16, Figures([good])).met
    assert verdict("Flat", what, 16, Figures([good, bad])).value == 2.5


def test_times_are_ratios_on_the_same_picture() -> None:
    what = "over libimagequant's, no dithering"
    times = [Time("a", 0.39, LOOK.method, 64, 0.0, 0.05), Time("a", 0.39, LIQ.method, 64, 0.0, 0.1)]
    large = [replace(time, megapixels=24.0, picture="b", seconds=2.0) for time in times]
    figures = Figures([], [*times, *large])
    small = verdict("Time from pixels to indices, 0.4", what, 64, figures)
    assert small.value == pytest.approx(0.5)
    assert small.met
    assert not verdict("Time from pixels to indices, 24", what, 64, figures).met


UNABLE = Row("photo 0", "photo", "Pillow", 64, 0.5, status="dithers | all or nothing")
MADE_UP = [
    *rows_of(SRGB, 64, psnr=0.3), *rows_of(LOOK, 64, ssimulacra2=1.0), *rows_of(NOFS, 64), UNABLE,
]  # fmt: skip
TIMES = [Time("photo 0", 0.39, LOOK.method, 64, 0.0, 0.0512, 1.9, 5, 0.01)]


def test_the_page_tells_figures_bars_and_what_is_left_out(tmp_path: Path) -> None:
    rows.write(tmp_path / "images.csv", "a machine", MADE_UP, Row)
    rows.write(tmp_path / "images_times.csv", "a machine", TIMES, Time)
    (tmp_path / "images-china.jpg").write_bytes(b"")
    page.write(tmp_path)
    text = (tmp_path / "images.md").read_text(encoding="utf-8")
    assert "Medians over 3 photos" in text
    assert "| PSNR, dB | 64 | ≥ 0.2 | 0.300 | ✓ met |" in text
    assert "| SSIMULACRA2 | 64 | ≥ 4.5 | 1.000 | ✗ missed |" in text
    assert "| PSNR, dB | 4 | ≥ 0.2 |  | not measured |" in text
    assert "| 64 | covey | 31.00 | 0.900 | 3.00 | 51.0 | 5.00 | 1,000 |" in text
    assert "| covey | 0 |  | 0.051 |" in text
    assert "- Pillow: dithers / all or nothing" in text
    assert "](images-china.jpg)" in text


def test_every_row_of_a_table_has_the_columns_of_its_head() -> None:
    width = 0
    for line in page.page(Figures(MADE_UP, TIMES), ["a machine"], []).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_rows_come_back_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "images.csv"
    some = [*MADE_UP, replace(MADE_UP[0], psnr=math.inf)]
    rows.write(path, "a machine, 2 cores", some, Row)
    assert rows.read(path, Row) == ("a machine, 2 cores", some)
    with pytest.raises(ValueError, match="columns of Time"):
        rows.read(path, Time)


def two_colors() -> Made:
    palette = np.array([[255, 0, 0, 255], [0, 0, 0, 0]], dtype=np.uint8)
    return Made(palette, np.array([[0, 0, 1]], dtype=np.uint8), 0.5)


def test_pixels_become_palette_and_indices_and_back() -> None:
    pixels = two_colors().pixels(4)
    made = from_pixels(pixels, math.nan)
    assert made.palette[0].tolist() == [255, 0, 0, 255]  # the most frequent first
    assert np.array_equal(made.pixels(4), pixels)
    many = np.arange(3 * 300, dtype=np.uint32).astype(np.uint8).reshape(1, 300, 3)
    many[0, :, 1] = np.arange(300) // 256
    with pytest.raises(Unable, match="it made 300 colors"):
        from_pixels(many, math.nan)


def test_what_a_peer_made_is_kept_and_covey_is_made_anew(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COVEY_BENCH_CACHE", str(tmp_path))
    calls = []

    def make(pixels, k, dither) -> Made:
        calls.append(k)
        return two_colors()

    monkeypatch.setitem(METHODS, "kept", Method("kept", make))
    monkeypatch.setitem(METHODS, "anew", Method("anew", make, cached=False))
    pixels = np.zeros((1, 3, 3), dtype=np.uint8)
    for name, times in (("kept", 1), ("anew", 2)):
        calls.clear()
        assert [peer(name, pixels, 2).palette.tolist() for _ in range(2)] == [
            two_colors().palette.tolist()
        ] * 2
        assert len(calls) == times
    peer("kept", pixels + 1, 2)
    assert len(calls) == 3
    name = store.key("a", np.zeros(3))
    assert store.key("a", np.zeros(3)) == name != store.key("a", np.zeros(4))
    assert store.number(name) is None
    store.put_number(name, math.inf)
    assert store.number(name) == math.inf


def test_what_a_method_cannot_do_is_said() -> None:
    pixels = np.zeros((2, 2, 4), dtype=np.uint8)
    with pytest.raises(Unable, match="knows no transparency"):
        peer("Pillow", pixels, 2)
    with pytest.raises(Unable, match="does not dither"):
        peer("scikit-learn", pixels[..., :3], 2, 1.0)
    with pytest.raises(Unable, match="all or nothing"):
        peer("Pillow", pixels[..., :3], 2, 0.5)
    with pytest.raises(KeyError, match="no method 'nobody'"):
        peer("nobody", pixels, 2)


def test_alpha_is_judged_over_the_worst_background() -> None:
    original = np.zeros((8, 16, 4), dtype=np.uint8)
    pixels = original.copy()
    pixels[..., 3] = 51  # a veil of black: unseen over black, seen over white
    over = [b for _, b in over_backgrounds(original, pixels)]
    assert over[0].max() == 0
    assert over[1].min() == 204
    assert composed(pixels, 255)[0, 0].tolist() == [204, 204, 204]
    made = from_pixels(pixels, math.nan)
    found = score(original, made, ("psnr", "colors"), cached=False)
    assert found["psnr"] == pytest.approx(20 * math.log10(255 / 51))
    assert found["colors"] == 1


def test_a_cast_on_an_area_of_one_color_is_found() -> None:
    pytest.importorskip("skimage", reason="peers are installed by make bench")
    original = np.full((20, 20, 3), 200, dtype=np.uint8)
    original[0, :4] = (10, 20, 30)  # one in a hundred: no area
    tinted = original.copy()
    tinted[tinted[..., 0] == 200] = (200, 200, 190)
    tinted[0, :4] = (200, 200, 190)
    found = score(original, from_pixels(tinted, math.nan), ("cast", "ciede2000"), cached=False)
    assert 2 < found["cast"] < found["ciede2000"] + 2
    same = score(original, from_pixels(original, math.nan), ("cast", "ssim"), cached=False)
    assert same["cast"] == 0
    assert same["ssim"] == 1


def test_bytes_are_of_a_png_that_decodes_to_the_same_picture() -> None:
    pytest.importorskip("oxipng", reason="peers are installed by make bench")
    from io import BytesIO

    from PIL import Image

    from benchmarks.images.scores import png

    content = png(two_colors())
    with Image.open(BytesIO(content)) as image:
        assert np.array_equal(np.array(image.convert("RGBA")), two_colors().pixels(4))
    assert score(two_colors().pixels(4), two_colors(), ("bytes",), cached=False) == {
        "bytes": len(content)
    }


def test_a_part_takes_the_place_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "images.csv"
    rows.write(path, "a machine; commit 1", MADE_UP, Row)
    anew = [replace(MADE_UP[0], psnr=99.0), replace(MADE_UP[0], k=77)]
    machine, joined = rows.joined(path, "a machine; commit 2", anew, Row)
    assert machine == f"a machine; commit 1; {MADE_UP[0].method} at commit 2"
    assert len(joined) == len(MADE_UP) + 1
    assert joined[0].psnr == 99.0
    assert joined[-1].k == 77
