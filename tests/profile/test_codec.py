"""The document of a profile: exact both ways, in step with its schema, honest when damaged."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from ledcal.errors import ProfileError
from ledcal.files.document import format_document
from ledcal.profile.codec import profile_from_document, profile_to_document
from ledcal.values.profile import SCHEMA_VERSION, Profile
from ledcal.values.quality import Spread
from ledcal.values.stage import Camera, Gamut
from tests.profile.fake import fake_profile, fake_quality_of, fake_stage

DIGESTS = {"correction.npy": "0" * 64, "measurements.csv": "f" * 64}


def document_of(profile: Profile) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(format_document(profile_to_document(profile, DIGESTS)))
    return document


def read(document: object, profile: Profile) -> Profile:
    return profile_from_document(
        document, correction=profile.correction, measurements=profile.measurements
    )


def test_every_field_comes_back() -> None:
    profile = fake_profile(peak="keep")
    back = read(document_of(profile), profile)
    for name in (
        "name",
        "pattern",
        "quality",
        "findings",
        "assumptions",
        "provenance",
        "n_frames",
        "peak",
    ):
        assert getattr(back, name) == getattr(profile, name), name
    for name in ("camera", "tolerances", "assumptions"):
        assert getattr(back.stage, name) == getattr(profile.stage, name), name
    assert replace(back.stage.wall, gamut=profile.stage.wall.gamut) == profile.stage.wall
    assert back.stage.target.eotf == profile.stage.target.eotf
    for ours, theirs in (
        (back.stage.wall.gamut, profile.stage.wall.gamut),
        (back.stage.target.gamut, profile.stage.target.gamut),
    ):
        assert ours.name == theirs.name
        np.testing.assert_array_equal(ours.primaries_xy, theirs.primaries_xy)
        np.testing.assert_array_equal(ours.whitepoint_xy, theirs.whitepoint_xy)
    assert back.transform is not None
    assert profile.transform is not None
    np.testing.assert_array_equal(back.transform.matrix, profile.transform.matrix)
    np.testing.assert_array_equal(back.transform.white_balance, profile.transform.white_balance)
    assert back.transform.source == profile.transform.source
    assert back.transform.assumes == profile.transform.assumes


def test_the_model_comes_back_bit_by_bit() -> None:
    profile = fake_profile()
    rng = np.random.default_rng(5)
    hard = {
        **profile.model.parameters,
        "many": rng.normal(size=(40, 3, 7)) * 10.0 ** rng.uniform(-300, 300, (40, 3, 7)),
        "tiny": np.array([5e-324, -0.0, 1 + 2**-52]),
        "no rows": np.zeros((0, 4)),
        "no columns": np.zeros((4, 0)),
    }
    profile = replace(profile, model=replace(profile.model, parameters=hard))
    back = read(document_of(profile), profile).model
    assert back.kind == profile.model.kind
    assert list(back.parameters) == list(profile.model.parameters)
    for name, values in profile.model.parameters.items():
        assert back.parameters[name].shape == values.shape, name
        assert back.parameters[name].tobytes() == values.tobytes(), name


def test_what_is_unknown_is_null_and_comes_back_unknown() -> None:
    nan = float("nan")
    profile = fake_profile(
        transform=None,
        quality=fake_quality_of(noise_floor=Spread(nan, nan, nan), peak_kept=nan),
        stage=replace(fake_stage(), camera=Camera()),
    )
    document = document_of(profile)
    assert document["quality"]["noise_floor"] == {"median": None, "p95": None, "max": None}
    back = read(document, profile)
    assert back.transform is None
    assert np.isnan(back.quality.noise_floor.p95)
    assert np.isnan(back.quality.peak_kept)
    assert back.stage.camera == Camera()


def test_a_name_that_is_not_utf8_survives() -> None:
    profile = fake_profile()
    origin = replace(profile.provenance, inputs={"b\udcfchne.dng": "ab" * 32})
    text = format_document(profile_to_document(replace(profile, provenance=origin), DIGESTS))
    back = read(json.loads(text.encode("utf-8")), profile)
    assert list(back.provenance.inputs) == ["b\udcfchne.dng"]


def test_all_problems_are_told_at_once_each_with_its_path() -> None:
    profile = fake_profile()
    document = document_of(profile)
    document["stage"]["wall"]["peak_nits"] = "bright"
    del document["stage"]["target"]["eotf"]
    document["quality"]["after"]["p95"] = True
    document["findings"][0]["frames"] = "A001"
    document["transform"]["matrix"] = [[1, 0], [0, 1]]
    document["model"]["parameters"]["black"]["values"] = [1, "x", 3]
    document["model"]["parameters"]["scale"]["shape"] = [-1]
    with pytest.raises(ProfileError) as caught:
        read(document, profile)
    message = str(caught.value)
    for part in (
        "7 problems",
        "stage.wall.peak_nits: expected a number, got 'bright'",
        "stage.target.eotf: missing",
        "quality.after.p95: expected a number, got True",
        "findings[0].frames: expected a list, got 'A001'",
        "transform.matrix: expected numbers of shape (3, 3)",
        "model.parameters.black.values: expected numbers of shape (3,)",
        "model.parameters.scale.values: expected numbers of shape (-1,)",
    ):
        assert part in message


def every_key(document: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    free = {
        ("provenance", "inputs"),
        ("files",),
        ("model", "parameters"),
        ("quality", "regions"),
        ("quality", "peak_choices"),
    }
    keys = []
    for key, value in document.items():
        keys.append((*path, key))
        if isinstance(value, dict) and (*path, key) not in free:
            keys += every_key(value, (*path, key))
    return keys


ALL_KEYS = every_key(profile_to_document(fake_profile(), DIGESTS))


# Added to schema 1 later: an older profile does not have them.
LATER_KEYS = {
    ("correction", "peak"),
    ("transform", "assumes"),
    ("quality", "link_10bit"),
    ("quality", "link_12bit"),
    ("quality", "regions"),
    ("quality", "peak_choices"),
    ("derived",),
    ("stage", "camera", "encoding"),
    ("stage", "camera", "space"),
    *(path for path in ALL_KEYS if {"raster", "drift"} & set(path)),
}

# The first is read by the store, the second is there for people.
READ_KEYS = [path for path in ALL_KEYS if path not in {("files",), ("n_patches",)}]


@pytest.mark.parametrize("path", READ_KEYS, ids=".".join)
def test_no_key_may_be_missing_or_of_another_type(path: tuple[str, ...]) -> None:
    profile = fake_profile()
    wrongs: list[object] = ["missing", [{}]]
    for wrong in wrongs[path in LATER_KEYS :]:
        document = document_of(profile)
        at = document
        for key in path[:-1]:
            at = at[key]
        if wrong == "missing":
            del at[path[-1]]
        else:
            at[path[-1]] = wrong
        name = re.escape(path[0] if path in {("format",), ("schema_version",)} else ".".join(path))
        with pytest.raises(ProfileError, match=name):
            read(document, profile)


@pytest.mark.parametrize("document", [None, [], {}, {"format": "another"}, "text"])
def test_what_is_no_profile_is_called_so(document: object) -> None:
    with pytest.raises(ProfileError, match="not a ledcal profile"):
        read(document, fake_profile())


def test_a_newer_schema_is_refused_and_ours_is_read() -> None:
    profile = fake_profile()
    document = document_of(profile)
    document["schema_version"] = SCHEMA_VERSION + 1
    with pytest.raises(ProfileError, match=r"schema version 2 is newer .* update ledcal") as caught:
        read(document, profile)
    assert caught.value.exit_code == 2
    for bad in (0, "1", True, None):
        document["schema_version"] = bad
        with pytest.raises(ProfileError, match="schema_version: expected an integer"):
            read(document, profile)


def test_a_profile_without_the_later_keys_is_read() -> None:
    document = document_of(fake_profile())
    for path in sorted(LATER_KEYS, key=len, reverse=True):
        at = document
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
    back = read(document, fake_profile())
    assert back.peak == "match"
    assert (back.quality.regions, back.quality.peak_choices) == ({}, {})
    assert np.isnan(back.quality.link_10bit.median)
    assert back.transform is not None
    assert back.transform.assumes == ""


def test_a_peak_that_is_no_choice_is_refused() -> None:
    document = document_of(fake_profile())
    document["correction"]["peak"] = "maybe"
    with pytest.raises(ProfileError, match=r"correction.peak: expected one of match, keep"):
        read(document, fake_profile())


def test_keys_of_later_programs_are_passed_over() -> None:
    profile = fake_profile()
    document = document_of(profile)
    document["weather"] = "rain"
    document["stage"]["wall"]["cabinets"] = 96
    assert read(document, profile).name == profile.name


def test_lists_of_numbers_stay_on_one_line() -> None:
    text = format_document(profile_to_document(fake_profile(), DIGESTS))
    assert '"whitepoint_xy": [0.3127, 0.329]' in text
    assert len(text.splitlines()) < 300


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    """Check the part of JSON Schema that profile-1.json uses."""
    if "$ref" in schema:
        target: Any = root
        for key in schema["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return violations(value, target, root, path)
    found = []
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    known = {"$schema", "title", "description", "type", "required", "properties", "items", "const"}
    known |= {"additionalProperties", "minItems", "maxItems", "minimum", "maximum", "enum", "$defs"}
    assert set(schema) - known <= {"pattern"}, path
    types = schema.get("type", list(kinds))
    types = [types] if isinstance(types, str) else types
    is_bool = isinstance(value, bool)
    if not any(isinstance(value, kinds[t]) and (t == "boolean") == is_bool for t in types):
        return [f"{path}: {value!r} is not {types}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path}: {value!r}")
    if (
        not schema.get("minimum", -np.inf)
        <= (value if isinstance(value, int | float) else 1)
        <= schema.get("maximum", np.inf)
    ):
        found.append(f"{path}: {value!r} out of range")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", np.inf):
            found.append(f"{path}: {len(value)} items")
        for i, entry in enumerate(value):
            found += violations(entry, schema.get("items", {}), root, f"{path}[{i}]")
    if isinstance(value, dict):
        required = schema.get("required", ())
        found += [f"{path}.{key}: missing" for key in required if key not in value]
        properties = schema.get("properties", {})
        for key, entry in value.items():
            rule = properties.get(key, schema.get("additionalProperties"))
            if rule is None:
                found.append(f"{path}.{key}: not in the schema")
            else:
                found += violations(entry, rule, root, f"{path}.{key}")
    return found


def schema_document() -> dict[str, Any]:
    text = (files("ledcal.profile") / "schema" / "profile-1.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize(
    "profile",
    [
        fake_profile(),
        fake_profile(transform=None, findings=(), stage=replace(fake_stage(), camera=Camera())),
        fake_profile(quality=fake_quality_of(after=Spread(float("nan"), 1, 2))),
    ],
    ids=["whole", "sparse", "unknown figures"],
)
def test_the_schema_describes_what_is_written(profile: Profile) -> None:
    schema = schema_document()
    assert violations(document_of(profile), schema, schema, "") == []


def test_the_schema_is_as_strict_as_the_codec() -> None:
    schema = schema_document()
    for path in ALL_KEYS:
        document = document_of(fake_profile())
        at = document
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        missing = [] if path in LATER_KEYS else [f".{'.'.join(path)}: missing"]
        assert violations(document, schema, schema, "") == missing


def test_a_table_of_another_size_is_noticed() -> None:
    document = document_of(fake_profile(size=9))
    with pytest.raises(ProfileError, match=r"correction.size: 9, but the table has 5"):
        read(document, fake_profile(size=5))


def test_a_custom_gamut_comes_back() -> None:
    profile = fake_profile()
    gamut = Gamut("custom", [[0.7, 0.3], [0.17, 0.8], [0.13, 0.05]], [0.31, 0.33])
    stage = replace(profile.stage, wall=replace(profile.stage.wall, gamut=gamut))
    profile = replace(profile, stage=stage)
    back = read(document_of(profile), profile)
    np.testing.assert_array_equal(back.stage.wall.gamut.primaries_xy, gamut.primaries_xy)
