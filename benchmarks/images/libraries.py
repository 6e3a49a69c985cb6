"""Libraries: libimagequant, Pillow, scikit-learn. Timed from pixels in memory to indices."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.images.made import Made, Method, Unable, opaque

SKLEARN = "scikit-learn"
SAMPLE = 50_000  # pixels that "scikit-learn sample" fits
SEED = 0


def imagequant(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Quantize and remap by libimagequant at its default speed, through its leanest binding."""
    from imagequant import ffi, lib

    h, w = pixels.shape[:2]
    raw = np.ascontiguousarray(opaque(pixels.reshape(h * w, -1)))
    indices, result = np.empty((h, w), dtype=np.uint8), ffi.new("liq_result**")
    start = time.perf_counter()
    attributes = lib.liq_attr_create()
    attributes.max_colors = k
    image = lib.liq_image_create_rgba(attributes, ffi.from_buffer(raw), w, h, 0)
    code = lib.liq_image_quantize(image, attributes, result)
    if code:
        raise Unable(f"libimagequant failed with code {code}")
    lib.liq_set_dithering_level(result[0], dither)
    lib.liq_write_remapped_image(result[0], image, ffi.from_buffer(indices), h * w)
    palette = lib.liq_get_palette(result[0])
    colors = [(c.r, c.g, c.b, c.a) for c in palette.entries[0 : palette.count]]
    seconds = time.perf_counter() - start
    lib.liq_result_destroy(result[0])
    lib.liq_image_destroy(image)
    lib.liq_attr_destroy(attributes)
    return Made(np.array(colors, dtype=np.uint8), indices, seconds)


def _pillow(pixels: NDArray[Any], k: int, dither: float, **how: Any) -> Made:
    from PIL import Image

    image = Image.fromarray(pixels)
    start = time.perf_counter()
    made = image.quantize(k, dither=Image.Dither.NONE, **how)
    if dither:
        made = image.quantize(palette=made, dither=Image.Dither.FLOYDSTEINBERG)
    indices = np.array(made)
    seconds = time.perf_counter() - start
    colors = np.array(made.getpalette("RGBA"), dtype=np.uint8).reshape(-1, 4)
    return Made(colors[: int(indices.max()) + 1], indices, seconds)


def median_cut(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Cut boxes of colors at their medians."""
    return _pillow(pixels, k, dither, method=0)


def median_cut_kmeans(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Cut boxes at medians, then refine by k-means until nothing moves."""
    return _pillow(pixels, k, dither, method=0, kmeans=1)


def octree(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Merge the leaves of a tree of colors: Pillow's only way for transparency."""
    if dither and pixels.shape[2] == 4:
        raise Unable("Pillow dithers no transparency")
    return _pillow(pixels, k, dither, method=2)


def _kmeans(pixels: NDArray[Any], k: int, sample: int | None) -> Made:
    from sklearn.cluster import KMeans

    h, w = pixels.shape[:2]
    start = time.perf_counter()
    X = pixels.reshape(h * w, -1).astype(np.float32)
    rng = np.random.default_rng(SEED)
    some = X if sample is None or sample >= len(X) else rng.choice(X, sample, replace=False)
    model = KMeans(k, n_init=1, random_state=SEED).fit(some)
    labels = model.labels_ if some is X else model.predict(X)
    colors = np.rint(model.cluster_centers_).clip(0, 255)
    seconds = time.perf_counter() - start
    return Made(opaque(colors), labels.astype(np.uint8).reshape(h, w), seconds)


def kmeans_all(pixels: NDArray[Any], k: int, _dither: float) -> Made:
    """Cluster every pixel by scikit-learn."""
    return _kmeans(pixels, k, None)


def kmeans_sample(pixels: NDArray[Any], k: int, _dither: float) -> Made:
    """Cluster 50,000 pixels by scikit-learn and predict the others."""
    return _kmeans(pixels, k, SAMPLE)


METHODS = (
    Method("libimagequant", imagequant, package="imagequant", license="GPL-3"),
    Method("Pillow", median_cut, package="pillow", alpha=False, graded=False, license="MIT-CMU"),
    Method("Pillow k-means", median_cut_kmeans, package="pillow", alpha=False, graded=False,
           license="MIT-CMU"),
    Method("Pillow octree", octree, package="pillow", graded=False, license="MIT-CMU"),
    Method(SKLEARN, kmeans_all, package="scikit-learn", alpha=False, dithers=False, license="BSD"),
    Method(f"{SKLEARN} sample", kmeans_sample, package="scikit-learn", alpha=False, dithers=False,
           license="BSD"),
)  # fmt: skip
