"""The playbook file: what it may hold, and what is said when it holds something else."""

from __future__ import annotations

from collections import Counter

import pytest

from covey.errors import InputError
from covey.explain.playbook import BANDS, level, load_playbook
from covey.explain.wording import exact, listing, number, percent, plain, with_unit

GOOD = """
[[segment]]
name = "Top"
action = "Call them."
when = { spend = "at least high", frequency = "low to high" }
if_known = { recency = "at most low" }
"""


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_playbook_is_read(tmp_path):
    (entry,) = load_playbook(written(tmp_path, GOOD))
    assert (entry.name, entry.action) == ("Top", "Call them.")
    assert entry.when == {"spend": (65, 100), "frequency": (15, 85)}
    assert entry.if_known == {"recency": (0, 35)}


def test_the_built_in_playbook_is_sound():
    entries = load_playbook()
    assert len(entries) >= 12
    assert max(Counter(entry.name.casefold() for entry in entries).values()) == 1
    assert all(len(entry.action) > 30 for entry in entries)
    names = {entry.name for entry in entries}
    assert {"VIP champions", "Core regulars", "Big-basket occasional", "Dormant"} <= names


@pytest.mark.parametrize("word", BANDS)
def test_every_level_has_a_band(word, tmp_path):
    (entry,) = load_playbook(written(tmp_path, GOOD.replace("at least high", word)))
    low, high = entry.when["spend"]
    assert level((low + high) / 2) == word


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"at least high"', '"huge"'), r"entry 1 \('Top'\), 'when': spend must be .*'huge'"),
        (('"at least high"', "3"), r"'when': spend must be a level .* got 3"),
        (('"low to high"', '"high to low"'), r"frequency .*'high to low'"),
        (("spend", "spent"), r"got 'spent'\. Did you mean 'spend'\?"),
        (("action", "acton"), r"entry 1: 'action' must be text; got None"),
        (("if_known", "ifknown"), r"got 'ifknown'\. Did you mean 'if_known'\?"),
        (("[[segment]]", "[[segments]]"), r"got 'segments'\. Did you mean 'segment'\?"),
        (('name = "Top"', "name = 3"), r"entry 1: 'name' must be text; got 3"),
        (("recency", "spend"), r"'spend' is in 'when' and in 'if_known'"),
        (('when = { spend = "at least high", frequency = "low to high" }', "when = {}"), "none"),
        (('when = { spend = "at least high", frequency = "low to high" }', 'when = "x"'), "'x'"),
        (('name = "Top"', "name = "), "TOML"),
        ((GOOD, ""), "at least one"),
        (("[[segment]]", "segment = 3\n[other]"), "other|got"),
    ],
)
def test_a_wrong_playbook_is_refused(change, message, tmp_path):
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(InputError, match=message):
        load_playbook(written(tmp_path, text))


def test_a_name_given_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="'TOP' twice"):
        load_playbook(written(tmp_path, GOOD + GOOD.replace("Top", "TOP")))


def test_a_playbook_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.toml' is not: No such file"):
        load_playbook(tmp_path / "nowhere.toml")


def test_a_playbook_of_junk(tmp_path):
    path = tmp_path / "junk.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="TOML"):
        load_playbook(path)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1203.6, "£", "£1,204"),
        (-1203.6, "£", "-£1,204"),
        (1.0, "days", "1 day"),
        (12.34, "days", "12.3 days"),
        (20.0, "", "20"),
        (0.0, "%", "0 %"),
        (0.01234, "", "0.0123"),
        (-0.2, "", "-0.2"),
        (1e300, "", "1e+300"),
        (float("nan"), "£", "unknown"),
        (float("inf"), "", "unknown"),
        (999.6, "", "1,000"),
    ],
)
def test_numbers_in_words(value, unit, text):
    assert number(value, unit) == text


@pytest.mark.parametrize("value", [0.0, 1200.0, 0.25, 1234567.5, 1e-7, 1e300, -3.0, 0.1 + 0.2])
def test_exact_numbers_read_back(value):
    assert float(exact(value).replace(",", "")) == value


def test_other_words():
    assert with_unit("5", "k$") == "5 k$"
    assert percent(0.5) == "50 %" and percent(0.004) == "0.4 %" and percent(1) == "100 %"
    assert percent(0.9996) == "99.9 %" and percent(0.0001) == "under 0.1 %"
    assert listing(["a"]) == "a" and listing([]) == ""
    assert listing(list("abc")) == "a, b and c" and listing(list("abcdef")) == "a, b and 4 more"
    assert plain("avg_order_value") == "avg order value" and plain("(x)") == "(x)"


def test_a_fallback_is_read_and_must_be_true_or_false(tmp_path):
    (entry,) = load_playbook(written(tmp_path, GOOD + "fallback = true\n"))
    assert entry.fallback
    with pytest.raises(InputError, match="'fallback' must be true or false; got 'yes'"):
        load_playbook(written(tmp_path, GOOD + 'fallback = "yes"\n'))
