"""The white chart of a black frame: its light, or one sentence on what is wrong with it."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.measure.chart import measure_chart
from ledcal.values.frame import Exposure, LinearFrame, Plane

BOX = (40.0, 100.0, 24.0, 16.0)
LIGHT = {"R": 0.12, "G1": 0.30, "G2": 0.32, "B": 0.18}
BLACK, WHITE = 512.0, 16383.0


def frame_of(light: dict[str, float], box: tuple[float, ...] = BOX) -> LinearFrame:
    """A dark picture with a card in it."""
    planes = []
    for channel, column, row in (("R", 0, 0), ("G1", 1, 0), ("G2", 0, 1), ("B", 1, 1)):
        values = np.full((80, 120), BLACK)
        left, top, width, height = (round(x / 2) for x in box)
        inside = slice(top, top + height), slice(left, left + width)
        values[inside] = BLACK + light[channel] * (WHITE - BLACK)
        dn = np.clip(values, 0, WHITE).astype(np.uint16)
        planes.append(Plane(dn, channel, column, row, 2, BLACK, WHITE, WHITE))
    return LinearFrame("a.dng", 240, 160, tuple(planes), "camera", Exposure(), None)


def inner(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, width, height = box
    return left + 4, top + 4, width - 8, height - 8


def test_its_light_is_that_of_the_card() -> None:
    found = measure_chart(frame_of(LIGHT), inner(BOX))
    np.testing.assert_allclose(found, [0.12, 0.31, 0.18], atol=1e-4)


def test_twice_the_light_is_twice_the_number() -> None:
    bright = {name: 2.0 * value for name, value in LIGHT.items()}
    ratio = measure_chart(frame_of(bright), inner(BOX)) / measure_chart(frame_of(LIGHT), inner(BOX))
    np.testing.assert_allclose(ratio, 2.0, rtol=1e-3)


def test_a_picture_has_one_green() -> None:
    values = np.full((60, 80), 0.25, np.float32)
    planes = tuple(Plane(values, name, 0, 0, 1, 0.0, 1.0, 1.0) for name in ("R", "G", "B"))
    frame = LinearFrame("a.exr", 80, 60, planes, "ACES2065-1", Exposure(), None)
    assert measure_chart(frame, (10.0, 10.0, 20.0, 20.0)).tolist() == [0.25, 0.25, 0.25]


@pytest.mark.parametrize(
    "box", [(-1.0, 0.0, 9.0, 9.0), (230.0, 0.0, 20.0, 9.0), (0.0, 150.0, 9.0, 11.0)]
)
def test_a_box_outside_the_picture_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError, match=r"--chart .*: not inside the picture of 240 x 160 px"):
        measure_chart(frame_of(LIGHT), box)


@pytest.mark.parametrize(
    ("light", "words"),
    [
        (dict.fromkeys(LIGHT, 0.005), r"the chart is dark in a.dng \(0.50 % of full scale, needed"),
        (LIGHT | {"G1": 1.5}, "the chart is clipped in a.dng; give it less light"),
    ],
)
def test_a_card_that_says_nothing_is_refused(light: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        measure_chart(frame_of(light), inner(BOX))


def test_a_box_that_holds_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="too small a box to measure"):
        measure_chart(frame_of(LIGHT), (50.2, 108.2, 0.1, 0.1))
