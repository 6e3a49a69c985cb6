"""The recipe contract: what holds for every application, without a line of test of its own."""

from __future__ import annotations

import dataclasses
import random
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from covey.cli.flags import flag
from covey.cli.main import cli
from covey.constraints import Text, Texts
from covey.errors import OptionError, OptionTypeError
from covey.options import READING, Option
from covey.recipes._recipe import Recipe, TableRecipe, registry

RECIPES = registry()
OPTIONS = [
    pytest.param(recipe, entry, id=f"{name}-{entry.name}")
    for name, recipe in RECIPES.items()
    for entry in recipe.options().values()
]


@pytest.fixture(params=RECIPES, scope="module")
def recipe(request: pytest.FixtureRequest) -> type[Recipe]:
    return RECIPES[request.param]


@pytest.fixture(scope="module")
def files(recipe: type[Recipe]) -> Mapping[str, bytes]:
    return recipe.of().run(recipe.example()).files()


def bad_values(entry: Option) -> list[Any]:
    """Return every value that one of the rules calls bad and none allows."""
    return [
        value
        for rule in entry.rules
        for value in rule.bad_values()
        if not any(other.type_ok(value) and other.value_ok(value) for other in entry.rules)
    ]


def test_there_are_recipes() -> None:
    assert {"segment", "image"} <= set(RECIPES)


def test_facts_are_told(recipe: type[Recipe]) -> None:
    assert recipe.name == recipe.name.lower().strip()
    assert recipe.heading
    assert recipe.input
    assert recipe.summary.endswith(".")
    assert recipe.outputs
    assert all(line.startswith(f"covey {recipe.name} ") for line in recipe.examples)
    assert len(recipe.examples) >= 3


def test_recipe_is_a_frozen_dataclass_of_options(recipe: type[Recipe]) -> None:
    made = recipe.of()
    for field in dataclasses.fields(recipe):
        entry = field.metadata["option"]
        assert entry.name == field.name
        assert field.default == entry.default
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.seed = 1


def test_a_recipe_of_tables_has_every_option_of_reading(recipe: type[Recipe]) -> None:
    if issubclass(recipe, TableRecipe):
        assert set(READING) <= set(recipe.options())


@pytest.mark.parametrize(("recipe", "entry"), OPTIONS)
def test_option_is_documented_and_has_a_flag(recipe: type[Recipe], entry: Option) -> None:
    assert entry.help.endswith(".")
    shown = CliRunner().invoke(cli, [recipe.name, "--help"], terminal_width=200).output
    assert flag(entry).opts[0] + " " in shown


@pytest.mark.parametrize(("recipe", "entry"), OPTIONS)
def test_bad_value_is_refused(recipe: type[Recipe], entry: Option) -> None:
    values = bad_values(entry)
    assert values, f"{entry.name} refuses nothing"
    for value in values:
        with pytest.raises(OptionError) as caught:
            recipe.of(**{entry.name: value}).run("there is no such file.csv")
        assert repr(value) in str(caught.value)
        assert entry.name in str(caught.value)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize(("recipe", "entry"), OPTIONS)
def test_bad_value_is_refused_by_the_command(recipe: type[Recipe], entry: Option) -> None:
    typed = [value for value in bad_values(entry) if isinstance(value, str | int | float)]
    if any(isinstance(rule, Texts) for rule in entry.rules):
        typed = ["a,a", ""]
    elif any(isinstance(rule, Text) for rule in entry.rules):
        typed = [value for value in typed if isinstance(value, str)]  # 7 is a column's name, too
    assert typed
    name = flag(entry).opts[0]
    for value in typed:
        done = CliRunner().invoke(cli, [recipe.name, "no such.csv", f"{name}={value}"])
        if len(name) == 2:
            done = CliRunner().invoke(cli, [recipe.name, "no such.csv", name, str(value)])
        assert done.exit_code == 2, done.output
        assert name in done.stderr
        if entry.default is not False:  # of a flag that takes no value none can be told
            assert str(value).split(",")[0] in done.stderr
        assert done.stdout == ""


def test_unknown_option_suggests_the_near_one(recipe: type[Recipe]) -> None:
    with pytest.raises(OptionTypeError, match=r"sede=3.*'seed'"):
        recipe.of(sede=3)


def test_example_gives_the_files_promised(recipe: type[Recipe], files: Mapping[str, bytes]) -> None:
    assert sorted(files) == sorted(recipe.outputs)
    assert all(files.values())


def test_same_seed_same_bytes(recipe: type[Recipe], files: Mapping[str, bytes]) -> None:
    again = recipe.of().run(recipe.example()).files()
    for name, content in files.items():
        assert again[name] == content, name


def test_run_leaves_nothing_behind(
    recipe: type[Recipe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    example = recipe.example()
    before = {name: np.array(values) for name, values in example.items()}
    threads = threading.active_count()
    np_state, state = repr(np.random.mtrand._rand.get_state()), random.getstate()
    recipe.of().run(example)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == threads
    assert repr(np.random.mtrand._rand.get_state()) == np_state
    assert random.getstate() == state
    for name, values in before.items():
        np.testing.assert_array_equal(example[name], values)


def test_command_writes_what_python_gives(
    recipe: type[Recipe], files: Mapping[str, bytes], tmp_path: Path
) -> None:
    result = recipe.of().run(recipe.example())
    assert result.write(tmp_path / "out") == tmp_path / "out"
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == dict(files)
