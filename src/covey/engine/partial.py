"""Partial + Partial: threads, batches and machines all fold with this one sum."""

from __future__ import annotations

from collections.abc import Iterable

from covey.flow import Partial


def merge(parts: Iterable[Partial]) -> Partial:
    """Fold what passes said of disjoint rows into what one pass would say of all of them.

    The parts are added in the order given: the same parts in the same order give the same
    bytes, whoever computed them.

    Parameters
    ----------
    parts : iterable of Partial
        At least one; all with respect to the same centers.

    Raises
    ------
    ValueError
        When there is no part, or when their shapes differ.
    """
    rest = iter(parts)
    first = next(rest, None)
    if first is None:
        raise ValueError("merge needs at least one Partial; got none")
    sums, weights, inertia = first.sums.copy(), first.weights.copy(), first.inertia
    for part in rest:
        if part.sums.shape != sums.shape:
            raise ValueError(
                "partials must have sums of one shape (k, d); "
                f"got {part.sums.shape} after {sums.shape}"
            )
        sums += part.sums
        weights += part.weights
        inertia += part.inertia
    return Partial(sums, weights, inertia)
