"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from covey.report import numbers

NAN = math.nan
NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (5.0, "5"),
        (12.34, "12.3"),
        (99.96, "100"),
        (1204.4, "1,204"),
        (999_499.0, "999,499"),
        (999_999.0, f"1{NB}M"),
        (2_345_678, f"2.35{NB}M"),
        (1.5e9, f"1.5{NB}bn"),
        (2e12, f"2{NB}tn"),
        (-3.25, "−3.25"),
        (0.0421, "0.042"),
        (0.5, "0.5"),
        (3e-6, f"3{NB}×{NB}10⁻⁶"),
        (1.7e308, f"1.7{NB}×{NB}10³⁰⁸"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (NAN, "–"),
        (None, "–"),
    ],
)
def test_number(value: float | None, text: str) -> None:
    assert numbers.number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "name", "text"),
    [
        (1204.0, "£", "spend", "£1,204"),
        (-3.0, "US$", "spend", "−US$3"),
        (6.0, "days", "recency", f"6{NB}days"),
        (1.0, "days", "recency", f"1{NB}day"),
        (6.0, "days", "recency_days", "6"),
        (68.0, "k$", "Annual Income (k$)", "68"),
        (34.0, "%", "discount", f"34{NB}%"),
        (1969.2, "", "Year_Birth", "1969"),
        (1969.0, "", "yearly_visits", "1,969"),
        (NAN, "£", "spend", "–"),
    ],
)
def test_quantity_puts_the_unit_where_it_belongs(
    value: float, unit: str, name: str, text: str
) -> None:
    assert numbers.quantity(value, unit, name) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0004, "<0.1"),
        (0.006, "0.6"),
        (0.0996, "10"),
        (0.342, "34"),
        (0.996, "99.6"),
        (0.99999, ">99.9"),
        (1.0, "100"),
        (-0.02, "−2"),
    ],
)
def test_share_is_never_rounded_to_nothing_or_everything(value: float, text: str) -> None:
    assert numbers.share(value) == f"{text}{NB}%"


def test_ranges_lifts_and_signs() -> None:
    assert numbers.span(21, 30, "orders") == f"21 … 30{NB}orders"
    assert numbers.span(2, 3, "£") == "£2 … £3"
    assert numbers.span(NAN, 3) == "–"
    assert numbers.bare(0, "%") == f"0{NB}%"
    assert [numbers.lift(v) for v in (2.345, 0.5, 0.001, NAN)] == ["2.35×", "0.5×", "<0.01×", "–"]
    assert [numbers.signed(v) for v in (1.26, -0.44, -0.04, NAN)] == ["+1.3", "−0.4", "0.0", "–"]
    assert numbers.fixed(-0.125, 2) == "−0.12"
    assert numbers.count(-1234567) == "−1,234,567"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2000, "", "2,000"),
        (15_000, "£", "£15k"),
        (1_500_000, "", "1.5M"),
        (0.05, "", "0.05"),
        (20, "%", "20%"),
        (0, "£", "£0"),
        (-300, "", "−300"),
        (1e-7, "", f"1{NB}×{NB}10⁻⁷"),
    ],
)
def test_short_numbers_for_axes(value: float, unit: str, text: str) -> None:
    assert numbers.short(value, unit) == text


def test_plain_has_no_odd_spaces() -> None:
    assert numbers.plain(numbers.share(0.34)) == "34 %"


def test_figures_far_from_zero_are_told_apart_from_everyones() -> None:
    assert numbers.together(1e9 + 3, 1e9 + 50) == ("1,000,000,003", "1,000,000,050")
    assert numbers.together(1e9 + 0.25, 1e9 + 0.75, "£") == (
        "£1,000,000,000.2",
        "£1,000,000,000.8",
    )
    assert numbers.together(1204.4, 980.0) == ("1,204", "980")
    assert numbers.together(1e9, 1e9) == ("1\u00a0bn", "1\u00a0bn")
    assert numbers.span(1e6 + 1, 1e6 + 9) == "1,000,001 … 1,000,009"


def test_ticks_that_would_read_the_same_are_written_in_full() -> None:
    assert numbers.tick_texts([1e9, 1e9 + 2, 1e9 + 4]) == [
        "1,000,000,000",
        "1,000,000,002",
        "1,000,000,004",
    ]
    assert numbers.tick_texts([0.0, 2e4], "£") == ["£0", "£20k"]
