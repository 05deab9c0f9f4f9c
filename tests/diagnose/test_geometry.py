"""Where the camera stands, told from homographies of known poses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.diagnose.geometry import mirrored, off_axis, outside, rotated, stretched, view_of
from tests.diagnose.cases import found_in, make_case, make_columns, make_pattern, make_take, said_by

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case
    from ledcal.values.arrays import FloatArray

FRAME_PX = (1440, 960)
LANDSCAPE, PORTRAIT = (640, 360), (360, 640)
# Full frame: 20 mm, 35 mm, 100 mm, 300 mm, in picture widths.
LENSES = (0.55, 0.97, 2.8, 8.3)


def pose(
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    focal: float = 1.5,
    fill: float = 0.5,
    stretch: float = 1.0,
    squeeze: float = 1.0,
    mirror: bool = False,
    size: tuple[int, int] = LANDSCAPE,
    shift: tuple[float, float] = (0.0, 0.0),
) -> FloatArray:
    """Wall pixel to picture pixel of an ideal lens, the wall in the middle of the picture."""
    a, b, c = np.deg2rad([yaw, pitch, roll])
    turn_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turn_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turn = turn_z @ turn_x @ turn_y
    width, height = size
    middle = [[1.0, 0.0, -(width - 1) / 2], [0.0, stretch, -stretch * (height - 1) / 2], [0, 0, 1]]
    # The wall's longer side fills that share of the picture's height.
    distance = focal * FRAME_PX[0] * max(width, height) / (fill * FRAME_PX[1])
    plane = np.column_stack([turn[:, 0], turn[:, 1], [0.0, 0.0, distance]])
    f = focal * FRAME_PX[0]
    lens = np.array(
        [
            [(-f if mirror else f) / squeeze, 0.0, (FRAME_PX[0] - 1) / 2 + shift[0]],
            [0.0, f, (FRAME_PX[1] - 1) / 2 + shift[1]],
            [0.0, 0.0, 1.0],
        ]
    )
    matrix = lens @ plane @ np.array(middle)
    return np.asarray(matrix / matrix[2, 2])


def case_of(matrix: FloatArray, n: int = 6, **changes: Any) -> Case:
    pattern = make_pattern(
        width=changes.pop("width", LANDSCAPE[0]), height=changes.pop("height", LANDSCAPE[1])
    )
    columns = make_columns(n, homography=np.tile(matrix, (n, 1, 1)), **changes)
    return make_case(take=make_take(frames=columns, frame_px=FRAME_PX, pattern=pattern))


def seen(matrix: FloatArray) -> tuple[float, float]:
    return view_of(matrix[None], FRAME_PX)


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
@pytest.mark.parametrize("roll", [0.0, 90.0, 180.0, -90.0])
@pytest.mark.parametrize("focal", LENSES)
def test_straight_on_is_no_angle_and_no_stretch(
    focal: float, roll: float, size: tuple[int, int]
) -> None:
    for mirror in (False, True):
        angle, stretch = seen(pose(focal=focal, roll=roll, size=size, mirror=mirror))
        assert angle < 1.0
        assert stretch == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("focal", LENSES[:3])
@pytest.mark.parametrize(("yaw", "pitch"), [(15, 0), (25, 0), (-35, 0), (0, 20), (45, 0)])
def test_angles_are_told_to_a_few_degrees(focal: float, yaw: float, pitch: float) -> None:
    """From perspective: the more of it, the better."""
    for roll in (0.0, 3.0, 90.0, 180.0):
        for mirror in (False, True):
            matrix = pose(yaw=yaw, pitch=pitch, roll=roll, focal=focal, mirror=mirror)
            angle, stretch = seen(matrix)
            assert angle == pytest.approx(max(abs(yaw), abs(pitch)), abs=3.0)
            assert stretch == pytest.approx(1.0, abs=0.03)


@given(
    yaw=st.floats(-40, 40),
    pitch=st.floats(-15, 15),
    roll=st.floats(-180, 180),
    focal=st.floats(0.6, 3.0),
    upright=st.booleans(),
    mirror=st.booleans(),
)
def test_a_wall_of_square_pixels_is_not_stretched(
    yaw: float, pitch: float, roll: float, focal: float, *, upright: bool, mirror: bool
) -> None:
    size = PORTRAIT if upright else LANDSCAPE
    matrix = pose(yaw=yaw, pitch=pitch, roll=roll, focal=focal, size=size, mirror=mirror)
    case = case_of(matrix, width=size[0], height=size[1])
    assert said_by(stretched, case) == {}
    angle, _ = seen(matrix)
    wanted = np.degrees(np.arccos(np.cos(np.deg2rad(yaw)) * np.cos(np.deg2rad(pitch))))
    assert angle == pytest.approx(wanted, abs=4.0)


@pytest.mark.parametrize("stretch", [0.85, 0.9, 0.95, 1.05, 1.1, 1.2])
@pytest.mark.parametrize("roll", [0.0, 2.0, 90.0])
def test_stretch_is_told_straight_on(stretch: float, roll: float) -> None:
    matrix = pose(stretch=stretch, roll=roll)
    assert seen(matrix)[1] == pytest.approx(stretch, rel=0.01)
    said = said_by(stretched, case_of(matrix))["pattern-stretched"]
    much = max(stretch, 1.0 / stretch) - 1.0
    way = "higher" if stretch > 1.0 else "wider"
    assert f"{100 * much:.0f} % {way} in the picture than its 640 x 360 px" in said.seen
    assert "(limit 4 %)" in said.seen
    assert said.severity == "warning"


@pytest.mark.parametrize("stretch", [0.97, 1.0, 1.03])
def test_a_stretch_below_the_limit_is_let_pass(stretch: float) -> None:
    assert said_by(stretched, case_of(pose(stretch=stretch))) == {}


@pytest.mark.parametrize("squeeze", [1.25, 1.3, 4 / 3, 1.5, 1.55, 1.65, 1.8, 2.0])
def test_anamorphic_lenses_are_no_stretch(squeeze: float) -> None:
    assert said_by(stretched, case_of(pose(squeeze=squeeze))) == {}
    # Desqueezed the wrong way round.
    assert said_by(stretched, case_of(pose(squeeze=1.0 / squeeze))) == {}


@pytest.mark.parametrize("angle", [25.0, 32.0, -40.0])
def test_off_axis_is_said_with_its_angle(angle: float) -> None:
    said = found_in(case_of(pose(yaw=angle, focal=1.0)))
    assert list(said) == ["off-axis"]
    told = float(said["off-axis"].seen.split(" degrees")[0].split()[-1])
    assert told == pytest.approx(abs(angle), abs=3.0)
    assert "(limit 20)" in said["off-axis"].seen


@pytest.mark.parametrize("angle", [0.0, 8.0, 16.0])
def test_a_small_angle_is_let_pass(angle: float) -> None:
    assert said_by(off_axis, case_of(pose(yaw=angle, focal=1.0))) == {}


def test_one_odd_frame_is_no_angle() -> None:
    matrices = np.tile(pose(), (6, 1, 1))
    matrices[2] = pose(yaw=50.0)
    take = make_take(frames=make_columns(6, homography=matrices), frame_px=FRAME_PX)
    assert found_in(make_case(take=take)) == {}


@pytest.mark.parametrize(
    ("roll", "words"), [(90.0, "on its side"), (-90.0, "on its side"), (180.0, "upside down")]
)
def test_turned_pictures_are_notes(roll: float, words: str) -> None:
    said = found_in(case_of(pose(roll=roll)))
    assert list(said) == ["rotated"]
    assert f"the wall is {words} in the picture (turned by " in said["rotated"].seen
    told = float(said["rotated"].seen.split("turned by ")[1].split()[0])
    assert abs(told) == abs(roll)
    assert said["rotated"].severity == "note"


@pytest.mark.parametrize("roll", [-40.0, 0.0, 40.0])
def test_a_leaning_picture_is_not_turned(roll: float) -> None:
    assert said_by(rotated, case_of(pose(roll=roll))) == {}


def test_a_mirrored_picture_is_a_note_and_not_turned() -> None:
    said = found_in(case_of(pose(mirror=True)))
    assert list(said) == ["mirrored"]
    assert said["mirrored"].seen == "6 frames show the wall mirrored"
    assert said["mirrored"].severity == "note"
    assert len(said["mirrored"].frames) == 6
    both = found_in(case_of(pose(mirror=True, roll=180.0)))
    assert list(both) == ["mirrored", "rotated"]


def test_mirrored_frames_are_named_one_by_one() -> None:
    matrices = np.tile(pose(), (6, 1, 1))
    matrices[3] = pose(mirror=True)
    take = make_take(frames=make_columns(6, homography=matrices), frame_px=FRAME_PX)
    assert said_by(mirrored, make_case(take=take))["mirrored"].frames == ("0003.dng",)


@pytest.mark.parametrize(("share", "is_said"), [(0.0, False), (0.005, False), (0.02, True)])
def test_a_wall_that_leaves_the_picture(share: float, *, is_said: bool) -> None:
    said = said_by(outside, case_of(pose(), outside=np.full(6, share)))
    assert bool(said) == is_said
    if is_said:
        seen_text = said["wall-partly-outside"].seen
        assert "2 % of the wall's outline lies outside the picture (limit 0.5 %)" in seen_text


def test_a_table_has_no_geometry() -> None:
    for rule in (mirrored, rotated, outside, off_axis, stretched):
        assert said_by(rule, make_case()) == {}
