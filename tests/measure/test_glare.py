"""Glare that falls off with distance is taken off the dark patches, whatever its true shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ledcal.measure.flare import fit_flare
from ledcal.measure.glare import GlareScene, fit_glare, learn_fall_off

N_FRAMES, N_LIT, N_DARK = 8, 40, 50
SIDE = 0.1


def make_scene(seed: int, fall_off: str, outside: float = 0.002) -> tuple[GlareScene, np.ndarray]:
    """Frames of random patches, and the true glare on each place that may be lit."""
    rng = np.random.default_rng(seed)
    lit_points = rng.uniform([-1, -0.5], [1, 0.5], (N_LIT, 2))
    points = np.concatenate([lit_points, rng.uniform([-1, -0.5], [1, 0.5], (N_DARK, 2))])
    lit = 10.0 ** rng.uniform(-3.5, 0, (N_FRAMES, N_LIT, 1)) * rng.uniform(0.2, 1, (1, N_LIT, 3))
    distance = np.hypot(*(points[:, None] - lit_points[None]).transpose(2, 0, 1))
    if fall_off == "bell":
        kernel = 0.02 * np.exp(-(distance**2) / 0.02) + 0.0005
    else:  # a power law, which no sum of bells is
        kernel = 2e-4 / (distance**2 + 0.01) ** 0.75
    kernel[np.arange(N_LIT), np.arange(N_LIT)] = 0.0
    glare = np.einsum("dr,frc->fdc", kernel, lit)
    glare += rng.uniform(0, outside, (N_FRAMES, 1, 3))  # from outside of the wall
    sigma = 2e-5
    seen = glare + rng.normal(0, sigma, glare.shape)
    seen[:, :N_LIT] += lit
    dark = np.zeros((N_FRAMES, N_LIT + N_DARK), dtype=bool)
    dark[:, N_LIT:] = True
    sizes = np.full((N_LIT, 2), SIDE)
    return GlareScene(points, sizes, lit, dark, seen, np.full(seen.shape, sigma**2)), glare


@pytest.mark.parametrize(("fall_off", "share"), [("bell", 0.06), ("power", 0.02)])
@pytest.mark.parametrize("seed", [1, 2])
def test_glare_is_learnt(seed: int, fall_off: str, share: float) -> None:
    scene, truth = make_scene(seed, fall_off)
    glare, sigma = fit_glare(scene)
    error = np.abs(glare - truth[:, :N_LIT])
    size = truth[:, :N_LIT].mean()
    assert np.sqrt((error**2).mean()) < share * size
    # What is said of its error holds: most lie within three of it.
    assert (error < 3.0 * sigma).mean() > 0.85


def test_it_is_better_than_a_smooth_map() -> None:
    scene, truth = make_scene(3, "bell")
    glare, _ = fit_glare(scene)
    smooth = np.array(
        [
            fit_flare(
                scene.points[N_LIT:],
                scene.seen[f, N_LIT:],
                np.full((N_DARK, 3), 2e-5),
                scene.points[:N_LIT],
            )[0]
            for f in range(N_FRAMES)
        ]
    )
    truth = truth[:, :N_LIT]
    assert np.abs(glare - truth).mean() < 0.2 * np.abs(smooth - truth).mean()


def test_a_reflection_on_a_few_dark_places_does_not_move_it() -> None:
    scene, truth = make_scene(4, "bell")
    seen = np.array(scene.seen)
    seen[:, N_LIT : N_LIT + 4] += 0.05
    glare, _ = fit_glare(replace(scene, seen=seen))
    error = np.abs(glare - truth[:, :N_LIT])
    assert np.median(error) < 0.05 * truth.mean()


def test_frames_without_dark_places_have_no_glare() -> None:
    scene, _ = make_scene(5, "bell")
    glare, sigma = fit_glare(replace(scene, dark=np.zeros_like(scene.dark)))
    assert float(np.abs(glare).max()) == 0.0
    assert float(np.abs(sigma).max()) == 0.0


@pytest.mark.parametrize("seed", [6, 7])
def test_places_without_scatter_do_not_outweigh_the_rest(seed: int) -> None:
    # Without noise a place has no scatter where all its photosites round to the same number.
    scene, truth = make_scene(seed, "power")
    step = 0.2 * float(np.median(truth))
    is_rounded = np.random.default_rng(1).uniform(size=N_LIT + N_DARK) < 0.6
    seen = np.where(is_rounded[:, None], np.rint(truth / step) * step, truth)
    variance = np.where(is_rounded[:, None], 0.0, np.full(seen.shape, (0.02 * step) ** 2))
    glare, _ = fit_glare(replace(scene, seen=seen, variance=variance))
    error = np.sqrt(((glare - truth[:, :N_LIT]) ** 2).mean())
    assert error < 0.01 * truth[:, :N_LIT].mean()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_map_is_not_bent_by_places_without_scatter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1, 1, (40, 2))
    truth = np.exp(points[:, :1]) * np.ones(3)  # no quadratic
    is_equal = (points[:, :1] < 0.1) * np.ones(3, dtype=bool)
    sigma = np.where(is_equal, 0.0, 0.002)
    light = truth + sigma * rng.standard_normal(truth.shape)
    flare, error = fit_flare(points, light, sigma, np.array([[0.9, 0.0]]))
    assert np.abs(flare / np.exp(0.9) - 1.0).max() < 0.03
    assert (error > 0.001).all()


@pytest.mark.parametrize("fall_off", ["bell", "power"])
def test_the_fall_off_tells_the_glare_of_light_that_is_not_in_the_scene(fall_off: str) -> None:
    learnt = learn_fall_off(make_scene(7, fall_off, outside=0.0)[0])
    assert learnt is not None
    other, truth = make_scene(8, fall_off, outside=0.0)
    seen = learnt.glare(other.points[N_LIT:], other.points[:N_LIT], other.sizes, other.lit[0])
    error = np.sqrt(((seen - truth[0, N_LIT:]) ** 2).mean())
    assert error < 0.1 * truth[0, N_LIT:].mean()


def test_without_light_or_dark_places_there_is_no_fall_off() -> None:
    scene, _ = make_scene(9, "bell")
    assert learn_fall_off(replace(scene, lit=np.zeros_like(scene.lit))) is None
    assert learn_fall_off(replace(scene, dark=np.zeros_like(scene.dark))) is None
