"""One number of channels for all frames: alpha only where a pixel is not opaque."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from covey.picture import Frame


def same_channels(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return frames of 4 channels where any pixel of any is not opaque, of 3 otherwise."""
    n_channels = 4 if any(_has_alpha(frame) for frame in frames) else 3
    return tuple(
        frame
        if frame.pixels.shape[2] == n_channels
        else dataclasses.replace(frame, pixels=_with_channels(frame, n_channels))
        for frame in frames
    )


def _has_alpha(frame: Frame) -> bool:
    return frame.pixels.shape[2] == 4 and bool((frame.pixels[..., 3] < 255).any())


def _with_channels(frame: Frame, n_channels: int) -> np.ndarray:
    if n_channels == 3:
        return np.ascontiguousarray(frame.pixels[..., :3])
    padded = np.full((*frame.pixels.shape[:2], 4), 255, np.uint8)
    padded[..., :3] = frame.pixels
    return padded
