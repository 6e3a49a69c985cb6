"""The methods by name, and what each makes of a picture."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from typing import Any

from numpy.typing import NDArray

from benchmarks.images import libraries, ours, programs, store
from benchmarks.images.made import Made, Method, Unable

METHODS: dict[str, Method] = {
    method.name: method for method in (*ours.METHODS, *programs.METHODS, *libraries.METHODS)
}


def method(name: str) -> Method:
    """Return the method of a name, or of ``module:function``, which is taken as it is.

    Raises
    ------
    KeyError
        When there is none.
    """
    if name in METHODS:
        return METHODS[name]
    place, _, function = name.partition(":")
    if not function:
        raise KeyError(f"no method {name!r}; there are {', '.join(METHODS)}, or module:function")
    return Method(name, getattr(importlib.import_module(place), function), cached=False)


def chosen(names: Iterable[str]) -> list[Method]:
    """Return the methods of some names."""
    return [method(name) for name in names]


def version(what: Method) -> str:
    """Return the version of a method, or ``missing``."""
    if what.program:
        return programs.version(what.program)
    return installed(what.package) if what.package else "unknown"


def installed(package: str) -> str:
    """Return the version of a distribution, or ``missing``."""
    try:
        return package_version(package)
    except PackageNotFoundError:
        return "missing"


def peer(
    name: str, pixels: NDArray[Any], k: int, dither: float = 0, *, cached: bool = True
) -> Made:
    """Return what a method makes of a picture; the same as last time where it was kept.

    Parameters
    ----------
    name
        Of ``METHODS``, or ``module:function``.
    pixels
        (h, w, 3 or 4) uint8.
    k
        Number of colors.
    dither
        Strength, 0 … 1.
    cached
        Take what was kept. What Covey makes is always made anew.

    Raises
    ------
    Unable
        When the method is missing, or knows no alpha or no dithering.
    """
    what = method(name)
    if pixels.shape[2] == 4 and not what.alpha:
        raise Unable(f"{name} knows no transparency")
    if dither and not what.dithers:
        raise Unable(f"{name} does not dither")
    if dither not in (0, 1) and not what.graded:
        raise Unable(f"{name} dithers all or nothing")
    if version(what) == "missing":
        raise Unable(f"{name} is not installed")
    if not (cached and what.cached):
        return what.make(pixels, k, dither)
    name = store.key(pixels, what.name, version(what), k, float(dither))
    made = store.made(name)
    if made is None:
        made = what.make(pixels, k, dither)
        store.put_made(name, made)
    return made
