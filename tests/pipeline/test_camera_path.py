"""Which patches the direct 3x3 from the wall's own primaries is made of, and when it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.colorimetry.space import matrix_rgb_to_aces
from ledcal.errors import CaptureError, InputError
from ledcal.pipeline.camera_path import require_one_path, transform_by_wall
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from tests.profile.fake import fake_stage

WALL = replace(fake_stage().wall, eotf="gamma 2.0", peak_nits=500.0)
# Camera RGB of red, green and blue at full drive, row by row, and of the black wall.
SEEN = np.array([[0.41, 0.06, 0.01], [0.21, 0.73, 0.14], [0.02, 0.11, 0.52]])
BLACK = np.array([0.003, 0.002, 0.004])
LEVELS = (1.0, 0.9, 0.5)


def take(*, has_black: bool = True) -> PatchMeasurements:
    code = np.concatenate([level * np.eye(3) for level in LEVELS])
    code = np.concatenate([code, np.full((1, 3), 0.5), np.zeros((int(has_black), 3))])
    n = len(code)
    return PatchMeasurements(
        code=code,
        camera=code**2 @ SEEN + BLACK * has_black,
        sigma=np.full((n, 3), 1e-4),
        n_samples=np.full(n, 100),
        saturated=np.zeros(n),
        flags=np.zeros(n, np.int64),
        kind=("",) * n,
        frame=("",) * n,
        space="camera",
    )


def clipped(measured: PatchMeasurements, *rows: int) -> PatchMeasurements:
    flags, camera = measured.flags.copy(), measured.camera.copy()
    flags[[*rows]] |= int(MeasurementFlag.SATURATED)
    camera[[*rows]] *= 0.6
    return replace(measured, flags=flags, camera=camera)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (take(), "code 1)"),
        (clipped(take(), 1), "code 0.9)"),
        (clipped(take(), 0, 1, 2, 4), "code 0.5)"),
        # No level is left that all three have: each at its own, by the declared EOTF.
        (clipped(take(), 0, 3, 1, 7, 5, 8), "code 0.5 0.9 1)"),
        (take(has_black=False), "code 1, black not taken off)"),
    ],
    ids=["full", "green clips", "two levels clip", "no common level", "no black"],
)
def test_the_brightest_unclipped_primaries_become_the_declared_ones(
    measured: PatchMeasurements, words: str
) -> None:
    transform = transform_by_wall(measured, WALL)
    aces = SEEN @ transform.combined().T
    declared = matrix_rgb_to_aces(WALL.gamut).T
    assert aces / aces.sum() == pytest.approx(declared / declared.sum(), abs=1e-9)
    assert words in transform.source
    carried = transform.carry(measured)
    assert carried.space == "ACES2065-1"
    assert carried.camera == pytest.approx(measured.camera @ transform.combined().T)
    assert (carried.sigma > 0).all()


def test_without_a_primary_there_is_no_such_matrix() -> None:
    measured = take()
    code = measured.code.copy()
    code[code[:, 1] > code[:, 0], 0] = 0.01
    with pytest.raises(InputError, match=r"no green one among the 11 patches; use --idt"):
        transform_by_wall(replace(measured, code=code), WALL)
    with pytest.raises(CaptureError, match=r"unclipped patch of pure blue, and all 3 are clipped"):
        transform_by_wall(clipped(measured, 2, 5, 8), WALL)
    grey = np.repeat(measured.camera.mean(axis=1)[:, None], 3, axis=1)
    with pytest.raises(CaptureError, match="look alike"):
        transform_by_wall(replace(measured, camera=grey), WALL)


def test_the_names_of_camera_spaces() -> None:
    assert require_one_path(None, "WALL") == "wall"
    assert require_one_path(None, "p3-d65") == "P3-D65"
    assert require_one_path(None, "arri wide gamut 4") == "ARRI Wide Gamut 4"
    assert require_one_path(None, None) is None
