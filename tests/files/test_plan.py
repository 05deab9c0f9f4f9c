"""plan.json reads back exactly, and a damaged one is refused with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledcal.errors import InputError
from ledcal.files.plan import read_plan, write_plan
from ledcal.values.pattern import FrameKind, Patch, PatchKind, Pattern, PatternFrame, Region

if TYPE_CHECKING:
    from pathlib import Path


def make_pattern() -> Pattern:
    patches = (
        Patch([0.1, 1 / 3, 512 / 1023], Region(10, 20, 30, 40), PatchKind.MIXED),
        Patch([0.0, 0.0, 0.0], Region(100, 20, 30, 40), "dark"),
    )
    frames = (
        PatternFrame(0, FrameKind.BLACK, ()),
        PatternFrame(1, FrameKind.PATCHES, patches),
    )
    return Pattern("quick", "grid", 77, 400, 300, "ST 2084", 1500.0, frames)


def test_it_reads_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    pattern = make_pattern()
    write_plan(path, pattern)
    again = read_plan(path)
    assert [p.code.tolist() for p in again.frames[1].patches] == [
        p.code.tolist() for p in pattern.frames[1].patches
    ]
    assert again.frames[1].patches[0].region == Region(10, 20, 30, 40)
    assert again.frames[1].patches[1].kind is PatchKind.DARK
    assert (again.name, again.layout, again.pattern_id) == ("quick", "grid", 77)
    assert again.frames[0].kind is FrameKind.BLACK


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("schema_version", 99, "newer ledcal"),
        ("framse", [], "the nearest known key is 'frames'"),
        ("frames", [{"index": 1, "kind": "black", "patches": []}], "index is 1, expected 0"),
        ("frames", [{"index": 0, "kind": "balck", "patches": []}], "balck"),
        ("frames", "none", "frames[0]"),
        (
            "frames",
            [
                {
                    "index": 0,
                    "kind": "patches",
                    "patches": [{"code": [1, 2], "region": [0, 0, 1, 1]}],
                }
            ],
            "frames[0].patches[0]",
        ),
        (
            "frames",
            [
                {
                    "index": 0,
                    "kind": "patches",
                    "patches": [{"code": [0, 2, 0], "region": [0, 0, 900, 1], "kind": "mixed"}],
                }
            ],
            "outside 0..1",
        ),
    ],
)
def test_mistakes_are_named(tmp_path: Path, key: str, value: object, expected: str) -> None:
    path = tmp_path / "plan.json"
    write_plan(path, make_pattern())
    document = json.loads(path.read_text())
    document[key] = value
    path.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert expected in str(caught.value)


def test_a_cut_plan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_plan(path, make_pattern())
    path.write_text(path.read_text()[:200])
    with pytest.raises(InputError, match="was it cut short"):
        read_plan(path)
