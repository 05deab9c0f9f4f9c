"""Wall code to content code: what the correction did, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_light
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.content import content_code, content_samples
from ledcal.model.invert import correct
from ledcal.model.trial import shown_codes
from tests.model.closed_loop import Calibrated, calibrate
from tests.model.synthetic_wall import SyntheticWall

if TYPE_CHECKING:
    from ledcal.values.lut import Lut3d

WALLS = (SyntheticWall(), SyntheticWall("gamma 2.4", 400.0, (0.05, 0.1, -0.08), seed=5))


@pytest.fixture(scope="module", params=WALLS, ids=lambda wall: wall.eotf)
def done(request: pytest.FixtureRequest) -> Calibrated:
    return calibrate(request.param, 300)


def test_what_was_corrected_comes_back(done: Calibrated) -> None:
    content = shown_codes(done.model, done.target, done.k)
    wall, reachable = correct(done.model, done.target, done.k, content)
    back = content_code(done.model, done.target, done.k, wall[reachable])
    away = delta_e_itp(
        target_light(done.target, back), target_light(done.target, content[reachable])
    )
    assert np.percentile(away, 99) < 0.02
    assert away.max() < 0.2


def test_black_is_black_and_nothing_leaves_the_code_range(done: Calibrated) -> None:
    corners = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    back = content_code(done.model, done.target, done.k, corners)
    assert back[0].tolist() == [0.0, 0.0, 0.0]
    assert back.min() >= 0.0
    assert back.max() <= 1.0


def test_slopes_say_what_a_miss_is_seen_as(done: Calibrated) -> None:
    samples = content_samples(done.model, done.target, done.k)
    lit = target_light(done.target, samples.value).min(axis=1) > 0.02
    inner = np.all((samples.value > 0.05) & (samples.value < 0.95), axis=1)
    chosen = np.flatnonzero(lit & inner)[:1500]
    assert len(chosen) == 1500
    miss = 1e-4 * np.random.default_rng(2).standard_normal((len(chosen), 3))
    value = samples.value[chosen]
    said = np.linalg.norm((samples.slope[chosen] @ miss[:, :, None])[:, :, 0], axis=1)
    true = delta_e_itp(target_light(done.target, value + miss), target_light(done.target, value))
    held = (target_light(done.target, value + 1e-3) > target_light(done.target, value)).all(axis=1)
    np.testing.assert_allclose(said[held], true[held], rtol=0.1, atol=1e-3)
    assert held.mean() > 0.9


def test_a_table_of_it_is_better_with_its_nodes_set(done: Calibrated) -> None:
    content = shown_codes(done.model, done.target, done.k)
    wall, _ = correct(done.model, done.target, done.k, content)
    wanted = target_light(done.target, content)

    def missed(table: Lut3d) -> tuple[float, float]:
        away = delta_e_itp(target_light(done.target, apply_tetrahedral(table, wall)), wanted)
        return float(np.median(away)), float(np.percentile(away, 95))

    plain = build_lut(lambda code: content_code(done.model, done.target, done.k, code), 17)
    moved = optimise_nodes(plain, content_samples(done.model, done.target, done.k))
    before, after = missed(plain), missed(moved)
    assert after[0] < 0.8 * before[0]
    assert after[1] < before[1]
