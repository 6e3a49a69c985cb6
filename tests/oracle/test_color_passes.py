"""Passes over colors: whole numbers, so every instruction set must give the twin's very bytes."""

from __future__ import annotations

import numpy as np
import pytest

from covey.colors import SPACES, space
from covey.engine import passes
from covey.engine.passes import coloring

SIZES = [(1, 1), (5, 2), (15, 3), (16, 16), (31, 7), (33, 17), (64, 64), (1000, 40), (257, 256)]


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def points(rng: np.random.Generator, n: int, most: int = 8192) -> np.ndarray:
    return rng.integers(-most, most + 1, (n, 4)).astype(np.int16)


@pytest.mark.parametrize(("n", "k"), SIZES)
@pytest.mark.parametrize("most", [3, 8192], ids=["ties", "far"])
def test_nearest_is_brute_force(n: int, k: int, most: int, rng: np.random.Generator) -> None:
    x, centers = points(rng, n, most), points(rng, k, most)
    for second in (False, True):
        found = passes.nearest_colors(x, centers, second)
        told = passes.twin_nearest_colors(x, centers, second)
        for one, other in zip(found, told, strict=True):
            np.testing.assert_array_equal(one, other)


def test_extremes_do_not_overflow() -> None:
    x = np.array([[8192] * 4, [-8192] * 4], np.int16)
    labels, sq, second = passes.nearest_colors(x, x[::-1].copy(), second=True)
    np.testing.assert_array_equal(labels, [1, 0])
    np.testing.assert_array_equal(sq, 0)
    np.testing.assert_array_equal(second, 4 * 16384**2)


@pytest.mark.parametrize(("n", "k"), SIZES)
@pytest.mark.parametrize("fixed", [0, 1])
def test_settling_is_lloyd(n: int, k: int, fixed: int, rng: np.random.Generator) -> None:
    x, centers = points(rng, n, 200), points(rng, k, 200)
    weight = rng.integers(0, 1000, n)
    for max_iter in (0, 1, 30):
        found = passes.settle_colors(x, weight, centers, fixed=fixed, max_iter=max_iter)
        told = passes.twin_settle_colors(x, weight, centers, fixed=fixed, max_iter=max_iter)
        for one, other in zip(found, told, strict=True):
            np.testing.assert_array_equal(one, other)


def test_settling_does_not_depend_on_threads(rng: np.random.Generator) -> None:
    x, weight, centers = points(rng, 20_000), rng.integers(0, 9, 20_000), points(rng, 64)
    passes.set_threads(1)
    alone = passes.settle_colors(x, weight, centers)
    passes.set_threads(3)
    together = passes.settle_colors(x, weight, centers)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("n", [1, 2, 50, 700])
@pytest.mark.parametrize("k", [1, 2, 5, 60])
@pytest.mark.parametrize("n_given", [0, 1])
def test_drawing_is_kmeans_plusplus(n: int, k: int, n_given: int, rng: np.random.Generator) -> None:
    x, weight, shares = points(rng, n, 20), rng.integers(0, 5, n), rng.random(k)
    given = points(rng, min(n_given, k), 20)
    found = passes.draw_colors(x, weight, k, shares, given)
    np.testing.assert_array_equal(found, coloring.twin_draw_colors(x, weight, k, shares, given))


def test_the_first_cut_is_the_best_there_is(rng: np.random.Generator) -> None:
    for _ in range(20):
        x, weight = points(rng, 40, 60), rng.integers(1, 9, 40)
        left = []
        for axis in range(4):
            for at in np.unique(x[:, axis])[1:]:
                below = x[:, axis] < at
                parts = [x[below].astype(float), x[~below].astype(float)]
                masses = [weight[below], weight[~below]]
                over = 0.0
                for part, mass in zip(parts, masses, strict=True):
                    mean = np.average(part, axis=0, weights=mass)
                    over += (mass[:, None] * (part - mean) ** 2).sum()
                left.append(over)
        centers = passes.cut_colors(x, weight, 2)
        both = [weight[:, None] * (x - center.astype(float)) ** 2 for center in centers]
        # rows go with the cut, which leaves no less than the nearest of its two means
        nearest = np.minimum(both[0].sum(axis=1), both[1].sum(axis=1)).sum()
        assert nearest <= min(left) * 1.001


def test_cuts_go_on_to_every_color(rng: np.random.Generator) -> None:
    x = np.unique(points(rng, 30, 4000), axis=0)
    centers = passes.cut_colors(x, np.ones(len(x), np.int64), 64)
    assert len(centers) == len(x)
    np.testing.assert_array_equal(np.unique(centers, axis=0), x)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("n", [1, 7, 4096, 70_001])
def test_counting_is_unique(channels: int, n: int, rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (n, channels)).astype(np.uint8)
    pixels[::3] = pixels[0]
    if channels == 4:
        pixels[::5, 3], pixels[1::5, 3] = 0, 255
    found, told = passes.count_colors(pixels), passes.twin_count_colors(pixels)
    assert found.dropped == 0
    assert len(found.colors) == len(told.colors)
    np.testing.assert_array_equal(found.colors[found.codes], told.colors[told.codes])
    np.testing.assert_array_equal(found.counts[found.codes], told.counts[told.codes])
    index = rng.integers(0, 256, len(found.colors)).astype(np.uint8)
    np.testing.assert_array_equal(
        passes.put_indices(found.codes, index), passes.twin_put_indices(found.codes, index)
    )


def test_colors_of_a_cell_follow_each_other(rng: np.random.Generator) -> None:
    colors = passes.count_colors(rng.integers(0, 256, (50_000, 3)).astype(np.uint8)).colors
    for bits in (1, 2, 4):
        cell = (colors >> bits).astype(int) @ [1 << 16, 1 << 8, 1, 1 << 24]
        n_runs = 1 + np.count_nonzero(np.diff(cell))
        assert n_runs == len(np.unique(cell))


def test_beyond_room_low_bits_are_left_out(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coloring, "_ROOM", 100)
    monkeypatch.setattr(coloring, "_MOST_COLORS", 5000)
    pixels = rng.integers(0, 256, (20_000, 3)).astype(np.uint8)
    counted = passes.count_colors(pixels)
    assert counted.dropped > 0
    assert len(counted.colors) <= 5000
    assert counted.counts.sum() == len(pixels)
    gap = np.abs(counted.colors[counted.codes][:, :3].astype(int) - pixels)
    assert gap.max() <= 1 << (counted.dropped - 1)


@pytest.mark.parametrize("name", SPACES)
def test_coordinates_are_the_twins(name: str, rng: np.random.Generator) -> None:
    colors = rng.integers(0, 256, (30_000, 4)).astype(np.uint8)
    colors[:20_000, 3] = 255
    colors[:2, :3] = [[0, 0, 0], [255, 255, 255]]
    axes = space(name).axes
    np.testing.assert_array_equal(
        passes.color_coordinates(colors, axes), passes.twin_color_coordinates(colors, axes)
    )


@pytest.mark.parametrize(("h", "w"), [(1, 1), (1, 9), (9, 1), (13, 11), (80, 5)])
@pytest.mark.parametrize(("strength", "ease"), [(0, 256), (192, 256), (256, 65536), (256, 0)])
def test_diffusion_is_floyd_and_steinberg(
    h: int, w: int, strength: int, ease: int, rng: np.random.Generator
) -> None:
    colors, centers = points(rng, 30, 5000), points(rng, 19, 5000)
    codes = rng.integers(0, 30, (h, w)).astype(np.int32)
    _, off, _ = passes.nearest_colors(colors, centers)
    arguments = (codes, colors, centers, off, strength, ease)
    found = passes.diffuse_colors(*arguments)
    np.testing.assert_array_equal(found, passes.twin_diffuse_colors(*arguments))


def test_diffusion_does_not_depend_on_threads(rng: np.random.Generator) -> None:
    colors, centers = points(rng, 900, 5000), points(rng, 40, 5000)
    codes = rng.integers(0, 900, (300, 200)).astype(np.int32)
    _, off, _ = passes.nearest_colors(colors, centers)
    passes.set_threads(1)
    alone = passes.diffuse_colors(codes, colors, centers, off, 192, 256)
    passes.set_threads(4)
    np.testing.assert_array_equal(
        alone, passes.diffuse_colors(codes, colors, centers, off, 192, 256)
    )
