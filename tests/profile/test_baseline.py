"""baseline.json: whole or absent, read as it was written, or refused with a sentence."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import InputError, ProfileError
from ledcal.profile.baseline import NAME, read_baseline, write_baseline
from ledcal.values.reading import Baseline, DriftReading
from tests.drift.made import Day, reading_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = Day(
    settings=0.00104166,
    card=np.array([0.1, 0.123456789, 0.2]),
    clipped=(3,),
    wall_px=(400, 300),
)


def few(reading: DriftReading) -> DriftReading:
    """With some of its places only: fast to read."""
    names = ("places", "even", "even_sigma")
    return replace(reading, n_flat=12, **{name: getattr(reading, name)[:16] for name in names})


@cache
def made() -> Baseline:
    one, other = few(reading_of(DAY, 1)), few(reading_of(replace(DAY, settings=math.nan), 2))
    hidden = np.array(one.even)
    hidden[5] = math.nan
    return Baseline(
        readings=(
            replace(one, even=hidden, when="2026-01-31T10:00:00", ripple=0.00123),
            replace(other, chart=np.full(3, math.nan), camera_model="Kamera Ö"),
        ),
        created="2026-01-31T10:05:00+01:00",
        profile_sha256="a" * 64,
        inputs=(("1/A.dng", "b" * 64), ("2/A.dng", "c" * 64)),
        repeatability={"exposure": 0.001, "uniformity": 0.25},
    )


def document(folder: Path) -> Any:
    return json.loads((folder / NAME).read_text())


def rewritten(folder: Path, change: Callable[[Any], object]) -> Path:
    """A baseline with something else in its file."""
    write_baseline(folder, made(), overwrite=True)
    entries = document(folder)
    change(entries)
    (folder / NAME).write_text(json.dumps(entries))
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(ProfileError) as caught:
        read_baseline(folder)
    return str(caught.value)


def test_what_is_written_is_read_to_seven_digits(tmp_path: Path) -> None:
    baseline = made()
    path = write_baseline(tmp_path, baseline, overwrite=False)
    assert path == tmp_path / "baseline.json"
    assert [entry.name for entry in tmp_path.iterdir()] == ["baseline.json"]
    found = read_baseline(tmp_path)
    for name in ("created", "profile_sha256", "inputs", "repeatability"):
        assert getattr(found, name) == getattr(baseline, name)
    assert len(found.readings) == 2
    for read, written in zip(found.readings, baseline.readings, strict=True):
        for field in fields(DriftReading):
            one, other = getattr(read, field.name), getattr(written, field.name)
            if isinstance(other, np.ndarray):
                np.testing.assert_allclose(one, other, rtol=6e-7, err_msg=field.name)
            else:
                assert one == other or (math.isnan(one) and math.isnan(other)), field.name


def test_what_was_not_seen_is_null(tmp_path: Path) -> None:
    path = write_baseline(tmp_path, made(), overwrite=False)
    assert "NaN" not in path.read_text()
    first, second = document(tmp_path)["readings"]
    assert first["light"][3] == [None, None, None]
    assert first["even"][5] == [None, None, None]
    assert second["chart"] == [None, None, None]
    assert (first["exposure"], second["exposure"]) == (0.00104166, None)


def test_it_says_what_it_is(tmp_path: Path) -> None:
    write_baseline(tmp_path, made(), overwrite=False)
    found = document(tmp_path)
    assert (found["format"], found["schema_version"]) == ("ledcal drift baseline", 1)
    assert list(found)[:2] == ["format", "schema_version"]


def test_one_that_is_there_is_kept_unless_it_may_be_replaced(tmp_path: Path) -> None:
    path = write_baseline(tmp_path, made(), overwrite=False)
    before = path.read_bytes()
    other = replace(made(), created="2026-02-01T10:05:00+01:00")
    with pytest.raises(InputError, match="--overwrite"):
        write_baseline(tmp_path, other, overwrite=False)
    assert path.read_bytes() == before
    write_baseline(tmp_path, other, overwrite=True)
    assert read_baseline(tmp_path).created == other.created
    assert [entry.name for entry in tmp_path.iterdir()] == ["baseline.json"]


def test_none_yet_says_how_to_make_one(tmp_path: Path) -> None:
    said = refused(tmp_path)
    assert "no drift baseline in this profile yet" in said
    assert "ledcal patterns DIR --set drift" in said
    assert f"ledcal drift baseline TAKE1 TAKE2 --profile {tmp_path}" in said


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "\x00\xff", '{"format": "ledcal pro'])
def test_a_damaged_one_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_bytes(text.encode("latin-1"))
    said = refused(tmp_path)
    assert NAME in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update(format="ledcal profile"),
        lambda entries: entries.pop("format"),
        lambda entries: entries.pop("schema_version"),
        lambda entries: entries.update(schema_version="1"),
        lambda entries: entries.clear(),
    ],
)
def test_a_foreign_one_is_refused(tmp_path: Path, change: Callable[[Any], object]) -> None:
    said = refused(rewritten(tmp_path, change))
    assert "not a drift baseline" in said
    assert "--overwrite" in said


def test_a_newer_one_asks_for_a_newer_program(tmp_path: Path) -> None:
    said = refused(rewritten(tmp_path, lambda entries: entries.update(schema_version=2)))
    assert "schema 2 is newer than this program knows (1); update ledcal" in said


@pytest.mark.parametrize(
    "name", ["created", "profile_sha256", "inputs", "repeatability", "readings"]
)
def test_what_is_missing_is_named(tmp_path: Path, name: str) -> None:
    said = refused(rewritten(tmp_path, lambda entries: entries.pop(name)))
    assert f"{name}: missing" in said


@pytest.mark.parametrize("name", [field.name for field in fields(DriftReading)])
def test_what_is_missing_in_a_reading_is_named(tmp_path: Path, name: str) -> None:
    said = refused(rewritten(tmp_path, lambda entries: entries["readings"][1].pop(name)))
    assert f"readings[1].{name}" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.update(light=one["light"][:-1]), "different lengths"),
        (lambda one: one.update(even=one["even"][:-1]), "different lengths"),
        (lambda one: one.update(neutral=[1.0, 2.0]), "expected numbers of shape"),
        (lambda one: one.update(light=[[1.0, "x", 2.0]] * 10), "expected numbers of shape"),
        (lambda one: one.update(outline=one["outline"][:7]), "expected numbers of shape (8, 2)"),
        (lambda one: one.update(wall_px=[1920]), "expected two numbers"),
        (lambda one: one.update(wall_px=[1920, 10.5]), "expected an integer"),
        (lambda one: one.update(space=None), "expected a text"),
        (lambda one: one.update(ripple=None), "expected a number"),
    ],
)
def test_what_is_of_another_kind_is_named(
    tmp_path: Path, change: Callable[[Any], object], words: str
) -> None:
    said = refused(rewritten(tmp_path, lambda entries: change(entries["readings"][0])))
    assert "readings[0]" in said
    assert words in said


def test_a_baseline_without_takes_is_none(tmp_path: Path) -> None:
    said = refused(rewritten(tmp_path, lambda entries: entries.update(readings=[])))
    assert "readings: there are none" in said


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    write_baseline(tmp_path, made(), overwrite=True)
    text = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(text.replace("0.00123", "Infinity"))
    assert NAME in refused(tmp_path)
