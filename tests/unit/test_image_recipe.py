"""``covey.compress`` and ``covey.palette``: every option does what it says, and nothing is lost."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PIL

import covey
from covey.colors import colors_of
from covey.colors.merging import merge_colors
from covey.constraints import Range, Size, n_bytes, span
from covey.errors import InputError, OptionError, OptionTypeError, OutputError, UnreachedError
from covey.picture import Palette
from covey.recipes._image_search import quality
from covey.recipes.image import Image
from covey.report.images.swatches import swatch_png


def sky(height: int = 40, width: int = 56) -> np.ndarray:
    """Return a smooth picture with a little grain, (h, w, 3), of many colors."""
    y, x = np.mgrid[:height, :width]
    grain = np.random.default_rng(3).integers(-9, 10, (height, width))
    channels = [60 + 3 * y + grain, 90 + 2 * x + grain, 220 - y - x + grain]
    return np.stack(channels, axis=2).clip(0, 255).astype(np.uint8)


def soft(height: int = 40, width: int = 56) -> np.ndarray:
    """Return it as a disk with a soft edge, (h, w, 4): clear outside, opaque within."""
    y, x = np.mgrid[:height, :width]
    away = np.hypot(y - height / 2, x - width / 2)
    alpha = ((height / 2 - 4 - away) * 40 + 128).clip(0, 255).astype(np.uint8)
    return np.dstack([sky(height, width), alpha])


def flat(k: int, height: int = 24, width: int = 30) -> np.ndarray:
    """Return stripes of exactly k colors."""
    colors = np.arange(k) * 10_368_889 % 256**3  # odd, so that all differ
    stripes = colors[(np.arange(height * width) * k // (height * width)).reshape(height, width)]
    return np.stack([stripes >> 16, stripes >> 8 & 255, stripes & 255], axis=2).astype(np.uint8)


def opened(content: bytes) -> np.ndarray:
    """Return the pixels of a file as another program reads them."""
    image = PIL.open(io.BytesIO(content))
    return np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))


@pytest.fixture(scope="module")
def every() -> dict[int, Any]:
    """The small sky in every number of colors up to 64."""
    recipe = Image.of(effort=0)
    maker = recipe._maker(recipe.prepare(sky()))
    return {k: maker.make(k) for k in range(1, 65)}


# ---------------------------------------------------------------- what comes out


def test_indices_and_palette_are_the_picture_of_the_file() -> None:
    for given in (sky(), soft()):
        result = covey.compress(given, k=20)
        np.testing.assert_array_equal(result.pixels, opened(result.content))
        np.testing.assert_array_equal(
            result.palette.colors[result.labels][..., : result.pixels.shape[2]], result.pixels
        )
        assert len(result.palette.colors) == 20
        counts = np.bincount(result.labels.ravel(), minlength=20)
        np.testing.assert_array_equal(result.palette.counts, counts)
        assert (np.diff(result.palette.counts) <= 0).all()
        image = result.image
        assert image.mode == "P"
        mode = "RGBA" if given.shape[2] == 4 else "RGB"
        np.testing.assert_array_equal(np.asarray(image.convert(mode)), result.pixels)


def test_each_pixel_has_the_nearest_color_of_the_space() -> None:
    for space in ("oklab", "srgb", "linear", "lab"):
        result = covey.compress(sky(), k=12, space=space)
        run, features = result.run, result.features
        apart = features.X[:, None].astype(np.int64) - run.centers
        sq = (apart**2).sum(axis=2)
        np.testing.assert_array_equal(run.labels, sq.argmin(axis=1))
        assert run.inertia == (features.weight * sq.min(axis=1)).sum()
        np.testing.assert_array_equal(run.labels[features.groups[0].take_codes()[0]], result.labels)
        assert features.weight.sum() == 40 * 56
        assert result.facts.space == space


def test_a_space_is_best_in_what_it_is_for() -> None:
    found = {space: covey.compress(sky(), k=12, space=space).metrics for space in ("oklab", "srgb")}
    assert found["srgb"].psnr > found["oklab"].psnr
    assert found["oklab"].ciede2000 < found["srgb"].ciede2000


def test_figures_are_of_the_file() -> None:
    buffer = io.BytesIO()
    PIL.fromarray(sky()).save(buffer, "PNG")
    result = covey.compress(buffer.getvalue(), k=16)
    made = result.facts.chosen
    assert made.n_bytes == len(result.content)
    assert made.bits_per_pixel == pytest.approx(8 * len(result.content) / (40 * 56))
    assert made.ratio_raw == pytest.approx(3 * 40 * 56 / len(result.content))
    assert made.ratio_file == pytest.approx(len(buffer.getvalue()) / len(result.content))
    error = (result.pixels.astype(float) - sky()) ** 2
    assert made.fidelity.psnr == pytest.approx(10 * np.log10(255**2 / error.mean()))
    assert (made.k, made.n_colors, made.dither) == (16, 16, 0)
    assert made.seconds > 0
    assert "16 colors" in repr(result)


def test_the_same_bytes_twice_and_no_clock() -> None:
    one, two = (covey.compress(soft(), k=9, compare=[4, 9], dither=0.5).files() for _ in range(2))
    assert one == two
    assert sorted(one) == [
        "image.png", "palette.gpl", "palette.json", "report.html", "report.json", "sheet.png",
        "table.csv",
    ]  # fmt: skip
    assert b"seconds" not in one["report.json"] + one["table.csv"]


def test_labels_and_pixels_of_an_animation_are_one_for_each_frame() -> None:
    result = covey.compress(animation(), k=8)
    assert len(result.labels) == len(result.pixels) == 3
    assert result.pixels[1].shape == (40, 56, 3)


# ---------------------------------------------------------------- few colors, alpha


@pytest.mark.parametrize("options", [{}, {"dither": 1.0}, {"dither": 1.0, "format": "gif"},
                                     {"space": "lab"}, {"dither": 0.5, "dither_method": "ordered"},
                                     {"dither": 0.5, "dither_method": "blue-noise"}])  # fmt: skip
def test_no_more_colors_than_asked_for_are_left_as_they_are(options: dict[str, Any]) -> None:
    for k in (1, 2, 7, 64):
        result = covey.compress(flat(k), k=64, **options)
        assert result.facts.exact
        assert result.facts.chosen.dither == 0
        assert len(result.palette.colors) == k
        np.testing.assert_array_equal(opened(result.content), flat(k))
        assert result.metrics.psnr == np.inf
    assert not covey.compress(flat(65), k=64, **options).facts.exact


def test_colors_of_hardly_any_alpha_are_kept_too() -> None:
    given = np.dstack([flat(60), np.full((24, 30), 1, np.uint8)])
    result = covey.compress(given, k=60)
    assert result.facts.exact
    np.testing.assert_array_equal(opened(result.content), given)


ALPHA = pytest.mark.parametrize(
    "options",
    [{}, {"dither": 0.8}, {"fixed": ["#f00"]}, {"format": "webp"}, {"space": "srgb"},
     {"format": "gif"}],
)  # fmt: skip


@ALPHA
@pytest.mark.parametrize("k", [3, 8, 40])
def test_what_is_transparent_stays_so(k: int, options: dict[str, Any]) -> None:
    made = opened(covey.compress(soft(), k=k, **options).content)[..., 3]
    assert (made[soft()[..., 3] == 0] == 0).all()


def test_transparent_pixels_need_a_color_of_their_own() -> None:
    with pytest.raises(OptionError, match="got k=1 and 0 fixed colors; ask for 2"):
        covey.compress(soft(), k=1)
    with pytest.raises(OptionError, match="got k=2 and 2 fixed colors; ask for 3"):
        covey.compress(soft(), k=2, fixed=["#ff0000", "#00ff00"])


def test_opaque_pixels_have_an_opaque_entry_however_few_they_are() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[..., 0], pixels[..., 3] = np.arange(20) * 12, 100 + np.arange(20) * 3
    pixels[0, :3] = [10, 200, 10, 255]
    for k in (2, 3, 5):
        made = covey.compress(pixels, k=k).pixels
        assert (made[0, :3, 3] == 255).all()


@ALPHA
@pytest.mark.parametrize("k", [3, 8, 40])
def test_what_is_opaque_stays_so(k: int, options: dict[str, Any]) -> None:
    made = opened(covey.compress(soft(), k=k, **options).content)[..., 3]
    assert (made[soft()[..., 3] == 255] == 255).all()


def test_a_palette_without_transparent_color_gets_one() -> None:
    given = soft()
    result = covey.compress(given, palette=["#000", "#88a", "#fff"])
    made = opened(result.content)
    assert (made[given[..., 3] == 0, 3] == 0).all()
    assert [one.topic for one in result.facts.cautions] == ["transparent-added"]
    assert covey.compress(sky(), palette=["#000", "#fff"]).facts.cautions == ()


def test_gif_tells_that_it_has_no_soft_alpha() -> None:
    result = covey.compress(soft(), k=30, format="gif")
    assert [one.topic for one in result.facts.cautions] == ["hard-alpha"]
    assert not result.facts.exact
    assert set(np.unique(result.palette.colors[:, 3])) == {0, 255}
    np.testing.assert_array_equal(opened(result.content)[..., 3] > 0, soft()[..., 3] >= 128)


@pytest.mark.parametrize("color", [[10, 20, 30], [10, 20, 30, 0], [10, 20, 30, 90]])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 5)])
def test_one_color(color: list[int], size: tuple[int, int]) -> None:
    given = np.full((*size, len(color)), color, np.uint8)
    result = covey.compress(given, k=16, quality=80, compare=[1, 2])
    assert result.facts.exact
    assert result.facts.chosen.n_colors == 1
    expected = given if color[-1] else np.zeros_like(given)
    np.testing.assert_array_equal(opened(result.content), expected)
    assert len(result.files()) == 7


# ---------------------------------------------------------------- how many colors


@pytest.mark.parametrize("wanted", [40, 55, 62.5, 68])
def test_quality_takes_the_fewest_colors(wanted: float, every: dict[int, Any]) -> None:
    reached = [k for k in every if quality(every[k].measured(["ciede2000"])) >= wanted]
    result = covey.compress(sky(), k=64, quality=wanted, effort=0)
    assert result.facts.chosen.k == reached[0]
    assert len(result.palette.colors) == reached[0]
    for span_of in (f"10-{wanted}", (10, wanted)):
        assert covey.compress(sky(), quality=span_of, effort=0).content == result.content


def test_ssim_takes_the_fewest_colors(every: dict[int, Any]) -> None:
    for wanted in (0.4, 0.6, 0.7):
        reached = [k for k in every if every[k].measured(["ssim"]).ssim >= wanted]
        assert covey.compress(sky(), k=64, min_ssim=wanted).facts.chosen.k == reached[0]


def test_bytes_take_the_most_colors(every: dict[int, Any]) -> None:
    for most in (500, 700, 1000):
        result = covey.compress(sky(), k=64, max_bytes=most, effort=0)
        made = result.facts.chosen
        assert len(result.content) <= most < len(every[made.k + 1].content)
        assert made.k >= max(k for k in every if len(every[k].content) <= most) - 4


def test_a_range_takes_what_there_is_when_its_lower_end_is_reached() -> None:
    best = quality(covey.compress(sky(), k=16).metrics)
    result = covey.compress(sky(), k=16, quality=f"{best - 5:.2f}-{best + 5:.2f}")
    assert result.facts.chosen.k == 16
    with pytest.raises(UnreachedError, match=rf"got {best:.1f} with 16 colors") as caught:
        covey.compress(sky(), k=16, quality=f"{best + 1:.2f}-{best + 5:.2f}")
    assert caught.value.exit_code == 7
    with pytest.raises(UnreachedError, match=r"min_ssim 0\.999 must be reached; got 0\.[0-9]+"):
        covey.compress(sky(), k=16, min_ssim=0.999)
    with pytest.raises(UnreachedError, match=r"max_bytes must hold .* of 1 color; got 20, but"):
        covey.compress(sky(), max_bytes=20)


def test_bytes_give_way_within_the_range_of_the_quality() -> None:
    free = covey.compress(sky(), quality="50-75")
    most = len(free.content) - 100
    held = covey.compress(sky(), quality="50-75", max_bytes=most)
    assert len(held.content) <= most
    assert 50 <= quality(held.metrics) < 75
    assert covey.compress(sky(), quality="50-75", max_bytes="1MB").content == free.content
    with pytest.raises(UnreachedError, match=rf"at most 256 and {most:,} bytes"):
        covey.compress(sky(), quality=75, max_bytes=most)


def test_a_search_stops_at_the_colors_there_are() -> None:
    result = covey.compress(flat(9), quality=100)
    assert result.facts.chosen.k == 9
    assert result.facts.exact


def test_sizes_and_spans_are_read() -> None:
    sizes = {"50kB": 50_000, "1.5MB": 1_500_000, "48KiB": 49_152, "812": 812, " 7 k ": 7000}
    assert {text: n_bytes(text) for text in sizes} == sizes
    assert span("60-80") == (60, 80)
    assert span(" 62.5 ") == (62.5, 62.5)
    assert span(70) == (70, 70)
    assert not Size().value_ok("1.5 parsecs")
    assert not Range(0, 100).value_ok("80-60")
    assert span((60, 80)) == (60, 80)
    assert not Range(0, 100).value_ok((80, 60))


# ---------------------------------------------------------------- palettes


@pytest.mark.parametrize("k", [2, 5, 32])
def test_fixed_colors_stay(k: int) -> None:
    result = covey.compress(sky(), k=k, fixed=["#ff0000", "#0a0"])
    assert [result.palette.hex(i) for i in range(2)] == ["#ff0000", "#00aa00"]
    assert len(result.palette.colors) == k


@pytest.mark.parametrize("kind", ["png", "gif", "npz"])
def test_fixed_colors_that_no_pixel_has_are_in_the_file(kind: str) -> None:
    result = covey.compress(sky(), k=8, fixed=["#ff0000", "#00ff00"], format=kind)
    assert result.palette.counts[:2].tolist() == [0, 0]
    assert result.facts.chosen.n_colors == 8
    if kind == "npz":
        colors = np.load(io.BytesIO(result.content))["palette"][:, :3].tolist()
    else:
        table = PIL.open(io.BytesIO(result.content)).getpalette() or []
        colors = [table[i : i + 3] for i in range(0, len(table), 3)]
    assert len(colors) == 8
    assert [255, 0, 0] in colors
    assert [0, 255, 0] in colors


def test_one_palette_keeps_its_fixed_colors_in_every_file() -> None:
    fixed = ["#ff0000"]
    found = Image.of(k=8, fixed=fixed).palette_of_many([sky(), flat(20)])
    result = covey.compress(sky(), palette=found)
    table = PIL.open(io.BytesIO(result.content)).getpalette() or []
    assert [255, 0, 0] in [table[i : i + 3] for i in range(0, len(table), 3)]


def test_swatches_are_read_back_as_the_colors_they_show(tmp_path: Path) -> None:
    colors = np.array([[255, 0, 0, 255], [10, 90, 200, 128], [7, 7, 7, 255]], np.uint8)
    (tmp_path / "s.png").write_bytes(swatch_png(Palette(colors, np.array([5, 3, 1]))))
    found = covey.compress(soft(), palette=tmp_path / "s.png").facts.indexed.palette().colors
    clear = (0, 0, 0, 0)  # which the picture needs beside them
    assert {tuple(c) for c in found.tolist()} == {clear, *(tuple(c) for c in colors.tolist())}


def test_a_fixed_palette_is_used_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "brand.gpl"
    place.write_text("GIMP Palette\n255 0 0\n10 90 200\n255 255 255\n255 0 0\n")
    result = covey.compress(sky(), palette=str(place))
    assert [result.palette.hex(i) for i in range(3)] == ["#ff0000", "#0a5ac8", "#ffffff"]
    assert result.facts.chosen.k == 3
    assert result.facts.options["palette"] == "brand.gpl"
    assert [one.topic for one in result.facts.cautions] == ["palette-repeats"]
    colors = np.array([[255, 0, 0], [10, 90, 200], [255, 255, 255]], np.uint8)
    for same in (place, result.palette, colors, ["#f00", "#0a5ac8", "#fff"]):
        assert covey.compress(sky(), palette=same).content == result.content


def test_the_palette_of_another_image_is_taken(tmp_path: Path) -> None:
    few, many = tmp_path / "few.png", tmp_path / "many.png"
    PIL.fromarray(flat(11)).save(few)
    PIL.fromarray(sky()).save(many)
    other = soft()[..., :3][:, ::-1]
    taken = covey.compress(other, palette=few).palette.colors
    assert {tuple(c) for c in taken[:, :3]} == {tuple(c) for c in flat(11).reshape(-1, 3)}
    fewer = covey.compress(other, k=4, palette=few).palette.colors
    np.testing.assert_array_equal(fewer, covey.palette(few, k=4).colors)
    found = covey.palette(sky(), k=16).colors
    np.testing.assert_array_equal(covey.compress(other, k=16, palette=many).palette.colors, found)
    np.testing.assert_array_equal(covey.compress(other, k=16, palette=sky()).palette.colors, found)


def test_bad_palettes_are_told(tmp_path: Path) -> None:
    (tmp_path / "notes.doc").write_text("none")
    with pytest.raises(InputError, match=r"notes\.doc.*that of an image"):
        covey.compress(sky(), palette=tmp_path / "notes.doc")
    with pytest.raises(InputError, match="no such file"):
        covey.compress(sky(), palette="missing.gpl")
    with pytest.raises(OptionTypeError, match=r"palette must be .*got 7"):
        covey.compress(sky(), palette=7)
    with pytest.raises(OptionTypeError, match=r"float64 of shape \(2, 3\)"):
        covey.compress(sky(), palette=np.zeros((2, 3)))


def test_one_palette_for_many_images() -> None:
    recipe = Image.of(k=12)
    shared = recipe.palette_of_many([sky(), {"pixels": flat(5)}, soft()])
    assert shared.counts.sum() == sky()[..., 0].size * 2 + flat(5)[..., 0].size
    again = recipe.palette_of_many([soft(), sky(), flat(5)])
    np.testing.assert_array_equal(again.colors, shared.colors)
    alone = recipe.palette_of_many([sky()])
    np.testing.assert_array_equal(alone.colors, covey.palette(sky(), k=12).colors)
    with pytest.raises(InputError, match="at least one image"):
        recipe.palette_of_many([])


def test_merged_colors_are_those_of_the_images_side_by_side() -> None:
    parts = [sky(20), sky(40)[20:]]
    merged = merge_colors(colors_of([part]) for part in parts)
    whole = colors_of([np.concatenate(parts)])
    assert merged is not None
    np.testing.assert_array_equal(merged.points, merged.space.points(merged.colors))
    assert dict(zip(map(tuple, merged.colors), merged.counts, strict=True)) == dict(
        zip(map(tuple, whole.colors), whole.counts, strict=True)
    )
    cell = merged.colors >> 2
    changes = (cell[1:] != cell[:-1]).any(axis=1).sum() + 1
    assert changes == len(np.unique(cell, axis=0))


def test_palette_of_an_image() -> None:
    found = covey.palette(sky(), k=5)
    assert isinstance(found, Palette)
    assert found.colors.shape == (5, 4)
    assert found.counts.sum() == 40 * 56
    assert (np.diff(found.counts) <= 0).all()
    np.testing.assert_array_equal(found.colors, covey.compress(sky(), k=5).palette.colors)
    assert len(covey.palette(flat(3)).colors) == 3


# ---------------------------------------------------------------- options and formats


def test_dithering_mixes_colors_and_keeps_the_mean() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 48, 0).repeat(3, 2)
    plain = covey.compress(ramp, k=4, dither=0.0, space="srgb").pixels.astype(float)
    for method in ("floyd-steinberg", "blue-noise", "ordered"):
        result = covey.compress(ramp, k=4, dither=1.0, dither_method=method, space="srgb")
        assert result.facts.chosen.dither == 1
        blocks = [
            pixels.reshape(6, 8, 32, 8, 3).mean(axis=(1, 3)) for pixels in (result.pixels, ramp)
        ]
        rough = plain.reshape(6, 8, 32, 8, 3).mean(axis=(1, 3))
        assert abs(blocks[0] - blocks[1]).mean() < 0.5 * abs(rough - blocks[1]).mean()


def test_above_256_colors() -> None:
    result = covey.compress(sky(), k=600, format="png24", dither=1.0)
    assert result.labels.dtype == np.uint16
    assert (result.image.mode, result.facts.chosen.dither) == ("RGB", 0)
    np.testing.assert_array_equal(opened(result.content), result.pixels)
    assert len(result.palette.colors) == 600
    with pytest.raises(OptionError, match=r"k must be at most 256 for the format 'png'; got 257"):
        covey.compress(sky(), k=257)
    with pytest.raises(OptionError, match=r"compare must be at most 256 .*'gif'; got 300"):
        covey.compress(sky(), format="gif", compare=[4, 300])


def animation() -> bytes:
    """Return a GIF of three frames whose colors differ."""
    frames = [np.roll(sky(), 70 * i, axis=2) // (i + 1) for i in range(3)]
    images = [PIL.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(buffer, "WEBP", save_all=True, append_images=images[1:], duration=[40, 90, 200],
                   loop=0, lossless=True)  # fmt: skip
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_an_animation_has_one_palette_or_one_for_each_frame(kind: str) -> None:
    one = covey.compress(animation(), k=10, format=kind)
    each = covey.compress(animation(), k=10, format=kind, frames="each")
    assert len(one.facts.indexed.palettes) == 1
    assert len(each.facts.indexed.palettes) == 3
    assert each.metrics.psnr > one.metrics.psnr
    for result in (one, each):
        image: Any = PIL.open(io.BytesIO(result.content))
        assert image.n_frames == 3
        for i in range(3):
            image.seek(i)
            np.testing.assert_array_equal(np.asarray(image.convert("RGB")), result.pixels[i])
        assert result.facts.indexed.durations == (40, 90, 200)


def test_compare_makes_a_variant_for_each_number() -> None:
    result = covey.compress(sky(), k=6, compare=[16, 4, 6])
    assert [one.k for one in result.facts.variants] == [4, 6, 16]
    assert [one.n_colors for one in result.facts.images] == [4, 6, 16]
    assert result.facts.variants[1] == result.facts.chosen
    assert [one.n_bytes for one in result.facts.variants] == [
        len(covey.compress(sky(), k=k).content) for k in (4, 6, 16)
    ]
    assert "given" not in result.files()["table.csv"].decode().splitlines()[0]
    assert len(result.files()["table.csv"].splitlines()) == 4


def test_metadata_is_kept_only_when_asked_for() -> None:
    image = PIL.fromarray(sky())
    exif = image.getexif()
    exif[0x010E] = "a remark"
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif, dpi=(300, 300))
    assert b"a remark" not in covey.compress(buffer.getvalue(), k=8).content
    assert b"a remark" in covey.compress(buffer.getvalue(), k=8, keep_metadata=True).content


def test_nothing_is_written_when_larger(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    PIL.fromarray(sky(150, 110)).save(buffer, "JPEG", quality=40)
    kept = covey.compress(buffer.getvalue(), k=200)
    assert kept.larger
    assert not kept.skipped
    skipped = covey.compress(buffer.getvalue(), k=200, skip_if_larger=True)
    assert skipped.skipped
    for write in (skipped.save, skipped.write):
        with pytest.raises(OutputError, match=f"got {len(skipped.content):,} bytes"):
            write(tmp_path / "out.png")
    assert list(tmp_path.iterdir()) == []
    smaller = covey.compress(buffer.getvalue(), k=2, skip_if_larger=True)
    assert not smaller.larger
    assert not covey.compress(sky(), skip_if_larger=True).larger  # there was no file


def test_save_takes_the_format_of_the_name(tmp_path: Path) -> None:
    result = covey.compress(soft(), k=30)
    assert result.save(tmp_path / "a.png") == tmp_path / "a.png"
    assert (tmp_path / "a.png").read_bytes() == result.content
    for name, kind in (("a.gif", "GIF"), ("b.WEBP", "WEBP")):
        result.save(tmp_path / name)
        assert PIL.open(tmp_path / name).format == kind
    result.save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        pixels = arrays["palette"][arrays["indices"][0]]
        np.testing.assert_array_equal(pixels, result.pixels)
    with pytest.raises(OptionError, match=r"must end with \.png, .*got 'a\.jpg'"):
        result.save(tmp_path / "a.jpg")
    with pytest.raises(OutputError, match=r"already has a\.png"):
        result.save(tmp_path / "a.png")
    result.save(tmp_path / "a.png", force=True)
    many = covey.compress(sky(), k=500, format="png24")
    many.save(tmp_path / "many.png")
    with pytest.raises(OptionError, match="at most 256 colors"):
        many.save(tmp_path / "many.gif")


def test_the_files_of_other_formats(tmp_path: Path) -> None:
    for kind, name in (("gif", "image.gif"), ("webp", "image.webp"), ("npz", "image.npz")):
        files = covey.compress(sky(), k=5, format=kind).files()
        assert name in files
        assert json.loads(files["report.json"])["format"].lower() == kind


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"palette": ["#fff"], "quality": 80}, "palette must come without quality"),
        ({"palette": ["#fff"], "fixed": ["#000"]}, "palette must come without fixed"),
        ({"palette": ["#fff"], "k": 4}, "palette must come without k"),
        ({"palette": "brand.gpl", "k": 4}, "palette must come without k"),
        ({"k": 2, "fixed": ["#000", "#111", "#222"]}, "got 3 for 2"),
        ({"compare": [2, 8], "fixed": ["#000", "#111", "#222"]}, "got 3 for 2"),
        ({"fixed": ["red"]}, r"fixed must be a list of colors .* got \['red'\]"),
        ({"quality": "80-60"}, r"quality must be .*got '80-60'"),
        ({"max_bytes": "much"}, r"max_bytes must be .*got 'much'"),
        ({"compare": [4, 4]}, r"compare must be .*got \[4, 4\]"),
        ({"k": 0}, "k must be .*got 0"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        covey.compress(sky(), **options)


def test_a_search_tells_what_all_of_it_took() -> None:
    result = covey.compress(sky(), min_ssim=0.9, effort=0, compare=[2])
    assert result.facts.chosen.seconds > 5 * result.run.made.seconds
    assert "searched for" in str(result)
    assert "searched for" not in str(covey.compress(sky(), k=8, effort=0))
    own = [one for one in result.facts.variants if one.k == result.facts.chosen.k]
    assert own[0].seconds == result.run.made.seconds


def test_the_table_over_k_has_a_row_of_what_was_made() -> None:
    facts = covey.compress(sky(), k=6, compare=[4, 9], effort=0).facts
    assert [one.k for one in facts.variants] == [4, 6, 9]
    assert [one.n_colors for one in facts.images] == [4, 6, 9]


def test_colors_too_many_to_count_are_told_as_such() -> None:
    y, x = np.mgrid[:400, :400]
    away = np.hypot(x - 200, y - 200)
    waves = [127 + 127 * wave for wave in (np.sin(x / 40), np.cos(y / 50), np.sin((x + y) / 60))]
    alpha = 255 * np.clip((190 - away) / 120, 0, 1)
    pixels = np.stack([*waves, alpha], axis=2).astype(np.uint8)
    (caution,) = covey.compress(pixels, k=8, effort=0).facts.cautions
    assert caution.topic == "merged-colors"
    assert "million" not in caution.text


def test_codes_of_many_colors_are_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    held = colors_of([sky()])
    monkeypatch.setattr("covey.colors.distinct._MOST_COLORS", 10)
    counted = colors_of([sky()])
    assert len(held.held) == 1
    assert counted.held == []
    np.testing.assert_array_equal(counted.take_codes()[0], held.take_codes()[0])


def test_pixels_given_are_not_changed_nor_needed_to_be_writeable() -> None:
    for given in (sky(), soft()):
        before = given.copy()
        given.flags.writeable = False
        covey.compress(given, k=4, dither=1.0, format="gif")
        np.testing.assert_array_equal(given, before)


def test_more_pixels_than_allowed_are_refused(tmp_path: Path) -> None:
    PIL.fromarray(sky()).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="at most 2,000 pixels"):
        covey.compress(tmp_path / "a.png", max_pixels=2000)
