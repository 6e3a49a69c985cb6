"""The model file: what comes back, and what is refused."""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import covey
from covey import modelfile
from covey.errors import ColumnError, ModelError, OutputError
from covey.model import Model, load
from covey.recipes._result import Result
from covey.recipes.customers import customers


@pytest.fixture(scope="module")
def result() -> Result:
    return covey.segment(customers(600, seed=2)[0], k=6)


@pytest.fixture(scope="module")
def model(result: Result) -> Model:
    return result.model


@pytest.fixture(scope="module")
def content(model: Model) -> bytes:
    return model.to_bytes()


def unzipped(content: bytes) -> tuple[dict[str, Any], bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return json.loads(archive.read("model.json")), archive.read("arrays.npz")


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def signed(body: dict[str, Any], arrays: bytes) -> bytes:
    """Return a model file whose hash is right, whatever is in it."""
    body = {key: value for key, value in body.items() if key != "sha256"}
    body["sha256"] = modelfile._digest(body, arrays)
    return zipped({"model.json": json.dumps(body).encode(), "arrays.npz": arrays})


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


# ---------------------------------------------------------------- there and back


def test_model_comes_back_whole(model: Model, content: bytes) -> None:
    again = Model.from_bytes(content)
    np.testing.assert_array_equal(again.centers, model.centers)
    np.testing.assert_array_equal(again.limits, model.limits)
    for name in ("names", "rules", "title", "seed", "versions", "preparation", "features"):
        assert getattr(again, name) == getattr(model, name), name
    assert again.to_bytes() == content


def test_same_model_same_bytes(content: bytes) -> None:
    assert covey.segment(customers(600, seed=2)[0], k=6).model.to_bytes() == content


def test_no_training_row_is_in_the_file(content: bytes) -> None:
    columns, _ = customers(600, seed=2)
    body, arrays = unzipped(content)
    text = json.dumps(body)
    assert not any(name in text for name in columns["customer_id"])
    spends = {repr(float(spend)) for spend in columns["total_spend"] if spend > 100}
    assert not any(f" {spend}," in text for spend in spends)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as found:
        assert {name: found[name].shape for name in found} == {"centers": (6, 4), "limits": (6,)}


def test_saved_and_loaded(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "model.covey"
    model.save(path)
    assert load(path).to_bytes() == model.to_bytes()
    with pytest.raises(OutputError, match=r"already has model\.covey"):
        model.save(path)
    model.save(path, force=True)


def test_repr_tells_the_segments(model: Model) -> None:
    assert repr(model).startswith("Covey model: 6 segments on total_spend, purchase_freq, ")
    assert model.names[0].text in repr(model)


# ---------------------------------------------------------------- predict


def test_rows_of_the_training_get_their_segments(result: Result, model: Model) -> None:
    columns, _ = customers(600, seed=2)
    scored = model.predict(columns)
    assert list(scored) == ["customer_id", "segment", "name", "distance", "fit", "second", "note"]
    np.testing.assert_array_equal(scored["segment"], result.assignment.number)
    np.testing.assert_array_equal(scored["distance"], result.assignment.distance)


def test_order_and_number_of_columns_do_not_matter(result: Result, model: Model) -> None:
    columns, _ = customers(600, seed=2)
    mixed = {"extra": np.arange(600.0), **dict(reversed(columns.items()))}
    np.testing.assert_array_equal(model.predict(mixed)["segment"], result.assignment.number)


def test_one_row_is_enough(result: Result, model: Model) -> None:
    columns, _ = customers(600, seed=2)
    for row in (0, 17, 599):
        one = {name: values[row : row + 1] for name, values in columns.items()}
        assert model.predict(one)["segment"].tolist() == [result.assignment.number[row]]


def test_missing_column_is_named(model: Model) -> None:
    columns, _ = customers(20, seed=2)
    columns["recency"] = columns.pop("recency_days")
    with pytest.raises(ColumnError, match=r"'recency_days'.*Did you mean 'recency'"):
        model.predict(columns)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_come_back_in_kind(kind: str, model: Model, result: Result) -> None:
    library = pytest.importorskip(kind)
    columns, _ = customers(600, seed=2)
    frame = library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)
    scored = model.predict(frame)
    assert type(scored) is type(frame)
    assert np.asarray(scored["segment"]).tolist() == result.assignment.number.tolist()
    found = covey.segment(frame, k=6)
    assert type(found.segments) is type(frame)
    assert type(found.profile) is type(frame)
    assert found.profile.shape[0] == 6


def test_pandas_index_is_kept(model: Model) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(customers(30, seed=2)[0], index=np.arange(30) * 7)
    assert model.predict(frame).index.tolist() == frame.index.tolist()


# ---------------------------------------------------------------- what is refused


def foreign_zip(content: bytes) -> bytes:
    return zipped({"word/document.xml": b"<w/>"})


def zip_with_more(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    return zipped({"model.json": json.dumps(body).encode(), "arrays.npz": arrays, "x": b""})


def bomb(content: bytes) -> bytes:
    files = {"model.json": b" " * 50_000_000, "arrays.npz": b""}
    return zipped(files, zipfile.ZIP_DEFLATED)


def changed_fact(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    body["facts"]["names"][0]["action"] = "Send them all our money."
    return zipped({"model.json": json.dumps(body).encode(), "arrays.npz": arrays})


def changed_array(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    changed = bytearray(arrays)
    changed[len(changed) // 2] ^= 1
    return zipped({"model.json": json.dumps(body).encode(), "arrays.npz": bytes(changed)})


def newer(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    return signed({**body, "version": 2}, arrays)


def other_program(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    return signed({**body, "format": "skl-model"}, arrays)


def not_json(content: bytes) -> bytes:
    return zipped({"model.json": b"{" * 100_000, "arrays.npz": unzipped(content)[1]})


def nan_centers(content: bytes) -> bytes:
    body, _ = unzipped(content)
    return signed(body, npz(centers=np.full((6, 4), np.nan), limits=np.ones(6)))


def too_few_centers(content: bytes) -> bytes:
    body, _ = unzipped(content)
    return signed(body, npz(centers=np.ones((5, 4)), limits=np.ones(6)))


def too_few_limits(content: bytes) -> bytes:
    body, _ = unzipped(content)
    return signed(body, npz(centers=np.ones((6, 4)), limits=np.ones(5)))


def negative_limit(content: bytes) -> bytes:
    body, _ = unzipped(content)
    return signed(body, npz(centers=np.ones((6, 4)), limits=-np.ones(6)))


def other_features(content: bytes) -> bytes:
    body, _ = unzipped(content)
    del body["facts"]["preparation"]["features"][0]
    return signed(body, npz(centers=np.ones((6, 4)), limits=np.ones(6)))


def pickled_array(content: bytes) -> bytes:
    body, _ = unzipped(content)
    return signed(body, npz(centers=np.array([[{}]], dtype=object), limits=np.ones(6)))


def huge_header(content: bytes) -> bytes:
    body, _ = unzipped(content)
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"shape": (10**12, 4), "fortran_order": False, "descr": "<f8"}
    )
    arrays = zipped({"centers.npy": buffer.getvalue(), "limits.npy": buffer.getvalue()})
    return signed(body, arrays)


def no_names(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    del body["facts"]["names"]
    return signed(body, arrays)


def odd_preparation(content: bytes) -> bytes:
    body, arrays = unzipped(content)
    body["facts"]["preparation"] = {"kind": "table", "features": 7}
    return signed(body, arrays)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: b"", "damaged: it is empty"),
        (lambda content: content[:-100], "damaged"),
        (lambda content: content[: len(content) // 2], "damaged"),
        (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(99), "got a PNG image"),
        (lambda _: pickle.dumps({"a": 1}), "got a pickle, which Covey never loads"),
        (lambda _: b"customer_id,spend\n", "got a file of another kind"),
        (foreign_zip, r"got a zip of word/document\.xml"),
        (zip_with_more, "got a zip of arrays.npz, model.json, x"),
        (bomb, r"model\.json compressed by another program"),
        (changed_fact, "SHA-256"),
        (changed_array, "damaged"),
        (newer, r"format version 1 or older; got version 2.*upgrade"),
        (other_program, "another program"),
        (not_json, "damaged"),
        (nan_centers, "centers that are not finite"),
        (too_few_centers, r"centers of shape \(5, 4\) for 6 names"),
        (too_few_limits, "5 limits"),
        (negative_limit, "limits that are not distances"),
        (other_features, "for 6 names and 3 features"),
        (pickled_array, "damaged: centers.npy"),
        (huge_header, "damaged: centers.npy"),
        (no_names, "names"),
        (odd_preparation, "complete Covey model"),
    ],
)
def test_foreign_and_damaged_files_are_refused(
    change: Callable[[bytes], bytes], said: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "some model.covey"
    path.write_bytes(change(content))
    with pytest.raises(ModelError, match=said) as caught:
        load(path)
    assert caught.value.exit_code == 5
    assert "some model.covey" in str(caught.value)


def test_any_flipped_byte_is_noticed(content: bytes) -> None:
    """A flipped byte changes nothing (in a field that zip does not use) or is refused."""
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 200):
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(0, 8)
        try:
            found = Model.from_bytes(bytes(changed))
        except ModelError:
            continue
        assert found.to_bytes() == content


def test_any_truncation_is_noticed(content: bytes) -> None:
    for length in np.random.default_rng(1).integers(0, len(content), 60):
        with pytest.raises(ModelError):
            Model.from_bytes(content[:length])


@pytest.mark.parametrize("name", ["no such.covey", "."])
def test_file_that_is_not_there_or_a_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no such file|a folder"):
        load(tmp_path / name)


def test_a_model_is_frozen(model: Model) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.seed = 3  # type: ignore[misc]


def test_a_row_scored_without_a_value_says_which_is_missing() -> None:
    rng = np.random.default_rng(0)
    spend = np.concatenate([rng.normal(20, 2, 60), rng.normal(90, 5, 60)])
    columns = {"Age": rng.permutation(np.arange(120) % 50 + 20.0), "spend": spend}
    model = covey.segment({**columns, "visits": spend // 7}, k=2).model
    new = {"Age": ["40", "", "old"], "spend": ["20", "91", None], "visits": ["2", "12", "3"]}
    notes = [str(note) for note in model.predict(new)["note"]]
    assert "missing" not in notes[0]
    assert notes[1].endswith("Age missing")
    assert notes[2].endswith("Age missing; spend missing")
    said = [caution.text for caution in model.prepare(new).cautions]
    assert "Age: 1 value cannot be read and counts as missing." in said


def test_bytes_behind_the_end_of_a_model_file_are_refused(result: Result) -> None:
    content = result.model.to_bytes()
    for changed in (content + b"x", content[:-2] + b"\x01\x00", content[:-2] + b"\x01\x00x"):
        with pytest.raises(ModelError):
            Model.from_bytes(changed, "m.covey")
