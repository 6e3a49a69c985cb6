"""Laws of images in few colors that hold for any picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image, ImageSequence

import covey
from covey.colors import SPACES, space
from covey.picture import Frame, Picture

SPACE = st.sampled_from(SPACES)
DITHER = st.sampled_from([0.0, 0.5, 1.0])
METHODS = ("floyd-steinberg", "blue-noise", "ordered")
METHOD = st.sampled_from(METHODS)
#: few values, so that colors repeat, and all of them, so that they do not
LEVELS = st.sampled_from([0, 1, 64, 127, 128, 200, 254, 255]) | st.integers(0, 255)
ALPHAS = st.sampled_from([0, 0, 1, 127, 128, 254, 255, 255])

laws = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def pictures(draw, channels: int | None = None) -> np.ndarray:
    """Draw a picture of at most 12 × 12 pixels, with alpha or without."""
    h, w = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    pixels = draw(npst.arrays(np.uint8, (h, w, 3), elements=LEVELS))
    if (channels or draw(st.sampled_from([3, 4]))) == 3:
        return pixels
    return np.dstack([pixels, draw(npst.arrays(np.uint8, (h, w), elements=ALPHAS))])


def edges(rng: np.random.Generator, side: int = 40) -> np.ndarray:
    """Return a noisy disk with a soft edge, opaque in its middle, on nothing."""
    y, x = np.mgrid[:side, :side] - side / 2
    alpha = np.clip(400 - 28 * np.hypot(x, y), 0, 255)
    ramp = np.stack([128 + 5 * x, 128 + 5 * y, 128 - 3 * x], axis=2)
    noisy = np.clip(ramp + rng.normal(0, 9, ramp.shape), 0, 255)
    return np.rint(np.dstack([noisy, alpha])).astype(np.uint8)


def quick(pixels, k: int, **options) -> covey.recipes._image_result.ImageResult:
    if (
        k == 1 and isinstance(pixels, np.ndarray) and pixels.shape[2] == 4
    ):  # refused where there are pixels to see and others not
        hidden = pixels[..., 3] == 0
        assume(hidden.all() or not hidden.any())
    return covey.compress(pixels, k=k, effort=0, **options)


def rgba(pixels: np.ndarray) -> np.ndarray:
    """Return four channels, what is transparent as (0, 0, 0, 0)."""
    whole = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    whole[..., : pixels.shape[2]] = pixels
    whole[whole[..., 3] == 0] = 0
    return whole


def decoded(content: bytes) -> list[np.ndarray]:
    """Return what another reader sees of a file."""
    if content.startswith(b"PK"):
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return list(arrays["palette"][arrays["indices"]])
    with Image.open(io.BytesIO(content)) as image:
        return [rgba(np.asarray(one.convert("RGBA"))) for one in ImageSequence.Iterator(image)]


@laws
@given(pictures(), st.integers(1, 20), st.sampled_from(["png", "png24", "webp", "gif", "npz"]),
       DITHER, METHOD)  # fmt: skip
def test_a_file_holds_the_palette_at_the_indices(pixels, k, kind, dither, method) -> None:
    made = quick(pixels, k, format=kind, dither=dither, dither_method=method)
    assert made.labels.shape == pixels.shape[:2]
    assert len(made.palette.colors) <= k
    np.testing.assert_array_equal(rgba(made.palette.colors[made.labels]), decoded(made.content)[0])
    np.testing.assert_array_equal(rgba(made.pixels), decoded(made.content)[0])


@laws
@given(pictures(), st.integers(1, 20), SPACE)
def test_each_pixel_has_a_nearest_color(pixels, k, name) -> None:
    made = quick(pixels, k, space=name)
    chosen, palette = space(name), made.palette.colors
    points = chosen.points(rgba(pixels).reshape(-1, 4)).astype(np.int64)
    centers = chosen.points(palette).astype(np.int64)
    sq = ((points[:, None] - centers) ** 2).sum(axis=2)
    if (palette[:, 3] == 255).any():  # what is opaque may only go to what is opaque
        opaque = rgba(pixels)[..., 3].ravel() == 255
        sq[np.ix_(opaque, palette[:, 3] < 255)] = np.iinfo(np.int64).max
    own = sq[np.arange(len(sq)), made.labels.ravel()]
    if not made.facts.exact:  # colors of hardly any alpha may share their coordinates
        np.testing.assert_array_equal(own, sq.min(axis=1))


@laws
@given(pictures(4), st.integers(2, 20), SPACE, DITHER, METHOD)
def test_alpha_is_never_lost(pixels, k, name, dither, method) -> None:
    made = quick(pixels, k, space=name, dither=dither, dither_method=method)
    before, after = pixels[..., 3], made.palette.colors[made.labels][..., 3]
    assert (after[before == 0] == 0).all()
    if (made.palette.colors[:, 3] == 255).any():
        assert (after[before == 255] == 255).all()


@pytest.mark.parametrize("dither", [0.0, 1.0])
@pytest.mark.parametrize("k", [4, 6, 12])
@pytest.mark.parametrize("method", METHODS)
def test_soft_edges_stay_between(k: int, dither: float, method: str, rng) -> None:
    pixels = edges(rng)
    made = quick(pixels, k, dither=dither, dither_method=method)
    before, after = pixels[..., 3], made.palette.colors[made.labels][..., 3]
    assert set(after[before == 0]) == {0}
    assert set(after[before == 255]) == {255}
    assert ((after > 0) & (after < 255)).any()


@pytest.mark.parametrize("dither", [0.0, 0.7])
def test_the_same_bytes_from_the_same_seed(dither: float, rng) -> None:
    pixels = edges(rng)
    first, again = (
        [quick(pixels, 16, dither=dither, seed=seed).content for seed in range(6)] for _ in range(2)
    )
    assert first == again
    assert len(set(first)) > 1, "the seed counts for nothing"


@settings(laws, max_examples=25)  # each makes ten files, a page among them
@given(pictures(), st.integers(1, 20), DITHER, METHOD, SPACE)
def test_the_same_bytes_twice(pixels, k, dither, method, name) -> None:
    options = {"dither": dither, "dither_method": method, "space": name, "compare": [2]}
    one, other = (quick(pixels.copy(), k, **options).files() for _ in range(2))
    assert one == other


@laws
@given(pictures(), DITHER, METHOD, SPACE, st.integers(0, 3))
def test_few_colors_are_exact(pixels, dither, method, name, more) -> None:
    distinct = np.unique(rgba(pixels).reshape(-1, 4), axis=0)
    assume(len(distinct) + more <= 256)
    made = quick(pixels, len(distinct) + more, dither=dither, dither_method=method, space=name)
    assert made.facts.exact
    assert len(made.palette.colors) == len(distinct)
    np.testing.assert_array_equal(made.palette.colors[made.labels], rgba(pixels))
    np.testing.assert_array_equal(decoded(made.content)[0], rgba(pixels))
    if len(distinct) > 2:
        assert not quick(pixels, len(distinct) - 1, space=name).facts.exact


@laws
@given(pictures(), st.integers(1, 20), SPACE, DITHER)
def test_a_picture_twice_as_an_animation_keeps_its_palette(pixels, k, name, dither) -> None:
    still = quick(pixels, k, space=name, dither=dither)
    frames = Picture((Frame(pixels, 50), Frame(pixels, 70)), "twice", "PNG", "drawn", None)
    moving = quick(frames, k, space=name, dither=dither)
    np.testing.assert_array_equal(moving.palette.colors, still.palette.colors)
    np.testing.assert_array_equal(moving.palette.counts, 2 * still.palette.counts)
    for labels in moving.labels:
        np.testing.assert_array_equal(labels, still.labels)
    for seen in decoded(moving.content):
        np.testing.assert_array_equal(seen, rgba(still.pixels))


@laws
@given(pictures(), st.integers(3, 20), st.sets(st.integers(0, 0xFFFFFF), min_size=1, max_size=2))
def test_fixed_colors_are_in_the_palette(pixels, k, numbers) -> None:
    fixed = [f"#{number:06x}" for number in numbers]
    palette = quick(pixels, k, fixed=fixed).palette
    assert [palette.hex(i) for i in range(len(fixed))] == fixed
    assert len(palette.colors) <= k + len(fixed)


@pytest.mark.parametrize("k", [2, 5])
def test_the_palette_counts_its_pixels(k: int, rng: np.random.Generator) -> None:
    made = quick(rng.integers(0, 256, (9, 7, 4), np.uint8), k, dither=1.0)
    counts = np.bincount(made.labels.ravel(), minlength=len(made.palette.colors))
    np.testing.assert_array_equal(made.palette.counts, counts)
    assert made.palette.shares.sum() == pytest.approx(1)
