"""What is dark is dark, and the black row is the wall's own, whatever the marks scatter over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.measure import Combined, FrameSamples, combine
from ledcal.measure.black import dark_places, measure_black
from ledcal.measure.stack import Stack, stack_frames
from ledcal.values.pattern import FrameKind
from tests.measure.test_combine import STAGE, errors, grid_take, known, pattern_of, take

if TYPE_CHECKING:
    from collections.abc import Sequence


def stack_of(samples: Sequence[FrameSamples]) -> Stack:
    return stack_frames(pattern_of("grid"), samples)


def black_of(measured: Combined) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return measured.measurements.camera[-1], measured.measurements.sigma[-1]


def test_places_that_count_as_dark_are() -> None:
    pattern, stack = pattern_of("grid"), stack_of(grid_take())
    black = measure_black(pattern, stack)
    above = np.where(dark_places(pattern, stack)[..., None], stack.light - black.light, np.nan)
    # Marks are 0.06 of the peak; the flare of a whole frame is far below.
    assert np.nanmax(above) < 0.01 * STAGE.exposure
    kinds = [pattern.frames[number].kind for number in stack.numbers]
    for f, kind in enumerate(kinds):
        n_cells = int(np.isfinite(above[f, stack.cells]).all(axis=1).sum())
        assert 24 <= n_cells <= 48, kind
        assert n_cells == 48 or kind is not FrameKind.BLACK


def test_a_cell_lit_in_one_black_frame_takes_its_black_from_the_other() -> None:
    pattern = pattern_of("single")
    camera = replace(STAGE, disc_px=4.0, width=720, height=480)
    blacks = [frame.index for frame in pattern.frames if frame.kind is FrameKind.BLACK]
    stack = stack_frames(pattern, take("single", camera, only=blacks))
    cells = measure_black(pattern, stack).light[stack.cells]
    alone = measure_black(pattern, stack_frames(pattern, take("single", camera, only=blacks[:1])))
    n_known = int(np.isfinite(cells).all(axis=1).sum())
    assert n_known > 48
    assert int(np.isfinite(alone.light[stack.cells]).all(axis=1).sum()) == 48
    assert np.nanmax(cells) < 0.01 * STAGE.exposure


def test_places_whose_photosites_are_all_the_same_do_no_harm() -> None:
    even = replace(STAGE, vignetting=0.0, panel_spread=0.0, disc_px=8.0)
    samples = take("grid", replace(even, electrons=1e12, read_noise=0.0))
    top, error = errors(combine(samples, known, None), 0.0)
    assert float(np.sqrt((error[top > 0.05] ** 2).mean())) < 0.001
    assert np.median(error[(top > 0.001) & (top < 0.05)]) < 0.03


def test_the_glare_of_the_marks_is_not_in_the_black_row() -> None:
    measured = combine(grid_take(), known, None)
    truth = STAGE.exposure * STAGE.ambient
    black, sigma = black_of(measured)
    stack = stack_of(grid_take())
    seen = measure_black(pattern_of("grid"), stack).light[stack.central].mean(axis=0)
    assert (np.abs(black - truth) < 0.25 * np.abs(seen - truth)).all()
    assert (np.abs(black - truth) < 3.0 * sigma).all()
    assert (sigma < 0.25 * truth).all()
