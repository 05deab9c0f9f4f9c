"""Takes of OpenVPCal's pattern: every patch under its own code, or a sentence that says why not.

Not covered: camera that moves during the take, moire, players that blend in light over several
frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import gamut
from ledcal.errors import AmbiguousInputError, CaptureError, InputError
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pipeline.fit import fit_profile
from ledcal.pipeline.foreign import measure_openvpcal, measure_pattern
from ledcal.simulate.judge import Judge
from ledcal.simulate.scenes import scene
from ledcal.simulate.truth import camera_response
from ledcal.values.stage import Target, Wall
from tests.pipeline.openvpcal_take import Player, Shown, dropped, held, write_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.pipeline.measure import Take
    from ledcal.simulate.stage import VirtualStage
    from tests.conftest import Run, SmallTake

SMALL = {"width_px": 480, "height_px": 270, "width": 720, "height": 480}
PRIMARIES = {"pq-volume": "P3-D65", "sdr-wall": "ITU-R BT.709", "tv-wall": "ITU-R BT.709"}


@dataclass(frozen=True)
class Rig:
    """A virtual stage, the pattern for it, and its stage.toml."""

    stage: VirtualStage
    player: Player
    stage_path: Path


def rig_for(name: str, seed: int, folder: Path, *, n_steps: int = 30) -> Rig:
    stage = scene(name, seed=seed, **SMALL)
    space = PRIMARIES.get(name, "P3-D65")
    wall = Wall("w", 480, 270, None, stage.wall.eotf, stage.wall.peak_nits, gamut(space))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "stage.toml"
    path.write_text(
        f'[wall]\neotf = "{wall.eotf}"\npeak_nits = {wall.peak_nits:g}\nprimaries = "{space}"\n'
    )
    return Rig(stage, Player(wall, n_steps=n_steps), path)


def shoot(
    rig: Rig, frames: Sequence[Shown], folder: Path, *, output: str = "dng"
) -> tuple[Take, Path]:
    write_frames(rig.stage, frames, folder, output=output)
    return measure_openvpcal([folder], stage_path=rig.stage_path), folder


def require_right_codes(rig: Rig, take: Take) -> None:
    """Every row shows the light of its own code: a step of the ramp is 20 % and more."""
    table = take.measurements
    truth = camera_response(rig.stage, table.code) - camera_response(rig.stage, np.zeros(3))
    black = [kind == "black" for kind in table.kind].index(True)
    seen = table.camera - table.camera[black]
    bright = truth.mean(axis=1) > 0.2 * truth.mean(axis=1).max()
    scale = np.median(seen[bright].mean(axis=1) / truth[bright].mean(axis=1))
    # What the lens scatters back into the patch and rounding: a per cent; dark: the noise.
    limit = 0.015 * truth.max(axis=1, keepdims=True) + 5e-5 * truth.max()
    np.testing.assert_array_less(np.abs(seen / scale - truth), limit + np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("name", "seed", "count", "output"),
    [
        ("pq-volume", 11, 1, "dng"),
        ("tv-wall", 13, 1, "exr"),
        ("sdr-wall", 12, 3, "dng"),
        ("stressed-volume", 4, 1, "dng"),
        ("pq-volume", 2, 10, "dng"),
    ],
)
def test_every_patch_has_its_own_code(
    tmp_path: Path, name: str, seed: int, count: int, output: str
) -> None:
    rig = rig_for(name, seed, tmp_path)
    take, _ = shoot(rig, held(rig.player.sequence(), count), tmp_path / "take", output=output)
    require_right_codes(rig, take)
    # Without the white of an ST 2084 pattern, and the darkest steps where the camera sees black.
    assert take.measurements.n_patches >= 34
    assert take.measurements.space == "ACES2065-1"
    assert not [finding for finding in take.findings if finding.severity != "note"]


def test_twenty_five_frames_a_patch_and_a_shorter_ramp(tmp_path: Path) -> None:
    rig = rig_for("pq-volume", 5, tmp_path, n_steps=12)
    take, _ = shoot(rig, held(rig.player.sequence(), 25, blend=True), tmp_path / "take")
    require_right_codes(rig, take)
    assert take.pattern_name == "OpenVPCal, 12 grey steps"
    # The first and the last frame of a patch may hold some of a neighbour.
    assert max(len(name.split("|")) for name in take.measurements.frame[:8]) <= 23


@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_tenth_of_the_frames_and_whole_patches_are_lost(tmp_path: Path, count: int) -> None:
    rig = rig_for("pq-volume", 7, tmp_path)
    lost = (1, 4, 8 + 12, 8 + 25)
    sequence = [frame for frame in rig.player.sequence() if frame.patch not in lost]
    junk = [
        Shown(rig.player.black() + rig.player.code(0.6), -1),
        Shown(rig.player.black(), -1),
        rig.player.slate(),
    ]
    frames = [*junk * 2, *dropped(held(sequence, count, blend=count > 1), 0.1, seed=6), *junk]
    take, _ = shoot(rig, frames, tmp_path / "take")
    require_right_codes(rig, take)
    seen = next(finding.seen for finding in take.findings if finding.id == "patches-missing")
    assert "desaturated green" in seen
    assert "red primary" in seen
    steps = seen.partition("ramp ")[2].partition(" of 30")[0]
    assert "12" in steps
    assert "25" in steps
    assert take.measurements.n_patches >= 26


def test_the_wrong_order_is_refused(tmp_path: Path) -> None:
    rig = rig_for("pq-volume", 11, tmp_path)
    sequence = rig.player.sequence()
    for k, order in enumerate([np.random.default_rng(1).permutation(45), np.arange(45)[::-1]]):
        with pytest.raises(CaptureError, match="not OpenVPCal's pattern in its order"):
            shoot(rig, [sequence[i] for i in order], tmp_path / f"take{k}")


def test_another_pattern_is_refused(small_take: SmallTake) -> None:
    with pytest.raises((CaptureError, AmbiguousInputError)) as caught:
        measure_openvpcal([small_take.captures])
    assert "pattern" in str(caught.value)


def test_a_pattern_for_another_peak_is_refused(tmp_path: Path) -> None:
    rig = rig_for("pq-volume", 11, tmp_path)
    rig.stage_path.write_text('[wall]\neotf = "ST 2084"\npeak_nits = 1000\n')
    with pytest.raises(AmbiguousInputError, match="made for about 1500 nits"):
        shoot(rig, rig.player.sequence(), tmp_path / "take")
    rig.stage_path.write_text('[wall]\neotf = "gamma 2.4"\npeak_nits = 1500\n')
    with pytest.raises(AmbiguousInputError, match="slate"):
        measure_openvpcal([tmp_path / "take"], stage_path=rig.stage_path)


def test_the_patch_may_be_named(tmp_path: Path) -> None:
    rig = rig_for("pq-volume", 11, tmp_path)
    found, folder = shoot(rig, rig.player.sequence(), tmp_path / "take")
    named = measure_openvpcal(
        [folder], stage_path=rig.stage_path, region=(320.0, 200.0, 80.0, 80.0)
    )
    require_right_codes(rig, named)
    assert named.measurements.n_samples.max() < found.measurements.n_samples.max()
    assert any("as --region says" in line for line in named.assumptions)
    with pytest.raises(InputError, match="holds too little of the picture"):
        measure_openvpcal([folder], stage_path=rig.stage_path, region=(900.0, 0.0, 9.0, 9.0))
    with pytest.raises(InputError, match="give --pattern openvpcal"):
        measure_pattern([folder], region=(320.0, 200.0, 80.0, 80.0))


@pytest.mark.parametrize(("name", "seed"), [("pq-volume", 11), ("sdr-wall", 12)])
def test_the_fit_is_as_good_as_with_known_order(tmp_path: Path, name: str, seed: int) -> None:
    rig = rig_for(name, seed, tmp_path)
    folder = tmp_path / "take"
    write_frames(rig.stage, held(rig.player.sequence(), 3), folder)
    profile, _ = fit_profile(
        [folder], pattern="openvpcal", stage_path=rig.stage_path, out=tmp_path / "profile"
    )
    wall = rig.player.wall
    target = Target(gamut(PRIMARIES[name]), wall.eotf, wall.peak_nits)
    judge = Judge(rig.stage, target)
    content = judge.held_out(1000)
    before = judge.errors(content, content)
    after = judge.errors(apply_tetrahedral(profile.correction, content), content)
    assert np.median(before) > 4.0
    assert np.median(after) < 1.5
    assert np.percentile(after, 95) < 5.0


def test_fit_from_the_command_line(ledcal: Callable[..., Run], tmp_path: Path) -> None:
    rig = rig_for("pq-volume", 11, tmp_path)
    folder, table = tmp_path / "take", tmp_path / "m.csv"
    write_frames(rig.stage, rig.player.sequence(), folder)
    words = ("--pattern", "openvpcal", "--stage", rig.stage_path)
    measured = ledcal("measure", folder, *words, "-o", table)
    assert measured.code == 0, measured.err
    assert "OpenVPCal, 30 grey steps" in measured.out
    refused = ledcal("fit", table, "--pattern", "openvpcal", "-o", tmp_path / "p")
    assert refused.code == 2
    assert "a table says which patch is which" in refused.err
    assert ledcal("fit", table, "--stage", rig.stage_path, "-o", tmp_path / "p").code == 0
    assert ledcal("fit", folder, "--region", "a,b", *words).code == 2
