"""Color quantization beside its peers: ``make bench-images``, or ``python -m benchmarks.images``.

From Python::

    from benchmarks.images import peer, pictures, score

    pixels = pictures.load("kodim23").pixels
    made = peer("pngquant", pixels, k=64, dither=0)
    score(pixels, made)  # {"psnr": …, "ssim": …, "ciede2000": …, "ssimulacra2": …, …}

What peers make and what scores come to is kept on disk, so that each is worked out once.
"""

from __future__ import annotations

from benchmarks.images.made import Made, Method, Unable
from benchmarks.images.methods import METHODS, chosen, peer
from benchmarks.images.scores import METRICS, score

__all__ = ["METHODS", "METRICS", "Made", "Method", "Unable", "chosen", "peer", "score"]
