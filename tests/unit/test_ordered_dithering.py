"""Threshold maps and mixtures of two: small numbers by hand, and the laws of dithering."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from covey.colors.ordered import SAME, lay_out, mixtures
from covey.colors.thresholds import bayer, blue_noise
from covey.engine.passes import nearest_colors

MAPS = {"bayer": bayer, "blue noise": blue_noise}


def points(*lightness: int):
    """Return greys: only the first coordinate differs."""
    return np.array([[v, 0, 0, 4080] for v in lightness], np.int16)


def laid(mixed, thresholds, color: int = 0, h: int = 64, w: int = 64):
    return lay_out(np.full((h, w), color, np.int32), mixed, thresholds)


# ------------------------------------------------------------------ thresholds


@pytest.mark.parametrize("name", MAPS)
def test_each_threshold_is_there_once_evenly(name) -> None:
    found = MAPS[name]()
    step = 65536 // found.size
    assert np.sort(found, axis=None).tolist() == list(range(step // 2, 65536, step))
    assert MAPS[name]() is found


def test_bayer_by_hand() -> None:
    assert (bayer()[:2, :4] // 1024).tolist() == [[0, 32, 8, 40], [48, 16, 56, 24]]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25, 0.75, 0.98])
def test_blue_noise_has_no_low_frequencies(share) -> None:
    few = blue_noise() < share * 65536
    if share > 0.5:
        few = ~few
    power = np.abs(np.fft.fft2(few - few.mean())) ** 2
    away = np.minimum(np.arange(64), 64 - np.arange(64))
    radius = np.hypot(away[:, None], away)
    low = (radius > 0) & (radius < 20 * np.sqrt(few.mean()))
    assert power[low].mean() < 0.2 * power[radius > 0].mean()


def test_blue_noise_is_the_same_everywhere() -> None:
    assert (blue_noise()[:2, :6] // 16).tolist() == [
        [3170, 202, 968, 1762, 2922, 356],
        [1689, 2730, 3575, 1235, 2430, 3813],
    ]


# ------------------------------------------------------------------ mixtures


def test_shares_by_hand() -> None:
    # a quarter, three quarters and half of the way; on an entry; beyond the last
    mixed = mixtures(points(250, 750, 500, 1000, 1400), points(1000, 0))
    assert mixed.first.tolist() == [1, 1, 1, 0, 0]
    assert mixed.second.tolist() == [0, 0, 0, 0, 0]
    assert mixed.share.tolist() == [16384, 49152, 32768, 0, 0]


def test_strength_mixes_only_the_middle() -> None:
    mixed = mixtures(points(250, 375, 500), points(0, 1000), 0.5)
    assert mixed.share.tolist() == [0, 16384, 32768]
    assert mixed.second.tolist() == [0, 1, 1]


@pytest.mark.parametrize(("centers", "strength"), [((0, 1000), 0.0), ((700,), 1.0), ((5, 5), 1.0)])
def test_nothing_to_mix(centers, strength) -> None:
    mixed = mixtures(points(300, 400), points(*centers), strength)
    assert not mixed.share.any()
    assert mixed.first.tolist() == [0, 0]


def test_color_that_is_almost_an_entry_stays_flat() -> None:
    mixed = mixtures(points(0, SAME, SAME + 1), points(0, 1000))
    assert (mixed.share > 0).tolist() == [False, False, True]


def test_less_grain_is_better_than_nearer() -> None:
    centers = points(-4000, 400, 590)
    centers[1, 1] = 30  # off the way, on which the first lies exactly
    mixed = mixtures(points(500), centers)
    assert (mixed.first[0], mixed.second[0]) == (1, 2)


def test_a_small_share_is_mixed_too() -> None:
    # though its mixture is grainier than the color is far: else a ramp has contours
    mixed = mixtures(points(500 + SAME + 10), points(0, 500, 1000))
    assert (mixed.first[0], mixed.second[0], mixed.share[0]) == (1, 2, round(0.1 * 65536))


def test_more_than_256_entries() -> None:
    mixed = mixtures(points(*range(0, 3000, 7)), points(*range(0, 3000, 10)))
    assert mixed.first.dtype == np.uint16
    assert mixed.first.max() == 299
    assert laid(mixed, bayer()).dtype == np.uint16


def test_blocks_are_as_one_color_at_a_time(rng) -> None:
    x = rng.integers(-4000, 4000, (9000, 4)).astype(np.int16)
    centers = rng.integers(-4000, 4000, (20, 4)).astype(np.int16)
    whole = mixtures(x, centers)
    for i in (0, 4095, 4096, 8999):
        assert [part[i] for part in whole] == [part[0] for part in mixtures(x[i : i + 1], centers)]


# ------------------------------------------------------------------ laws


@pytest.mark.parametrize("name", MAPS)
@given(color=st.integers(-4000, 4000), entries=st.lists(st.integers(-4000, 4000), min_size=2))
def test_average_comes_nearer_to_the_color(name, color, entries) -> None:
    x, centers = points(color), points(*entries)
    mixed = mixtures(x, centers)
    average = centers[laid(mixed, MAPS[name]()), 0].mean()
    alone = centers[nearest_colors(x, centers)[0][0], 0]
    assert abs(average - color) <= abs(int(alone) - color)
    if mixed.share[0]:  # a map of 64 thresholds is exact to half a step
        apart = abs(int(centers[mixed.second[0], 0]) - int(centers[mixed.first[0], 0]))
        assert abs(average - color) <= apart / 127


@given(seed=st.integers(0, 1000))
def test_in_any_direction_too(seed) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-4000, 4000, (1, 4)).astype(np.int16)
    centers = rng.integers(-4000, 4000, (9, 4)).astype(np.int16)
    average = centers[laid(mixtures(x, centers), blue_noise())].mean(axis=(0, 1))
    sq = nearest_colors(x, centers)[1][0]
    assert ((average - x[0]) ** 2).sum() <= sq + 1e-6


def test_palette_colors_stay_flat_beside_others() -> None:
    mixed = mixtures(points(0, 500, 1000), points(0, 1000))
    assert not laid(mixed, bayer(), 0).any()
    assert laid(mixed, bayer(), 2).all()
    assert laid(mixed, bayer(), 1).mean() == 0.5


def test_layout_grows_with_the_share() -> None:
    ramp = points(*range(0, 1001, 10))
    mixed, before = mixtures(ramp, points(1000, 0)), np.zeros((64, 64), bool)
    for color in range(len(ramp)):
        lit = laid(mixed, blue_noise(), color) == 0
        assert (lit >= before).all(), "a pixel of the lighter entry is one in all lighter colors"
        before = lit
    assert before.all()


def test_layout_tiles_and_bands_join(rng) -> None:
    x = rng.integers(-4000, 4000, (50, 4)).astype(np.int16)
    mixed = mixtures(x, x[:7])
    codes = rng.integers(0, 50, (700, 500)).astype(np.int32)
    found = lay_out(codes, mixed, bayer())
    for y, across in ((0, 0), (524, 3), (525, 499), (699, 77)):
        code = codes[y, across]
        other = bayer()[y % 8, across % 8] < mixed.share[code]
        assert found[y, across] == (mixed.second if other else mixed.first)[code]
    assert found.tobytes() == lay_out(codes, mixtures(x, x[:7]), bayer()).tobytes()
    assert found.dtype == np.uint8
