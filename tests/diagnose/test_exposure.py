"""Clipped patches are told by camera channel, with what to do; too little light is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.diagnose.exposure import clipped, clipped_channels, low
from ledcal.values.camera import CameraTransform
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from tests.diagnose.cases import found_in, make_case, make_columns, make_take, said_by

MATRIX = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
TRANSFORM = CameraTransform(np.array([2.0, 1.0, 1.5]), MATRIX, "test")
# Camera RGB: green full, green and red full, all full, and two that are not flagged.
RAW = np.array(
    [[0.5, 1.0, 0.7], [0.998, 1.0, 0.7], [1.0, 1.0, 1.0], [0.4, 0.9, 0.2], [0.01, 0.01, 0.01]]
)


def take() -> PatchMeasurements:
    flags = np.array([1, 1, 1, 0, 1]) * int(MeasurementFlag.SATURATED)
    return PatchMeasurements(
        code=np.array(
            [[0.7, 0.7, 0.7], [0.74, 0.7, 0.7], [0.79, 0.79, 0.79], [0.7] * 3, [0.3] * 3]
        ),
        camera=RAW @ TRANSFORM.combined().T,
        sigma=np.full((5, 3), 1e-4),
        n_samples=np.full(5, 100),
        saturated=np.array([0.2, 0.1, 1.0, 0.0, 1.0]),
        flags=flags,
        kind=("neutral", "mixed", "neutral", "neutral", "anchor"),
        frame=("a.dng", "b.dng", "b.dng", "c.dng", "c.dng"),
    )


def test_channels_are_counted_in_camera_rgb() -> None:
    # The anchor is no patch of the pattern.
    assert clipped_channels(take(), TRANSFORM).tolist() == [2, 3, 1]


@pytest.mark.parametrize("has_flags", [True, False])
def test_clipped_patches_are_named_by_channel_with_stops(has_flags: bool) -> None:  # noqa: FBT001
    """By flags, or by the share of saturated photosites alone."""
    measured = take() if has_flags else replace(take(), flags=np.zeros(5, np.int64))
    said = said_by(clipped, make_case(measured, transform=TRANSFORM))["saturated-patches"]
    assert said.seen == (
        "3 of 4 patches are clipped (3 in the camera's green, 2 in the camera's red, 1 in the "
        "camera's blue); they do not count in the fit"
    )
    assert said.cause == "too much light for the sensor; its green is full first"
    # The brightest usable code, 0.7, gives 44 % of the light of 0.79: 1.2 stops and a half.
    assert said.fix == (
        "colours above 44 % of the peak are a guess; close the iris or add ND by 2 stops and "
        "shoot again"
    )
    assert said.reshoot
    assert said.frames == ("a.dng", "b.dng")


def test_one_clipped_patch_is_one() -> None:
    share = np.array([0.0, 0.0, 0.01, 0.0, 0.0])
    measured = replace(take(), flags=np.zeros(5, np.int64), saturated=share)
    said = said_by(clipped, make_case(measured, transform=TRANSFORM))["saturated-patches"]
    assert said.seen.startswith("1 of 4 patches is clipped (1 in the camera's red, 1 in")


def test_a_table_that_is_aces_already_is_told_the_same_way() -> None:
    said = said_by(clipped, make_case(replace(take(), camera=RAW)))["saturated-patches"]
    assert "3 in the camera's green" in said.seen


def test_a_share_that_moves_no_mean_is_no_clipping() -> None:
    at_limit = replace(take(), flags=np.zeros(5, np.int64), saturated=np.full(5, 0.001))
    assert said_by(clipped, make_case(at_limit)) == {}


def test_a_clipped_anchor_alone_is_no_patch() -> None:
    flags = np.array([0, 0, 0, 0, int(MeasurementFlag.SATURATED)])
    measured = replace(take(), flags=flags, saturated=np.zeros(5))
    assert said_by(clipped, make_case(measured)) == {}


@pytest.mark.parametrize(("level", "stops"), [(0.059, 3), (0.02, 4), (0.001, 8)])
def test_too_little_light_is_said_with_stops(level: float, stops: int) -> None:
    case = make_case(take=make_take(frames=make_columns(brightest=np.linspace(0.0, level, 6))))
    said = said_by(low, case)["exposure-low"]
    assert (
        f"reaches {100 * level:.1f} % of the sensor's range (limit 6 %, 1 % to fail)" in said.seen
    )
    assert said.severity == ("fail" if level < 0.01 else "warning")
    assert said.fix.startswith(f"open up by {stops} stops")
    # That many stops more leave white at half of the range at most.
    assert level * 2**stops <= 0.5 < level * 2 ** (stops + 1)
    assert said.reshoot


def test_light_at_the_limit_and_pictures_are_not_too_low() -> None:
    enough = make_take(frames=make_columns(brightest=np.full(6, 0.06)))
    assert said_by(low, make_case(take=enough)) == {}
    picture = make_take(frames=make_columns(brightest=np.full(6, 0.001)), is_raw=False)
    assert said_by(low, make_case(take=picture)) == {}
    assert said_by(low, make_case()) == {}


def test_too_little_light_explains_noise() -> None:
    flags = np.full(84, int(MeasurementFlag.NOISY))
    noisy = replace(make_case().measurements, flags=flags)
    assert set(found_in(make_case(noisy, take=make_take()))) == {"noisy-patches"}
    dark = make_take(frames=make_columns(brightest=np.full(6, 0.02)))
    assert set(found_in(make_case(noisy, take=dark))) == {"exposure-low"}
