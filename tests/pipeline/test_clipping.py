"""Clipped patches are told by camera channel, with what to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.pipeline.clipping import clipped_channels, name_channels, table_findings
from ledcal.values.camera import CameraTransform
from ledcal.values.finding import Finding
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from tests.profile.fake import fake_stage

MATRIX = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
TRANSFORM = CameraTransform(np.array([2.0, 1.0, 1.5]), MATRIX, "test")
# Camera RGB: green full, green and red full, all full, and two that are not flagged.
RAW = np.array(
    [[0.5, 1.0, 0.7], [0.998, 1.0, 0.7], [1.0, 1.0, 1.0], [0.4, 0.9, 0.2], [0.01, 0.01, 0.01]]
)
WALL = fake_stage().wall


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


def finding(name: str) -> Finding:
    return Finding(name, "warning", "seen", "cause", 0.6, "close the iris", reshoot=True)


def test_channels_are_counted_in_camera_rgb() -> None:
    # The anchor is no patch of the pattern.
    assert clipped_channels(take(), TRANSFORM).tolist() == [2, 3, 1]


def test_the_finding_of_a_take_names_them() -> None:
    other, clipped = name_channels(
        (finding("noisy-patches"), finding("saturated-patches")), take(), TRANSFORM
    )
    assert other == finding("noisy-patches")
    assert clipped.seen == (
        "3 of 4 patches are clipped (3 in the camera's green, 2 in the camera's red, 1 in the "
        "camera's blue); they do not count in the fit"
    )
    assert "green is full first" in clipped.cause
    assert clipped.fix == "close the iris"
    nothing = replace(take(), flags=np.zeros(5, np.int64), saturated=np.zeros(5))
    assert name_channels((finding("noisy-patches"),), nothing, None) == (finding("noisy-patches"),)


@pytest.mark.parametrize("has_flags", [True, False])
def test_a_table_says_it_too(has_flags: bool) -> None:  # noqa: FBT001
    """By its flags, or by the share of saturated photosites alone."""
    measured = take()
    if not has_flags:
        measured = replace(measured, flags=np.zeros(5, np.int64))
    (said,) = table_findings(measured, WALL)
    assert said.id == "saturated-patches"
    assert said.seen == "3 of 4 patches are clipped, as the table says"
    assert said.frames == ("a.dng", "b.dng")
    assert "colours above 44 % of the peak are a guess; close the iris" in said.fix
    nothing = replace(take(), flags=np.zeros(5, np.int64), saturated=np.zeros(5))
    assert table_findings(nothing, WALL) == ()
