"""Laws of explanations, for any table."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from covey.explain.fit import assign
from covey.explain.naming import Population, names_from_figures, names_from_playbook
from covey.explain.playbook import TOLERANCE, load_playbook
from covey.explain.profile import columns_of, measure
from covey.explain.roles import ROLES, roles_of, standings
from covey.explain.rules import matches, tell_rules
from covey.explain.stability import adjusted_rand
from covey.explain.thresholds import roundest
from covey.testing.tables import hand_made

PLAYBOOK = load_playbook()
NUMBERS = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e6, 1e6, allow_subnormal=False),
    st.sampled_from([0.0, 1.0, 1e300, -1e300]),
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw, most_features=4):
    n = draw(st.integers(2, 24))
    d = draw(st.integers(1, most_features))
    raw = draw(arrays(np.float64, (n, d), elements=NUMBERS))
    k = draw(st.integers(1, min(n, 6)))
    labels = draw(arrays(np.int32, n, elements=st.integers(0, k - 1)))
    labels[:k] = np.arange(k)  # no segment is empty
    roles = draw(st.permutations(ROLES))[:d]
    names = [f"x{j}" for j in range(d)]
    return hand_made(raw, names, roles=dict(zip(names, roles, strict=True))), labels, k


def population(features, labels, k):
    columns = columns_of(features)
    return Population(columns, labels, measure(columns, labels, k)[:k], roles_of(features))


@quick
@given(tables())
def test_no_two_segments_share_a_name(table):
    features, labels, k = table
    people = population(features, labels, k)
    for found in (names_from_playbook(people, PLAYBOOK), names_from_figures(people)):
        assert len({name.text.casefold() for name in found}) == k
        assert all(name.text and name.why and "nan" not in name.why for name in found)


@quick
@given(tables())
def test_a_name_never_contradicts_the_figures(table):
    features, labels, k = table
    people = population(features, labels, k)
    entries = {entry.name: entry for entry in PLAYBOOK}
    ranks = {
        role: [one.rank for one in standings(found.values, labels, k)]
        for role, found in people.roles.items()
    }
    for label, name in enumerate(names_from_playbook(people, PLAYBOOK)):
        if name.entry:
            entry = entries[name.entry]
            assert all(role in ranks for role in entry.when)
            for role, (low, high) in {**entry.when, **entry.if_known}.items():
                if role in ranks:
                    assert low - TOLERANCE < ranks[role][label] < high + TOLERANCE


@quick
@given(tables())
def test_rules_reproduce_their_figures(table):
    features, labels, k = table
    rules, fidelity = tell_rules(features.raw, features.columns, labels, k)
    masks = [matches(rule.clauses, features.raw, features.names) for rule in rules]
    times = np.sum(masks, axis=0)
    right = 0
    for label, (rule, mask) in enumerate(zip(rules, masks, strict=True)):
        own = labels == label
        right += int((mask & own & (times == 1)).sum())
        assert rule.recall == (mask & own).sum() / own.sum()
        assert rule.precision == ((mask & own).sum() / mask.sum() if mask.any() else 0)
    assert fidelity == right / len(labels)


@quick
@given(tables())
def test_profiles_add_up(table):
    features, labels, k = table
    counts = np.bincount(labels, minlength=k)
    everyone = measure(columns_of(features), labels, k)
    for j in range(len(features.columns)):
        whole = everyone[k][j]
        mean = sum(everyone[label][j].mean / len(labels) * counts[label] for label in range(k))
        scale = np.abs(features.raw[:, j]).max()
        assert abs(mean - whole.mean) <= 1e-9 * max(scale, 1)
        for label in range(k):
            one = everyone[label][j]
            # a tiny value beside 1e300 is lost to rounding at the scale of the column
            assert features.raw[:, j].min() - 1e-15 * scale <= one.p25 <= one.median <= one.p75
            assert 0 <= one.rank <= 100


@quick
@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_a_round_number_separates(a, b, whole):
    low, high = min(a, b), max(a, b)
    if whole:
        low, high = np.floor(low), np.floor(high)
    if low < high:
        found = roundest(low, high, whole)
        assert low < found <= high
        assert not whole or found == np.floor(found)


@quick
@given(
    arrays(np.int64, 12, elements=st.integers(0, 3)),
    arrays(np.int64, 12, elements=st.integers(0, 3)),
)
def test_adjusted_rand_is_symmetric_and_at_most_one(a, b):
    assert adjusted_rand(a, b) == adjusted_rand(b, a)
    assert adjusted_rand(a, b) <= 1 + 1e-12
    assert adjusted_rand(a, a) == 1


@quick
@given(
    arrays(np.float64, (9, 2), elements=st.integers(-9, 9).map(float)),
    arrays(np.float64, (3, 2), elements=st.integers(-9, 9).map(float)),
)
def test_assignment_is_to_the_nearest(X, centers):
    found = assign(X, centers, list("abc"), np.full(3, 5.0))
    gap = np.linalg.norm(X[:, None] - centers[None], axis=2)
    np.testing.assert_allclose(found.distance, gap.min(axis=1))
    assert ((found.fit >= 0) & (found.fit <= 1)).all()
    assert ((found.note == "fits no segment") == (found.distance > 5)).all()
