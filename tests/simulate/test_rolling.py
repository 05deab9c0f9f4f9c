from __future__ import annotations

import numpy as np
import pytest

from ledcal.files.stage import default_stage
from ledcal.simulate.picture import light_on_sensor, prepare
from ledcal.simulate.playback import SYNC_FAULTS, build_rolling, parse_sync_fault
from ledcal.simulate.rolling import LatePart, Rolling, RollingCamera, row_shares
from ledcal.simulate.stage import VirtualStage, with_values
from ledcal.values.pattern import Region

FRAME_S = 1 / 24


def timed(**changes: object) -> Rolling:
    values: dict[str, object] = {
        "frame_rate": 24.0, "exposure_s": FRAME_S / 2, "line_time_s": 1e-5, "wall_rate": 24.0,
        "start_s": 0.0, "played": tuple(range(20)),
    }  # fmt: skip
    return Rolling(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("start_s", [-0.013, 0.002, 0.0311])
@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_shares_are_those_of_fine_steps_in_time(start_s: float, share: float) -> None:
    box = Region(0, 0, 4, 4)
    late = (LatePart(box, 0.4 * FRAME_S), LatePart(box, 0.01, frozenset({6})))
    rolling = timed(start_s=start_s, exposure_s=share * FRAME_S, late=late)
    rows = np.array([0.0, 130.0, 999.0])
    exact = row_shares(rolling, 5, rows)
    assert np.allclose(sum(part for _, part in exact), 1.0)
    for place, row in enumerate(rows):
        begin = 5 * FRAME_S + row * 1e-5
        steps = begin + (np.arange(4000) + 0.5) / 4000 * rolling.exposure_s
        seen = [rolling.shown(float(step)) for step in steps]
        for shown, part in exact:
            assert part[place] == pytest.approx(seen.count(shown) / 4000, abs=2e-3)


def test_a_row_that_sees_two_frames_is_their_mixture() -> None:
    stage = with_values(VirtualStage(), width_px=32, height_px=16, width=48, height=32)
    setup = prepare(stage)
    pictures = [np.full((16, 32, 3), level, np.float32) for level in (0.2, 0.6)]
    pictures[1][:, 16:] = 0.3
    rolling = timed(start_s=0.3 * FRAME_S - FRAME_S, line_time_s=0.01 * FRAME_S, played=(0, 1))
    planes = RollingCamera(setup, rolling, lambda number: pictures[number]).planes(0)
    lit = [light_on_sensor(setup, picture) for picture in pictures]
    for plane, group, first, second in zip(planes, setup.sites, *lit, strict=True):
        rows = group.row + 2 * np.arange(16)
        share = np.clip((0.01 * rows + 0.5 - 0.3) / 0.5, 0.0, 1.0)[:, None]
        assert np.allclose(plane, first * (1 - share) + second * share, atol=1e-6)


def test_nothing_is_mixed_where_nothing_is_wrong() -> None:
    rolling = build_rolling(default_stage(), rows=960, numbers=range(256), is_loop=True)
    for capture in (0, 1, 100, 255):
        (shown, _), *more = row_shares(rolling, capture, np.arange(960.0))
        assert shown == (capture,)
        assert not more


@pytest.mark.parametrize(
    ("name", "n_captures", "steps"),
    [("dropped-wall-frame", 18, {1, 2}), ("doubled-wall-frame", 20, {0, 1}),
     ("late-wall-frame", 20, {0, 1, 2})],
)  # fmt: skip
def test_what_the_player_does_wrong(name: str, n_captures: int, steps: set[int]) -> None:
    fault = (SYNC_FAULTS[name], 2.0)
    made = build_rolling(
        default_stage(), rows=960, numbers=range(20), is_loop=False, faults=[fault], seed=3
    )
    assert made.n_captures == n_captures
    seen = [row_shares(made, j, np.arange(960.0))[0][0][0] for j in range(n_captures)]
    assert seen[0] == 0
    assert set(np.diff(seen).tolist()) == steps
    assert len(set(range(20)) - set(seen)) == 2


def test_strengths_and_names_are_checked() -> None:
    assert parse_sync_fault("panel-late=0.5") == (SYNC_FAULTS["panel-late"], 0.5)
    assert parse_sync_fault("moire") is None
    with pytest.raises(ValueError, match="did you mean 'panel-late'"):
        parse_sync_fault("panel-lat")
    with pytest.raises(ValueError, match="is no number"):
        parse_sync_fault("wall-rate=fast")
