"""How colors of soft alpha are placed in a space, and the entries that they get."""

from __future__ import annotations

import numpy as np
import pytest

from covey.colors import SPACES, colors_of, find_palette, space
from covey.colors.nearest import nearest_entries
from covey.engine import passes


def fading(rng: np.random.Generator) -> np.ndarray:
    """Draw a noisy slope of colors, ever less opaque from one column on: (40, 60, 4) uint8."""
    y, x = np.mgrid[:40, :60]
    layers = np.stack([60 + 3 * x, 200 - 4 * y, 90 + 2 * y + x], axis=2)
    alpha = np.where(x < 1, 255, 250 - 4 * x)
    noisy = np.clip(layers + rng.normal(0, 8, layers.shape), 0, 255)
    return np.rint(np.dstack([noisy, alpha])).astype(np.uint8)


@pytest.mark.parametrize("name", SPACES)
def test_what_is_opaque_is_where_it_is_without_alpha(name: str, rng) -> None:
    colors = rng.integers(0, 256, (500, 4)).astype(np.uint8)
    colors[:, 3] = 255
    chosen = space(name)
    plain = passes.color_coordinates(colors, chosen.axes)
    np.testing.assert_array_equal(chosen.points(colors), plain)


@pytest.mark.parametrize("name", SPACES)
def test_every_alpha_comes_back(name: str) -> None:
    alpha = np.arange(256)
    colors = np.stack([0 * alpha + 120, 0 * alpha + 60, 0 * alpha + 200, alpha], axis=1)
    chosen = space(name)
    back = chosen.colors(chosen.points(colors.astype(np.uint8)))
    np.testing.assert_array_equal(back[:, 3], alpha)
    assert np.abs(back[32:, :3].astype(int) - colors[32:, :3]).max() <= 4


@pytest.mark.parametrize("name", SPACES)
def test_a_distance_is_the_mean_over_black_white_and_as_often_middle_gray(name: str) -> None:
    chosen = space(name)
    half = chosen.axes.ends[1]
    one, other = np.array([[200, 90, 30, 200]], np.uint8), np.array([[40, 120, 180, 90]], np.uint8)

    def over(color: np.ndarray, ground: float) -> np.ndarray:  # -1: black, 1: white
        solid = color.copy()
        solid[:, 3] = 255
        v = chosen.points(solid)[0, :3] + half
        alpha = color[0, 3] / 255
        return alpha * v + (1 - alpha) * (1 + ground) * half

    means = [((over(one, t) - over(other, t)) ** 2).sum() for t in (-1, 0, 0, 1)]
    gap = chosen.points(one).astype(float) - chosen.points(other)
    assert (gap**2).sum() == pytest.approx(np.mean(means), rel=2e-3)


@pytest.mark.parametrize("k", [6, 12, 24])
def test_entries_are_the_means_of_those_they_were_settled_with(k: int, rng) -> None:
    colors = colors_of([fading(rng)])
    palette = find_palette(colors, k)
    labels, _ = nearest_entries(colors, palette)
    solid = colors.colors[:, 3] == 255
    entries = colors.space.points(palette)
    whole = palette[:, 3] == 255
    assert 0 < whole.sum() < k
    off = []
    for j in range(k):
        own = (labels == j) & (solid == whole[j])
        assert own.any(), "an entry without colors of its own kind"
        mean = np.average(colors.points[own], axis=0, weights=colors.counts[own])
        off.append(np.abs(mean - entries[j]).max())
    spread = colors.points.astype(float).std(axis=0).max()
    assert max(off) < 0.25 * spread
