"""Image files: what is decoded is what was put in, in the same bytes every time."""

from __future__ import annotations

import io
import struct
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import covey
from covey.errors import MissingExtraError, OptionError
from covey.picture import Indexed, Metadata, Palette
from covey.report.images import webp
from covey.report.images.encoding import FORMATS, encode, format_for
from covey.report.images.png_pixels import SIGNATURE, chunks
from covey.report.images.tables import by_chains, by_zeng, neighbors, one_table, see_through_first

Image = pytest.importorskip("PIL.Image", reason="the extra 'images' is not installed")
pytest.importorskip("oxipng", reason="the extra 'images' is not installed")

EXACT = ("png", "png24", "webp")
SIZES = [(1, 1), (3, 5), (17, 2), (2, 300)]


def palette(colors) -> Palette:
    colors = np.asarray(colors, np.uint8)
    return Palette(colors, np.zeros(len(colors), np.int64))


def indexed_of(rng, k: int, size, n_frames: int = 1, alpha: str = "none") -> Indexed:
    """Draw an image: distinct colors, each used where there is room."""
    numbers = rng.choice(2**24, k, replace=False)
    colors = np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255, 255 + 0 * numbers], 1)
    if alpha == "soft":
        colors[::2, 3] = rng.integers(0, 255, len(colors[::2]))
    if alpha == "binary":
        colors[k // 2] = 0
    kind = np.uint8 if k <= 256 else np.uint16
    frames = tuple(rng.integers(0, k, size).astype(kind) for _ in range(n_frames))
    return Indexed(frames, (palette(colors),), (70,) * n_frames, 0 if n_frames > 1 else None)


def decoded(content: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(content)) as image:
        found = []
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            found.append(np.asarray(image.convert("RGBA")))
        return found


def wanted(indexed: Indexed, i: int) -> np.ndarray:
    return indexed.palette(i).colors[indexed.indices[i]]


def check_gives_back(indexed: Indexed, name: str, effort: int = 1) -> bytes:
    content = encode(indexed, name, effort=effort)
    assert content == encode(indexed, name, effort=effort)
    found = decoded(content)
    assert len(found) == len(indexed.indices)
    for i, pixels in enumerate(found):
        expected = wanted(indexed, i)
        if name == "gif":
            seen = expected[..., 3] >= 128
            assert np.array_equal(pixels[..., 3] == 255, seen)
            assert set(np.unique(pixels[..., 3])) <= {0, 255}
            assert np.array_equal(pixels[seen][:, :3], expected[seen][:, :3])
        else:
            assert np.array_equal(pixels, expected)
    return content


# ------------------------------------------------------------------ pixels


@pytest.mark.parametrize("alpha", ["none", "soft", "binary"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 16, 17, 256])
def test_every_format_gives_the_pixels_back(rng, k: int, size, alpha: str) -> None:
    indexed = indexed_of(rng, k, size, alpha=alpha)
    for name in (*EXACT, "gif"):
        check_gives_back(indexed, name)


@pytest.mark.parametrize("effort", range(7))
@pytest.mark.parametrize("k", [2, 5, 40])
def test_every_effort_gives_the_pixels_back(rng, k: int, effort: int) -> None:
    indexed = indexed_of(rng, k, (23, 31), alpha="soft")
    for name in EXACT:
        check_gives_back(indexed, name, effort)


def test_pixels_of_the_picture_are_what_is_decoded(rng) -> None:
    indexed = indexed_of(rng, 9, (6, 7))
    image = Image.open(io.BytesIO(encode(indexed)))
    assert np.array_equal(np.asarray(image.convert("RGB")), indexed.pixels())


@st.composite
def animations(draw, most_frames: int = 4):
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    n_frames = draw(st.integers(1, most_frames))
    n_palettes = draw(st.sampled_from([1, n_frames]))
    channel = st.sampled_from([0, 1, 127, 128, 255])
    palettes = tuple(
        palette(draw(npst.arrays(np.uint8, (draw(st.integers(1, 6)), 4), elements=channel)))
        for _ in range(n_palettes)
    )
    frames = tuple(
        draw(
            npst.arrays(
                np.uint8, size, elements=st.integers(0, len(palettes[i % n_palettes].colors) - 1)
            )
        )
        for i in range(n_frames)
    )
    durations = tuple(draw(st.integers(20, 70_000)) for _ in range(n_frames))
    return Indexed(frames, palettes, durations, draw(st.sampled_from([None, 0, 3])))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(animations(), st.sampled_from([*EXACT, "gif"]))
def test_any_small_image_or_animation_is_given_back(indexed: Indexed, name: str) -> None:
    check_gives_back(indexed, name)


@given(animations())
def test_arrays_give_the_pixels_back(indexed: Indexed) -> None:
    content = encode(indexed, "npz")
    assert content == encode(indexed, "npz")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert sorted(arrays) == ["durations", "indices", "loop", "palette"]
        pixels = arrays["palette"][arrays["indices"]]
        assert tuple(arrays["durations"]) == indexed.durations
        assert int(arrays["loop"]) == (-1 if indexed.loop is None else indexed.loop)
    for i in range(len(indexed.indices)):
        assert np.array_equal(pixels[i], wanted(indexed, i))


# ------------------------------------------------------------------ PNG by hand


def test_a_png_without_oxipng_is_the_bytes_of_the_specification() -> None:
    colors = palette([[255, 0, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]])  # the third is unused
    indexed = Indexed((np.array([[0, 1, 0]], np.uint8),), (colors,))
    parts = dict(chunks(encode(indexed, effort=0)))
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert parts[b"IHDR"] == struct.pack(">IIBBBBB", 3, 1, 1, 3, 0, 0, 0)
    assert sorted([parts[b"PLTE"][:3], parts[b"PLTE"][3:]]) == [b"\0\0\xff", b"\xff\0\0"]


@pytest.mark.parametrize(
    ("k", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)]
)
def test_the_fewest_bits_that_hold_the_colors(rng, k: int, bits: int) -> None:
    # each color once, so that none is left out
    indices = rng.permutation(k).astype(np.uint8).reshape(1, k)
    indexed = Indexed((indices,), indexed_of(rng, k, (1, 1)).palettes)
    assert encode(indexed, effort=1)[24] == bits


def test_transparency_is_listed_only_as_far_as_it_goes(rng) -> None:
    colors = indexed_of(rng, 8, (1, 1)).palettes[0].colors.copy()
    colors[6, 3], colors[3, 3] = 90, 0
    indexed = Indexed((np.arange(8, dtype=np.uint8).reshape(2, 4),), (palette(colors),))
    for effort in (0, 3):
        parts = dict(chunks(encode(indexed, effort=effort)))
        assert sorted(parts[b"tRNS"]) == [0, 90]


def test_whole_bytes_are_taken_where_they_are_smaller() -> None:
    across, down = np.meshgrid(np.arange(160), np.arange(120))
    indices = ((np.sin(across / 19) + np.cos(down / 13) + 2) * 3.9).astype(np.uint8)
    colors = palette([[16 * i, 9 * i, 255 - 16 * i, 255] for i in range(16)])
    indexed = Indexed((indices,), (colors,))
    halves, whole = encode(indexed, effort=1), encode(indexed, effort=3)
    assert (halves[24], whole[24]) == (4, 8)
    assert len(whole) < len(halves)
    assert np.array_equal(decoded(whole)[0], wanted(indexed, 0))


def test_webp_of_more_colors_than_a_table_holds_is_small() -> None:
    y, x = np.mgrid[:100, :140]
    grain = np.random.default_rng(3).integers(-9, 10, (100, 140))
    pixels = np.stack([60 + y + grain, 90 + x // 2 + grain, 220 - y // 2 - x // 3 + grain], axis=2)
    made = covey.compress(
        pixels.clip(0, 255).astype(np.uint8), k=300, format="webp", effort=0
    ).facts.indexed
    common = [len(encode(made, "webp", effort=effort)) for effort in (1, 2, 3, 4, 6)]
    assert common[2] == common[3] == common[4]
    assert common[2] < 0.8 * min(common[:2])


@pytest.mark.parametrize(
    ("effort", "n_colors", "n_pixels", "all_ways"),
    [
        (3, 256, 1000, False),
        (3, 257, 1000, True),
        (3, 4097, 1000, False),
        (3, 300, 600_000, False),
        (4, 300, 600_000, True),
        (2, 300, 1000, False),
    ],
)
def test_when_all_ways_of_webp_are_tried(effort, n_colors, n_pixels, all_ways) -> None:
    assert (webp._ways(effort, n_colors, n_pixels) == webp._ALL_WAYS) is all_ways


def test_more_effort_makes_fewer_bytes() -> None:
    across, down = np.meshgrid(np.arange(160), np.arange(120))
    indices = ((np.sin(across / 19) + np.cos(down / 13) + 2) * 15).astype(np.uint8)
    colors = palette([[4 * i, 255 - 3 * i, 2 * i, 255] for i in range(61)])
    sizes = [len(encode(Indexed((indices,), (colors,)), effort=effort)) for effort in range(7)]
    assert sizes[3] < sizes[1] < sizes[0]
    assert sizes[5] <= sizes[4] <= sizes[3]
    assert sizes[6] <= sizes[5]


# ------------------------------------------------------------------ order of colors


def test_orders_put_neighbors_in_the_picture_side_by_side() -> None:
    # the true row of colors is 0 1 2 3 4 5, hidden by a permutation
    hidden = np.array([3, 0, 5, 1, 4, 2])
    row = np.repeat(np.arange(6), 3)
    counts = neighbors([hidden[np.array([row, row[::-1]])]], 6)
    assert counts[hidden[0], hidden[1]] == 2
    assert counts[hidden[0], hidden[2]] == 0
    for order in (by_zeng, by_chains):
        found = order(counts).tolist()
        assert found in (hidden.tolist(), hidden[::-1].tolist())


@given(npst.arrays(np.int64, st.integers(1, 20).map(lambda k: (k, k)), elements=st.integers(0, 9)))
def test_orders_are_permutations(counts) -> None:
    counts = counts + counts.T
    np.fill_diagonal(counts, 0)
    for order in (by_zeng, by_chains):
        assert sorted(order(counts)) == list(range(len(counts)))


def test_see_through_colors_come_first_and_else_the_order_stays() -> None:
    colors = np.array([[0, 0, 0, a] for a in (255, 0, 255, 254)], np.uint8)
    assert see_through_first(np.array([2, 3, 0, 1]), colors).tolist() == [3, 1, 2, 0]


def test_one_table_holds_each_used_color_once() -> None:
    same = [7, 7, 7, 255]
    frames = (np.array([[0, 1]], np.uint8), np.array([[2, 0]], np.uint8))
    palettes = (palette([same, same, [1, 1, 1, 1]]), palette([same, [2, 2, 2, 2], [0, 0, 9, 0]]))
    found, colors = one_table(Indexed(frames, palettes, (10, 10)))
    assert colors.tolist() == [[0, 0, 9, 0], same]
    assert [frame.tolist() for frame in found] == [[[1, 1]], [[0, 1]]]


# ------------------------------------------------------------------ animations


def moving(rng, n_frames: int = 5) -> Indexed:
    """Return a square that moves over a background; frames 2 and 3 are equal."""
    background = rng.integers(0, 8, (40, 50)).astype(np.uint8)
    frames = []
    for at in (0, 6, 12, 12, 20)[:n_frames]:
        frame = background.copy()
        frame[at : at + 8, 2 * at : 2 * at + 8] = 9
        frames.append(frame)
    colors = indexed_of(rng, 10, (1, 1)).palettes
    return Indexed(tuple(frames), colors, (40, 70, 100, 30, 250)[:n_frames], 0)


@pytest.mark.parametrize("name", [*EXACT, "gif"])
def test_an_animation_keeps_frames_times_and_loop(rng, name: str) -> None:
    indexed = moving(rng)
    content = check_gives_back(indexed, name, 3)
    image = Image.open(io.BytesIO(content))
    assert image.info["loop"] == 0
    times = []
    for i in range(image.n_frames):
        image.seek(i)
        image.load()
        times.append(int(image.info["duration"]))
    assert times == list(indexed.durations)


@pytest.mark.parametrize("name", [*EXACT, "gif"])
def test_frames_hold_only_what_changed(rng, name: str) -> None:
    indexed = moving(rng)
    still = len(encode(Indexed(indexed.indices[:1], indexed.palettes), name))
    assert len(encode(indexed, name)) < 2.5 * still


@pytest.mark.parametrize("name", [*EXACT, "gif"])
def test_what_vanishes_is_erased(name: str) -> None:
    clear, red, blue = [0, 0, 0, 0], [255, 0, 0, 255], [0, 0, 255, 255]
    first = np.zeros((8, 9), np.uint8)
    first[2:5, 1:4] = 1
    second = np.zeros((8, 9), np.uint8)
    second[4:7, 3:9] = 2
    frames = (first, second, second, first)
    check_gives_back(Indexed(frames, (palette([clear, red, blue]),), (50,) * 4, 0), name)


def test_frames_of_many_palettes(rng) -> None:
    frames = tuple(rng.permutation(200).astype(np.uint8).reshape(10, 20) for _ in range(3))
    palettes = tuple(indexed_of(rng, 200, (1, 1)).palettes[0] for _ in range(3))
    indexed = Indexed(frames, palettes, (50,) * 3, 0)
    assert check_gives_back(indexed, "png")[25] == 2  # 600 colors together: 24 bits
    for name in ("gif", "webp", "png24"):
        check_gives_back(indexed, name)


def test_palettes_that_fit_one_table_stay_indexed(rng) -> None:
    frames = tuple(rng.permutation(20).astype(np.uint8).reshape(4, 5) for _ in range(3))
    palettes = tuple(indexed_of(rng, 20, (1, 1)).palettes[0] for _ in range(3))
    assert check_gives_back(Indexed(frames, palettes, (50,) * 3, 0), "png")[25] == 3


def test_times_of_a_gif_do_not_drift() -> None:
    frames = tuple(np.full((2, 2), i % 2, np.uint8) for i in range(30))
    black_white = palette([[0, 0, 0, 255], [255, 255, 255, 255]])
    content = encode(Indexed(frames, (black_white,), (36,) * 30, 0), "gif")
    image = Image.open(io.BytesIO(content))
    times = []
    for i in range(30):
        image.seek(i)
        times.append(image.info["duration"])
    assert times[:5] == [40, 30, 40, 30, 40]
    assert sum(times) == 1080


def test_an_animation_that_does_not_tell_plays_once(rng) -> None:
    indexed = moving(rng)
    once = Indexed(indexed.indices, indexed.palettes, indexed.durations, None)
    assert "loop" not in Image.open(io.BytesIO(encode(once, "gif"))).info
    for name in EXACT:
        assert Image.open(io.BytesIO(encode(once, name, effort=1))).info["loop"] == 1


def test_a_very_long_frame(rng) -> None:
    frames = tuple(rng.integers(0, 2, (2, 2)).astype(np.uint8) for _ in range(2))
    colors = palette([[0, 0, 0, 255], [255, 255, 255, 255]])
    image = Image.open(io.BytesIO(encode(Indexed(frames, (colors,), (90_000, 50), 0), "png")))
    assert image.info["duration"] == 90_000


def test_a_real_animation(covey_data) -> None:
    frames, palettes, times = [], [], []
    with Image.open(covey_data / "03_images" / "animated_31_frames.gif") as image:
        for i in range(6):
            image.seek(i)
            small = image.convert("RGBA").resize((80, 60)).quantize(40)
            found = np.array(small.getpalette("RGBA"), np.uint8).reshape(-1, 4)
            found[:, 3] = np.where(found[:, 3] >= 128, 255, 0)
            frames.append(np.asarray(small).astype(np.uint8))
            palettes.append(palette(found))
            times.append(60)
    for name in (*EXACT, "gif"):
        check_gives_back(Indexed(tuple(frames), tuple(palettes), tuple(times), 0), name)


# ------------------------------------------------------------------ metadata


def some_metadata() -> Metadata:
    exif = Image.Exif()
    exif[0x010F] = "Acme"
    return Metadata(
        exif.tobytes(), b"<x:xmpmeta/>", (300.0, 150.0), {"Title": "Öl ☂", "\nodd\0 key": "a\0b"}
    )


@pytest.mark.parametrize("effort", [0, 3])
def test_png_keeps_what_was_asked(rng, effort: int) -> None:
    indexed = indexed_of(rng, 5, (4, 4))
    image = Image.open(io.BytesIO(encode(indexed, effort=effort, metadata=some_metadata())))
    image.load()
    assert image.getexif()[0x010F] == "Acme"
    assert image.info["xmp"] == b"<x:xmpmeta/>"
    assert image.info["srgb"] == 0
    assert image.info["dpi"] == pytest.approx((300, 150), abs=0.02)
    assert image.info["Title"] == "Öl ☂"
    assert image.info["odd key"] == "ab"
    assert np.array_equal(np.asarray(image.convert("RGB")), indexed.pixels())


@pytest.mark.parametrize("n_frames", [1, 2])
def test_webp_keeps_exif_and_xmp(rng, n_frames: int) -> None:
    indexed = indexed_of(rng, 5, (4, 4), n_frames)
    image = Image.open(io.BytesIO(encode(indexed, "webp", metadata=some_metadata())))
    assert image.getexif()[0x010F] == "Acme"
    assert image.info["xmp"] == b"<x:xmpmeta/>"
    assert np.array_equal(np.asarray(image.convert("RGB")), indexed.pixels())


def test_gif_keeps_text_as_its_comment(rng) -> None:
    indexed = indexed_of(rng, 5, (4, 4))
    kept = Metadata(text={"comment": "x" * 300 + "é"})
    image = Image.open(io.BytesIO(encode(indexed, "gif", metadata=kept)))
    assert image.info["comment"].decode() == "x" * 300 + "é"


@pytest.mark.parametrize("dpi", [(float("nan"), 72.0), (0.0, 0.0), (1e300, 1.0), (-1.0, 5.0)])
def test_damaged_resolutions_are_left_out(rng, dpi) -> None:
    indexed = indexed_of(rng, 5, (4, 4))
    assert encode(indexed, metadata=Metadata(dpi=dpi)) == encode(indexed, metadata=Metadata())


def test_nothing_else_is_written(rng) -> None:
    indexed = indexed_of(rng, 5, (4, 4))
    content = encode(indexed)
    assert content.startswith(SIGNATURE)
    assert {name for name, _ in chunks(content)} == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert set(Image.open(io.BytesIO(encode(indexed, "webp"))).info) <= {"loop", "background"}


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("name", ["png", "gif"])
def test_too_many_colors_are_refused_with_a_way_out(name: str) -> None:
    numbers = np.arange(300)
    colors = palette(np.stack([numbers % 256, numbers // 256, numbers % 7, 255 + 0 * numbers], 1))
    indexed = Indexed((numbers.astype(np.uint16).reshape(15, 20),), (colors,))
    with pytest.raises(OptionError, match=r"256 colors.*got 300.*-k.*png24.*npz"):
        encode(indexed, name)
    for other in ("png24", "webp"):
        check_gives_back(indexed, other)
    with np.load(io.BytesIO(encode(indexed, "npz"))) as arrays:
        assert arrays["indices"].dtype == np.uint16
        assert np.array_equal(arrays["palette"][arrays["indices"][0]], wanted(indexed, 0))


def test_colors_that_no_pixel_uses_do_not_count(rng) -> None:
    indexed = indexed_of(rng, 300, (3, 3))
    assert len(dict(chunks(encode(indexed)))[b"PLTE"]) <= 27


def test_other_formats_and_efforts_are_refused(rng) -> None:
    indexed = indexed_of(rng, 2, (2, 2))
    with pytest.raises(OptionError, match=r"png, png24.*got 'pgn'.*Did you mean 'png'"):
        encode(indexed, "pgn")
    for effort in (-1, 7, True, 2.5, "3"):
        with pytest.raises(OptionError, match=f"0 to 6; got {effort!r}"):
            encode(indexed, effort=effort)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "most"), [("webp", 16383), ("gif", 65535)])
def test_sides_too_long_are_refused(name: str, most: int) -> None:
    indexed = Indexed((np.zeros((1, most + 1), np.uint8),), (palette([[1, 2, 3, 255]]),))
    with pytest.raises(OptionError, match=rf"{most} pixels a side; got {most + 1}x1"):
        encode(indexed, name)


def test_without_oxipng_effort_0_still_works(rng, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oxipng", None)
    indexed = indexed_of(rng, 5, (4, 4))
    assert encode(indexed, effort=0).startswith(SIGNATURE)
    with pytest.raises(MissingExtraError, match="effort 1 to 6"):
        encode(indexed)


def test_formats_by_suffix() -> None:
    assert format_for("a/b.PNG") == "png"
    assert format_for("a.apng") == "png"
    assert format_for("x.gif") == "gif"
    assert format_for("x.tar.webp") == "webp"
    assert format_for("x.npz") == "npz"
    assert format_for("x.jpg") is None
    assert format_for("png") is None
    assert set(FORMATS.values()) == {".png", ".gif", ".webp", ".npz"}


def test_neighbors_are_counted_in_every_row(rng, monkeypatch: pytest.MonkeyPatch) -> None:
    indices = rng.integers(0, 7, (9, 11)).astype(np.uint8)
    whole = neighbors([indices], 7)
    assert whole.sum() == 2 * (indices[:, 1:] != indices[:, :-1]).sum()
    monkeypatch.setattr("covey.report.images.tables._PAIRS_AT_ONCE", 25)
    assert np.array_equal(neighbors([indices], 7), whole)
