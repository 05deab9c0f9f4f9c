"""What displays are called: each to be told from the others, in every menu."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.export.ocio.names import DisplayNames, clean_name, name_walls
from ledcal.values.stage import Gamut
from tests.export.ocio.walls import fake_wall

if TYPE_CHECKING:
    from ledcal.values.export import WallCorrection


def test_one_wall_has_the_names_of_the_contract() -> None:
    assert name_walls([fake_wall("north")]) == (
        DisplayNames(
            "LED north calibrated",
            "LED north uncalibrated",
            "Un-tone-mapped",
            "LED north correction",
        ),
    )


def test_cameras_of_one_wall_are_told_and_share_what_is_not_corrected() -> None:
    one, other = name_walls(
        [fake_wall("north", camera="Alexa 35"), fake_wall("north", camera="Venice")]
    )
    assert one.calibrated == "LED north calibrated for Alexa 35"
    assert one.correction == "LED north correction for Alexa 35"
    assert other.calibrated == "LED north calibrated for Venice"
    assert one.uncalibrated == other.uncalibrated == "LED north uncalibrated"


def test_profiles_of_one_camera_are_told() -> None:
    names = name_walls(
        [
            fake_wall("north", camera="Venice", profile="monday"),
            fake_wall("north", camera="venice", profile="tuesday"),
            fake_wall("north", camera="Alexa", profile="monday"),
            fake_wall("south", camera="Venice", profile="monday"),
        ]
    )
    assert [one.calibrated for one in names] == [
        "LED north calibrated for Venice (monday)",
        "LED north calibrated for venice (tuesday)",
        "LED north calibrated for Alexa",
        "LED south calibrated",
    ]


def test_targets_of_one_wall_are_told_where_nothing_corrects() -> None:
    names = name_walls(
        [
            fake_wall("north", camera="A", eotf="PQ"),
            fake_wall("north", camera="B", eotf="ST 2084"),
            fake_wall("north", camera="C", space="BT.2020", peak_nits=1000.0),
        ]
    )
    assert [one.uncalibrated for one in names] == [
        "LED north uncalibrated (P3-D65 ST 2084 1500 nits)",
        "LED north uncalibrated (P3-D65 ST 2084 1500 nits)",
        "LED north uncalibrated (BT.2020 ST 2084 1000 nits)",
    ]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (fake_wall("north", camera="B", peak_nits=800.0), "P3-D65 ST 2084 800 nits"),
        (fake_wall("north", camera="B", eotf="sRGB"), "P3-D65 sRGB 1500 nits"),
        (fake_wall("north", camera="B", space="BT.709"), "BT.709 ST 2084 1500 nits"),
    ],
)
def test_one_thing_that_differs_makes_another_target(other: WallCorrection, says: str) -> None:
    names = name_walls([fake_wall("north", camera="A"), other])
    assert names[0].uncalibrated == "LED north uncalibrated (P3-D65 ST 2084 1500 nits)"
    assert names[1].uncalibrated == f"LED north uncalibrated ({says})"


def test_gamuts_are_the_same_by_their_numbers() -> None:
    same, other = fake_wall("north", camera="A"), fake_wall("north", camera="B")
    target = same.target
    renamed = Gamut("custom", target.gamut.primaries_xy, target.gamut.whitepoint_xy)
    moved = Gamut(target.gamut.name, target.gamut.primaries_xy, np.array([0.314, 0.351]))
    names = name_walls([same, replace(other, target=replace(target, gamut=renamed))])
    assert names[0].uncalibrated == names[1].uncalibrated
    names = name_walls([same, replace(other, target=replace(target, gamut=moved))])
    assert names[1].uncalibrated == f"{names[0].uncalibrated} (2)"


def test_upper_and_lower_case_are_one_name() -> None:
    names = name_walls([fake_wall("North", camera="A"), fake_wall("north", camera="B")])
    assert names[0].calibrated == "LED North calibrated for A"
    assert names[1].calibrated == "LED North calibrated for B"


def test_taken_names_are_left_alone() -> None:
    taken = ["led NORTH calibrated", "LED north correction", "LED north correction (2)"]
    (names,) = name_walls([fake_wall("north")], view="Plain", taken=taken)
    assert names == DisplayNames(
        "LED north calibrated (2)", "LED north uncalibrated", "Plain", "LED north correction (3)"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("100 % $HOME", "100 _ _HOME"),
        ("a\tb\r\n c\x00\x1b[0m\u2028d\ufeff", "a b c[0m d"),
        ("u\u0308ber", "über"),
        ("\ud800", "wall"),
        ("", "wall"),
    ],
)
def test_names_hold_only_what_opencolorio_takes(text: str, name: str) -> None:
    assert clean_name(text, empty="wall") == name


@given(
    st.lists(
        st.tuples(*[st.sampled_from(["a", "A", "b", "a calibrated", "", "$"])] * 3),
        min_size=1,
        max_size=6,
    )
)
def test_no_two_things_have_one_name(walls: list[tuple[str, str, str]]) -> None:
    names = name_walls(
        [fake_wall(name, camera=camera, profile=profile) for name, camera, profile in walls]
    )
    found = [one.calibrated for one in names] + [one.correction for one in names]
    found += {one.uncalibrated for one in names}
    assert len({name.casefold() for name in found}) == len(found)
