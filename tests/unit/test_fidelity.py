"""PSNR, SSIM and mean CIEDE2000: worked by hand, beside scikit-image, with alpha, within memory."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from covey.colors.difference import ciede2000
from covey.colors.fidelity import Matched, difference_map, fidelity
from covey.engine import passes


def picture(rng, *shape: int):
    return rng.integers(0, 256, shape, dtype=np.uint8)


def near(rng, pixels):
    return np.clip(pixels + rng.integers(-20, 21, pixels.shape), 0, 255).astype(np.uint8)


def flat(value, h: int = 20, w: int = 20):
    return np.full((h, w, len(value)), value, np.uint8)


# ------------------------------------------------------------------ worked by hand


@pytest.mark.parametrize("shape", [(20, 30, 3), (1, 1, 3), (2, 2, 4), (1, 40, 3), (12, 5, 4)])
def test_equal(rng, shape) -> None:
    pixels = picture(rng, *shape)
    found = fidelity([pixels], [pixels.copy()])
    assert (found.psnr, found.ssim, found.ciede2000) == (math.inf, 1.0, 0.0)


def test_psnr_of_one_value_in_twelve() -> None:
    after = flat((100, 100, 100), 2, 2)
    after[1, 0, 2] += 6  # mean squared error 36 / 12 = 3
    found = fidelity([flat((100, 100, 100), 2, 2)], [after])
    assert found.psnr == pytest.approx(10 * math.log10(65025 / 3))


@pytest.mark.parametrize(("a", "b"), [(100, 150), (3, 250), (255, 35), (180, 90)])
def test_ssim_of_flat_pictures_is_of_their_means(a, b) -> None:
    found = fidelity([flat((a, a, a))], [flat((b, b, b))])
    c1 = 2.55**2
    known = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert found.ssim == pytest.approx(known, abs=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 2)])
def test_ssim_of_pictures_too_small_for_a_window_compares_values(size) -> None:
    found = fidelity([flat((0, 0, 0), *size)], [flat((255, 255, 255), *size)])
    c1 = 2.55**2
    assert found.ssim == pytest.approx(c1 / (255**2 + c1), abs=1e-7)


def test_only_what_is_wanted(rng) -> None:
    a, b = picture(rng, 16, 16, 3), picture(rng, 16, 16, 3)
    all_three, one = fidelity([a], [b]), fidelity([a], [b], {"ssim"})
    assert one.ssim == all_three.ssim
    assert math.isnan(one.psnr)
    assert math.isnan(one.ciede2000)


def test_frames_count_together(rng) -> None:
    a, b = picture(rng, 16, 16, 3), picture(rng, 16, 16, 3)
    both, one = fidelity([a, a], [a, b]), fidelity([a], [b])
    assert both.psnr == pytest.approx(one.psnr + 10 * math.log10(2))
    assert both.ssim == pytest.approx((1 + one.ssim) / 2)
    assert both.ciede2000 == pytest.approx(one.ciede2000 / 2)


@pytest.mark.parametrize("after", [[(5, 4)], [(4, 5), (4, 5)]])
def test_other_frames_are_refused(after) -> None:
    with pytest.raises(ValueError, match=r"\(5, 4\)|longer"):
        fidelity([flat((1, 2, 3), 4, 5)], [flat((1, 2, 3), *size) for size in after])


@pytest.mark.parametrize("channels", [3, 4])
def test_colors_that_are_matched_count_as_their_pixels(rng, channels) -> None:
    before, after = picture(rng, 9, channels), picture(rng, 9, channels)
    places = rng.integers(0, 9, (30, 40))
    counts = np.bincount(places.ravel(), minlength=9)
    pair = [before[places]], [after[places]]
    found = fidelity(*pair, matched=[Matched(before, after, counts)])
    known = fidelity(*pair)
    assert (found.psnr, found.ssim) == (known.psnr, known.ssim)
    assert found.ciede2000 == pytest.approx(known.ciede2000, rel=1e-9)


# ------------------------------------------------------------------ alpha


def test_transparent_beside_black_differs_over_white_only() -> None:
    found = fidelity([flat((9, 9, 9, 0))], [flat((0, 0, 0, 255))])
    assert found.psnr == pytest.approx(10 * math.log10(2))  # of 255² over white, 0 over black
    assert found.ssim == pytest.approx((1 + 2.55**2 / (255**2 + 2.55**2)) / 2, abs=1e-6)
    assert found.ciede2000 == pytest.approx(50, abs=1e-3)


def test_soft_alpha_is_mixed_and_rounded(rng) -> None:
    a, b = picture(rng, 30, 40, 4), picture(rng, 30, 40, 3)
    share = a[..., 3:] / 255
    seen = [np.rint(share * a[..., :3] + (1 - share) * v).astype(np.uint8) for v in (0, 255)]
    parts = [fidelity([one], [b]) for one in seen]
    found = fidelity([a], [b])
    assert found.ssim == pytest.approx(np.mean([part.ssim for part in parts]), abs=1e-9)
    assert found.ciede2000 == pytest.approx(np.mean([p.ciede2000 for p in parts]), abs=1e-6)
    errors = [10 ** (-part.psnr / 10) for part in parts]
    assert found.psnr == pytest.approx(-10 * math.log10(np.mean(errors)))
    maps = [ciede2000(one, b) for one in seen]
    assert difference_map(a, b) == pytest.approx((maps[0] + maps[1]) / 2, abs=1e-5)


def test_opaque_alpha_is_no_alpha(rng) -> None:
    a, b = picture(rng, 20, 20, 3), picture(rng, 20, 20, 3)
    opaque = np.dstack([a, flat((255,))])
    assert fidelity([opaque], [b]) == fidelity([a], [b])
    assert (difference_map(opaque, b) == difference_map(a, b)).all()


# ------------------------------------------------------------------ beside others


@pytest.mark.parametrize("size", [(11, 11), (16, 57), (100, 1100), (70, 523)])
def test_as_scikit_image(rng, size) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    smooth = np.linspace(0, 235, size[1])[:, None] * [1, 0.5, 0.9] + np.zeros((*size, 3))
    a = smooth.astype(np.uint8)
    wang = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    for b in (near(rng, a), a // 32 * 32, picture(rng, *size, 3)):
        found = fidelity([a], [b])
        known = metrics.structural_similarity(a, b, channel_axis=2, data_range=255, **wang)
        assert found.ssim == pytest.approx(known, abs=1e-6)
        assert found.psnr == pytest.approx(metrics.peak_signal_noise_ratio(a, b), abs=1e-9)


def test_mean_difference_is_of_the_map(rng) -> None:
    a = picture(rng, 300, 40, 3) // 32 * 32
    b = a // 64 * 64
    assert fidelity([a], [b]).ciede2000 == pytest.approx(difference_map(a, b).mean(), rel=1e-5)


@pytest.mark.parametrize("channels", [3, 4])
def test_the_same_figures_on_any_number_of_threads(rng, channels) -> None:
    a = picture(rng, 600, 500, channels)  # two bands
    b = near(rng, a)
    found = []
    for n_threads in (1, 3):
        passes.set_threads(n_threads)
        try:
            found.append((fidelity([a], [b]), difference_map(a, b).tobytes()))
        finally:
            passes.set_threads(None)
    assert found[0] == found[1]


@pytest.mark.parametrize("channels", [3, 4])
def test_memory_beside_the_pictures_is_bounded(rng, channels) -> None:
    a = np.tile(picture(rng, 100, 100, channels), (10, 20, 1))
    b = a // 16 * 16
    tracemalloc.start()
    try:
        fidelity([a], [b])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40e6  # one array of doubles of the values of the picture is 48 MB
