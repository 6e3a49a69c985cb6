"""CIEDE2000: the pairs that were published to test it, its laws, and scikit-image beside it."""

from __future__ import annotations

import numpy as np
import pytest

from covey.colors.difference import ciede2000, ciede2000_lab

#: Sharma et al. (2005), table 1: L, a, b of both colors, and their difference
PAIRS = np.array([
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
    [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
    [50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412],
    [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
    [50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000],
    [50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000],
    [50, 0, 0, 50, -1, 2, 2.3669],
    [50, -1, 2, 50, 0, 0, 2.3669],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195],
    [50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045],
    [50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045],
    [50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461],
    [50, 2.5000, 0, 50, 0, -2.5000, 4.3065],
    [50, 2.5000, 0, 73, 25, -18, 27.1492],
    [50, 2.5000, 0, 61, -5, 29, 22.8977],
    [50, 2.5000, 0, 56, -27, -3, 31.9030],
    [50, 2.5000, 0, 58, 24, 15, 19.4535],
    [50, 2.5000, 0, 50, 3.1736, 0.5854, 1.0000],
    [50, 2.5000, 0, 50, 3.2972, 0, 1.0000],
    [50, 2.5000, 0, 50, 1.8634, 0.5757, 1.0000],
    [50, 2.5000, 0, 50, 3.2592, 0.3350, 1.0000],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
    [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
])  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids=range(1, 35))
def test_published_pairs(pair) -> None:
    one, two, known = pair[:3], pair[3:6], pair[6]
    assert ciede2000_lab(one, two) == pytest.approx(known, abs=0.00006)
    assert ciede2000_lab(two, one) == pytest.approx(known, abs=0.00006)


def test_black_beside_white_is_a_hundred() -> None:
    ends = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
    assert ciede2000(ends, ends[::-1]) == pytest.approx([100, 100], abs=1e-4)


def colors(rng, *shape: int):
    return rng.integers(0, 256, (*shape, 3), dtype=np.uint8)


def test_equal_colors_differ_by_zero_and_order_does_not_matter(rng) -> None:
    a, b = colors(rng, 200, 100), colors(rng, 200, 100)
    assert not ciede2000(a, a).any()
    assert (ciede2000(a, b) > 0).all()
    assert ciede2000(a, b) == pytest.approx(ciede2000(b, a), abs=2e-4)


def test_shape_and_kind(rng) -> None:
    a, b = colors(rng, 3, 5), colors(rng, 3, 5)
    found = ciede2000(a, b)
    assert (found.shape, found.dtype) == ((3, 5), np.float32)
    assert ciede2000(a[1, 2], b[1, 2]) == found[1, 2]
    assert ciede2000(a[:, ::2], b[:, ::2]).tolist() == found[:, ::2].tolist()
    assert ciede2000(a[:0], b[:0]).shape == (0, 5)


def test_no_pixel_of_any_block_is_left_out(rng) -> None:
    a, b = colors(rng, 40_000), colors(rng, 40_000)
    apart = ciede2000(a, b)
    for at in (0, 16_383, 16_384, 32_768, 39_999):
        assert apart[at] == ciede2000(a[at], b[at])


def test_lab_as_scikit_image(rng) -> None:
    oracle = pytest.importorskip("skimage.color").deltaE_ciede2000
    one = rng.uniform([0, -90, -90], [100, 90, 90], (20_000, 3))
    for two in (one[::-1], one + rng.normal(0, 2, one.shape)):
        known = oracle(one, two)
        assert ciede2000_lab(one, two) == pytest.approx(known, abs=1e-6)
        # hues almost opposite are told apart by less than float32 holds
        off = np.abs(ciede2000_lab(one.astype(np.float32), two.astype(np.float32)) - known)
        assert np.percentile(off, 99.9) < 1e-3


def test_near_colors_as_scikit_image(rng) -> None:
    skimage = pytest.importorskip("skimage.color")
    a = colors(rng, 20_000)
    b = np.clip(a + rng.integers(-12, 13, a.shape), 0, 255).astype(np.uint8)
    known = skimage.deltaE_ciede2000(skimage.rgb2lab(a), skimage.rgb2lab(b))
    # its white is not quite where red, green and blue of 255 are
    assert ciede2000(a, b) == pytest.approx(known, abs=0.01)
    assert ciede2000(a, b).mean() == pytest.approx(known.mean(), abs=1e-3)
