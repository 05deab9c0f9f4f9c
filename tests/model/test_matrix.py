"""The nearest matrix: exact for a wall that is one, and the best there is for one that is not."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import P3_D65, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf
from ledcal.model.matrix import grey_codes, nearest_matrix, wall_code
from ledcal.model.predict import black, predict
from ledcal.model.trial import shown_codes
from ledcal.values.stage import Wall
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall

LINEAR = SyntheticWall(
    "gamma 2.4",
    400.0,
    (0.0, 0.0, 0.0),
    ripple=0.0,
    threshold_nits=0.0,
    additivity=0.0,
    drift=0.0,
    crosstalk=0.0,
    noise=1e-5,
)
WALLS = (SyntheticWall(), SyntheticWall("gamma 2.4", 400.0, (0.05, 0.1, -0.08), seed=5))


def set_to(wall: SyntheticWall) -> Wall:
    return Wall("north", 1920, 1080, 2.6, wall.eotf, wall.peak_nits, P3_D65)


def test_a_wall_that_is_a_matrix_gets_its_inverse() -> None:
    done = calibrate(LINEAR, 120)
    found = nearest_matrix(done.model, set_to(LINEAR), done.target, done.k)
    lit = LINEAR.camera(np.eye(3)) - LINEAR.camera(np.zeros((1, 3)))
    from_wall = done.k * lit.T / LINEAR.peak_nits
    wanted = np.linalg.solve(from_wall, matrix_rgb_to_aces(P3_D65) / 100.0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=0.01)


@pytest.fixture(scope="module", params=WALLS, ids=lambda wall: wall.eotf)
def wall(request: pytest.FixtureRequest) -> SyntheticWall:
    found = request.param
    assert isinstance(found, SyntheticWall)
    return found


def missed(done: Calibrated, wall: SyntheticWall, matrix: np.ndarray) -> tuple[float, float]:
    """Root mean square of delta E ITP: colours, greys."""
    found = []
    for codes in (
        shown_codes(done.model, done.target, done.k),
        grey_codes(done.model, done.target, done.k),
    ):
        nits = eotf(wall.eotf, codes, peak_nits=wall.peak_nits)
        code = wall_code(matrix, set_to(wall), nits)
        seen = done.k * (predict(done.model, code) - black(done.model))
        away = delta_e_itp(seen, target_light(done.target, codes))
        found.append(float(np.sqrt(np.mean(away**2))))
    return found[0], found[1]


def test_no_other_matrix_is_nearer(wall: SyntheticWall) -> None:
    done = calibrate(wall, 300)
    found = nearest_matrix(done.model, set_to(wall), done.target, done.k)
    colours, greys = missed(done, wall, found)
    nothing = missed(done, wall, np.eye(3))
    assert colours < 0.5 * nothing[0]
    # The tone curves of a wall are no matrix's business, a tint of all greys is.
    assert greys < 1.05 * nothing[1]
    rng = np.random.default_rng(1)
    for _ in range(20):
        other = missed(done, wall, found + 0.01 * rng.standard_normal((3, 3)))
        assert np.hypot(*other) > np.hypot(colours, greys)


def test_greys_count(wall: SyntheticWall, monkeypatch: pytest.MonkeyPatch) -> None:
    done = calibrate(wall, 300)
    found = nearest_matrix(done.model, set_to(wall), done.target, done.k)
    monkeypatch.setattr("ledcal.model.matrix._GREY_SHARE", 0.0)
    without = nearest_matrix(done.model, set_to(wall), done.target, done.k)
    assert missed(done, wall, found)[1] < missed(done, wall, without)[1] - 0.02


def test_greys_are_those_that_the_wall_makes(wall: SyntheticWall) -> None:
    done = calibrate(wall, 300)
    grey = grey_codes(done.model, done.target, done.k)
    assert (grey == grey[:, :1]).all()
    assert len(grey) > 50
    nits = eotf(wall.eotf, grey[:, 0], peak_nits=wall.peak_nits)
    assert 1.9 < nits.min() < 2.1
    assert nits.max() <= wall.peak_nits * 1.001
