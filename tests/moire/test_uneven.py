"""What is uneven is no line; what is seen from the side is one, however it bends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ledcal.moire.detect import detect_lines
from ledcal.moire.lattice import canonical, nearest_reciprocal
from ledcal.moire.lines import find_lines
from ledcal.moire.patch import cut_patch
from ledcal.moire.rig import order_frequency
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.moire import STRUCTURE
from tests.moire.walls import oblique_frame, rig_at

NUISANCES: dict[str, dict[str, Any]] = {
    "panels": {"panel_spread": 0.01},
    "panels, turned": {"panel_spread": 0.01, "panel_px": 41.7, "wall_turn_deg": 1.3},
    "LEDs": {"led_spread": 0.03, "led_pitch_px": 4.37, "wall_turn_deg": 2.0},
    "large LEDs": {"led_spread": 0.03, "led_pitch_px": 9.3, "wall_turn_deg": 0.7},
    "rows": {"row_noise": 0.3},
}


@pytest.mark.parametrize("name", NUISANCES)
def test_only_structure_is_told_of_what_is_uneven(name: str) -> None:
    told = []
    for seed in range(2):
        flat = FlatPatch(width=256, height=256, seed=seed + 40, **NUISANCES[name])
        told += [line.kind for line in detect_lines(cut_patch([flat_frame(flat)])).lines]
    assert set(told) <= {STRUCTURE}
    if name == "large LEDs":
        assert told, "it stands out, and is told as what it is"


def test_a_line_on_an_uneven_wall_is_told_first() -> None:
    flat = FlatPatch(width=256, height=256, seed=2, **NUISANCES["large LEDs"])
    lines = detect_lines(cut_patch([flat_frame(flat, [Fringe(0.11, 0.07, 0.02)])])).lines
    assert [line.kind for line in lines[:2]] == ["unexplained", STRUCTURE]
    assert lines[0].contrast == pytest.approx(0.02, rel=0.05)
    assert "not the same all over the patch" in lines[1].note


def test_half_a_patch_with_a_line_is_uneven() -> None:
    still = flat_frame(FlatPatch(width=256, height=256))
    (found, *_) = find_lines(cut_patch([still])).found or (None,)
    assert found is None
    moving = flat_frame(FlatPatch(width=256, height=256), [Fringe(0.11, 0.07, 0.02)])
    for plane, other in zip(still.planes, moving.planes, strict=True):
        plane.values[:, 70:] = other.values[:, 70:]
    lines = find_lines(cut_patch([still])).found
    assert lines
    assert min(line.unevenness for line in lines) > 1e-3


@pytest.mark.parametrize(
    ("yaw", "amplitude"), [(5, 0.003), (10, 0.1), (15, 0.02), (25, 0.02), (30, 0.2)]
)
def test_the_contrast_of_a_wall_seen_from_the_side(yaw: int, amplitude: float) -> None:
    rig = rig_at(0.47, side=384, yaw_deg=yaw, pitch_deg=3.0)
    lines = find_lines(cut_patch([oblique_frame(rig, (1, 0), amplitude, seed=yaw)])).found
    even = [line for line in lines if line.unevenness <= 1e-3]
    assert len(even) == 1
    wave = even[0].wave
    assert even[0].strength == pytest.approx(amplitude, rel=0.05)
    true = order_frequency(rig, [1, 0])
    assert canonical(wave.frequency) == pytest.approx(
        canonical(true - nearest_reciprocal(true)), abs=4e-4
    )
    # Far more than noise bends: by how much the frequency changes to the edge, in cycles there.
    edge = [(rig.width_px - 1) / 2 + 100.0, (rig.height_px - 1) / 2]
    change = (order_frequency(rig, [1, 0], edge) - true)[0] / 100.0
    assert wave.is_bent
    sign = np.sign(wave.frequency @ (true - nearest_reciprocal(true)))
    assert sign * wave.bend[0] == pytest.approx(change * 192.0**2 / 2, rel=0.12)


def test_an_even_line_is_not_bent() -> None:
    for amplitude in (0.003, 0.3):
        flat = FlatPatch(width=256, height=256, seed=9)
        (line,) = find_lines(cut_patch([flat_frame(flat, [Fringe(0.11, 0.07, amplitude)])])).found
        assert not line.wave.is_bent
