"""Flags are made from the options table."""

from __future__ import annotations

from typing import Any

import pytest

from covey.cli.flags import flag, split, value_of
from covey.cli.recipe import default_folder
from covey.options import READING, SEGMENT
from covey.recipes.segment import Segment


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ["a", "b"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a, b",c', ["a, b", "c"]),
        ("Größe (cm)", ["Größe (cm)"]),
        ("", [""]),
        ("a,,b", ["a", "", "b"]),
    ],
)
def test_names_are_split_at_commas(text: str, names: list[str]) -> None:
    assert split(text) == names


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("k", "5", 5),
        ("k", "5.0", "5.0"),
        ("k", "five", "five"),
        ("features", ("a,b", "c"), ("a", "b", "c")),
        ("id", "7", "7"),
        ("scale", "none", "none"),
    ],
)
def test_text_becomes_a_value(name: str, text: Any, value: Any) -> None:
    assert value_of(SEGMENT[name], text) == value


def test_tab_can_be_typed() -> None:
    assert value_of(READING["delimiter"], "\\t") == "\t"


def test_flag_tells_default_and_choices() -> None:
    made = flag(SEGMENT["scale"])
    assert made.opts == ["--scale"]
    assert made.metavar == "auto|standard|none"
    assert made.help is not None
    assert made.help.endswith("[default: auto]")
    assert flag(SEGMENT["order_by"]).opts == ["--order-by"]
    assert flag(SEGMENT["k"]).opts == ["-k"]


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("customers.csv", "customers-segments"),
        ("data/Online Retail.csv.gz", "Online Retail-segments"),
        ("-", "input-segments"),
        ("postgresql://me@host:5432/shop?sslmode=off", "shop-segments"),
        ("noending", "noending-segments"),
        (".hidden", ".hidden-segments"),
        ("v1.2 of customers.parquet", "v1.2 of customers-segments"),
    ],
)
def test_folder_is_named_after_the_source(source: str, folder: str) -> None:
    assert default_folder(source, Segment()) == folder
