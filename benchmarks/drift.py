"""How small a drift is found and named right, and how often an unchanged stage is called drifted.

OPENBLAS_NUM_THREADS=1 python benchmarks/drift.py [--takes N] [--stages N] [--seed S]
    [--only CASE ...] [--scene NAME ...] [--wobble SHARE] [--list]

Virtual stages are drawn anew from each scene; each is photographed twice for its baseline and then
with every change, N takes with other noise each. Mosaics go through the same code as files do,
without being written. A change counts as found where its take is not passed; as named right where
the component that is furthest over its limit, among those that are the wall's, is the one.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.camera import camera_transform
from ledcal.files.dng import camera_colour
from ledcal.measure import sample_frame
from ledcal.measure.drift_take import measure_drift
from ledcal.pattern import build_pattern, render
from ledcal.pipeline.drift_readings import compare_takes, repeatability_of
from ledcal.simulate.exposed import expose_mosaic
from ledcal.simulate.leds import drive_polynomial
from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.picture import light_on_sensor, prepare
from ledcal.simulate.scenes import keep_in_picture, scene
from ledcal.simulate.sensor import curves_of, dng_header
from ledcal.simulate.stage import with_values
from ledcal.simulate.wall import wall_response
from ledcal.values.drift import ONLY_WARNED, DriftLimits
from ledcal.values.frame import LinearFrame, Plane
from ledcal.values.raster import LedRaster
from ledcal.values.stage import Gamut, Wall

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ledcal.measure import FrameSamples, WallView
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.drift import Component
    from ledcal.values.pattern import Pattern
    from ledcal.values.reading import DriftReading

SCENES = ("pq-volume", "sdr-wall", "tv-wall", "rough-volume", "stressed-volume", "stressed-sdr")
Change = tuple[str, "Callable[[VirtualStage, np.random.Generator], VirtualStage]"]


def _gained(stage: VirtualStage, factor: NDArray[np.float64]) -> VirtualStage:
    red, green, blue = (float(v) for v in np.asarray(stage.wall.gain) * factor)
    return _same_exposure(stage, with_values(stage, gain=(red, green, blue)))


def _same_exposure(before: VirtualStage, after: VirtualStage) -> VirtualStage:
    """The simulator exposes for the brightest white: undo that, the iris is where it was."""
    white = np.ones((1, 3))
    ratio = _peak(before, white) / _peak(after, white)
    level = after.camera.exposure_level * ratio
    return with_values(after, exposure_level=float(level)) if abs(ratio - 1) > 1e-9 else after


def _peak(stage: VirtualStage, white: NDArray[np.float64]) -> float:
    """Light of full white, through unit exposure: what the simulator divides by."""
    polynomial = drive_polynomial(stage.wall, curves_of(stage.camera))
    return float(wall_response(stage.wall, white, polynomial).sum(axis=(0, 1)).max())


def _one(channel: int, share: float) -> Change:
    def change(stage: VirtualStage, _: np.random.Generator) -> VirtualStage:
        factor = np.ones(3)
        factor[channel] += share
        return _gained(stage, factor)

    return f"channel_{('red', 'green', 'blue')[channel]}", change


def _white(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    """0.5 % of red one way, of blue the other."""
    sign = float(rng.choice([-1.0, 1.0]))
    return _gained(stage, 1.0 + sign * np.array([-0.005, 0.0, 0.005]))


def _white_cold(stage: VirtualStage, _: np.random.Generator) -> VirtualStage:
    """0.5 % less red, half of that less green."""
    return _gained(stage, 1.0 + np.array([-0.005, -0.0025, 0.0]))


def _exponent(share: float) -> Change:
    def change(stage: VirtualStage, _: np.random.Generator) -> VirtualStage:
        red, green, blue = ((1.0 + e) * (1.0 + share) - 1.0 for e in stage.wall.exponent_error)
        return _same_exposure(stage, with_values(stage, exponent_error=(red, green, blue)))

    return "eotf", change


def _cabinet(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    row = int(rng.integers(stage.wall.panel_rows))
    column = int(rng.integers(stage.wall.panel_columns))
    odd = ((row, column, (0.98, 0.98, 0.98)),)
    return with_values(stage, odd_cabinets=odd)


def _black(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    more = 2e-4 * stage.wall.peak_nits
    if rng.random() < 0.5:
        return with_values(stage, black_nits=stage.wall.black_nits + more)
    return with_values(stage, ambient_nits=stage.wall.ambient_nits + more)


def _primaries(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    led = int(rng.integers(3))
    leds = list(stage.wall.leds)
    leds[led] = replace(leds[led], peak_nm=leds[led].peak_nm + float(rng.choice([-1.5, 1.5])))
    return with_values(stage, leds=tuple(leds))


def _tint(stage: VirtualStage, _: np.random.Generator) -> VirtualStage:
    return with_values(stage, tint=(0.994, 1.0, 0.991))


def _third(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    stops = float(rng.choice([-1, 1])) / 3.0
    return with_values(stage, exposure_stops=stage.camera.exposure_stops + stops)


def _third_iris(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    level = stage.camera.exposure_level * 2.0 ** (float(rng.choice([-1, 1])) / 3.0)
    return with_values(stage, exposure_level=level)


def _seat(stage: VirtualStage, rng: np.random.Generator) -> VirtualStage:
    turn = 2.0 * rng.choice([-1, 1], 3)
    values = {
        "yaw_deg": stage.optics.yaw_deg + turn[0],
        "pitch_deg": stage.optics.pitch_deg + turn[1],
        "roll_deg": stage.optics.roll_deg + 0.25 * turn[2],
        "wall_share": stage.optics.wall_share * (1.0 - 0.05 * rng.random()) ** 2,
        "shift_x": stage.optics.shift_x + 0.05 * float(rng.choice([-1, 1])),
    }
    return _in_sight(with_values(stage, **values))


def _in_sight(stage: VirtualStage) -> VirtualStage:
    """The wall a little smaller where it would be cut off."""
    size = np.array([stage.camera.width, stage.camera.height])
    for _ in range(60):
        corners = wall_to_sensor(build_geometry(stage), wall_corners(stage))
        if (corners > 4).all() and (corners < size - 4).all():
            break
        stage = with_values(stage, wall_share=0.98 * stage.optics.wall_share)
    return stage


def _both(
    one: Callable[[VirtualStage, np.random.Generator], VirtualStage],
    other: Callable[[VirtualStage, np.random.Generator], VirtualStage],
) -> Callable[[VirtualStage, np.random.Generator], VirtualStage]:
    return lambda stage, rng: other(one(stage, rng), rng)


def _same(stage: VirtualStage, _: np.random.Generator) -> VirtualStage:
    return stage


CASES: dict[str, Change] = {
    "unchanged": ("", _same),
    "red -1 %": _one(0, -0.01),
    "green -1 %": _one(1, -0.01),
    "blue -1 %": _one(2, -0.01),
    "blue +1 %": _one(2, 0.01),
    "white 0.5 %": ("white", _white),
    "white -0.5 -0.25 0": ("white", _white_cold),
    "exponent +2 %": _exponent(0.02),
    "exponent -2 %": _exponent(-0.02),
    "cabinet -2 %": ("uniformity", _cabinet),
    "black +0.02 %": ("black", _black),
    "primaries 1.5 nm": ("primaries", _primaries),
    "lens tint": ("camera_white", _tint),
    "shutter 1/3 stop": ("", _third),
    "iris 1/3 stop": ("", _third_iris),
    "re-seated": ("", _seat),
    "re-seated, red -1 %": ("channel_red", _both(_one(0, -0.01)[1], _seat)),
    "re-seated, cabinet -2 %": ("uniformity", _both(_cabinet, _seat)),
    "iris 1/3, blue -1 %": ("channel_blue", _both(_one(2, -0.01)[1], _third_iris)),
    "iris 1/3, black +0.02 %": ("black", _both(_black, _third_iris)),
    "iris 1/3, exponent +2 %": ("eotf", _both(_exponent(0.02)[1], _third_iris)),
}


def wall_of(stage: VirtualStage) -> Wall:
    wall = stage.wall
    gamut = Gamut("x", [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]], wall.white_xy)
    panel = LedRaster(
        panel_width_px=wall.width_px // wall.panel_columns,
        panel_height_px=wall.height_px // wall.panel_rows,
    )
    return Wall("w", wall.width_px, wall.height_px, None, wall.eotf, wall.peak_nits, gamut, panel)


def drawn(name: str, seed: int) -> VirtualStage:
    stage = _in_sight(keep_in_picture(scene(name, seed=seed)))
    if stage.wall.panel_rows * stage.wall.panel_columns == 1:
        stage = with_values(stage, panel_rows=4, panel_columns=6)
    return stage


class Shooter:
    """One state of a stage: what falls on the sensor is drawn once, noise for every take."""

    def __init__(self, stage: VirtualStage, pattern: Pattern) -> None:
        self.stage, self.pattern = stage, pattern
        self.setup = prepare(stage)
        self.light = [
            light_on_sensor(self.setup, render(pattern, frame), frame_index=frame.index)
            for frame in pattern.frames
        ]

    def take(self, roll: int, near: WallView | None = None) -> DriftReading:
        """Shoot it once more."""
        stage = with_values(self.stage, roll=roll)
        setup = replace(self.setup, stage=stage)
        samples: list[FrameSamples] = []
        for frame, light in zip(self.pattern.frames, self.light, strict=True):
            mosaic = expose_mosaic(setup, light, frame.index)
            shot = linear(stage, mosaic, frame.index)
            found = sample_frame(
                shot,
                lambda number: self.pattern if number == self.pattern.pattern_id else None,
                walls=[(self.pattern.width_px, self.pattern.height_px)],
                near=near,
            )
            near = near or found.view
            samples.append(found)
        return measure_drift(
            samples, lambda number: self.pattern if number == self.pattern.pattern_id else None
        )


def linear(stage: VirtualStage, mosaic: NDArray[np.uint16], index: int) -> LinearFrame:
    """The frame as a file of it would be read."""
    camera, header = stage.camera, dng_header(stage, index)
    left, top = camera.margin
    visible, names, planes = mosaic[top:, left:], iter(("G1", "G2")), []
    for place, letter in enumerate(camera.pattern):
        channel = next(names) if letter == "G" else letter
        black, white = camera.black[place], float(camera.white)
        limit = black + min(camera.saturation) * (white - black)
        values = visible[place // 2 :: 2, place % 2 :: 2]
        planes.append(Plane(values, channel, place % 2, place // 2, 2, black, white, limit))
    size = camera.width, camera.height
    colour = camera_colour(header)
    return LinearFrame(f"c{index}", *size, tuple(planes), "camera", header.exposure, colour)


def shifted(stage: VirtualStage, share: float, rng: np.random.Generator) -> VirtualStage:
    """The stage's own restlessness: gains that differ a little from take to take."""
    return _gained(stage, 1.0 + share * rng.standard_normal(3)) if share else stage


def stage_job(
    name: str, seed: int, takes: int, cases: list[str], wobble: float, *, knows_panels: bool
) -> list[tuple[str, str, tuple[Component, ...]]]:
    """Every case of one stage: case, scene, components of each take."""
    stage = drawn(name, seed)
    wall = wall_of(stage)
    if not knows_panels:
        wall = replace(wall, raster=LedRaster())
    pattern = build_pattern("drift", "grid", wall)
    rng = np.random.default_rng([seed, 5])
    to_xyz_of = camera_transform(camera_colour(dng_header(stage, 0)))
    base = [Shooter(shifted(stage, wobble, rng), pattern).take(roll) for roll in (1, 2)]
    limits = DriftLimits()
    repeat = repeatability_of(base, wall, to_xyz_of)
    found = []
    for case in cases:
        rng = np.random.default_rng([seed, 6, list(CASES).index(case)])
        shooter = None
        for turn in range(takes):
            if shooter is None or wobble:
                shooter = Shooter(shifted(CASES[case][1](stage, rng), wobble, rng), pattern)
            now = shooter.take(100 + turn)
            made = compare_takes(base, now, wall, to_xyz_of, limits, repeatability=repeat)
            found.append((case, name, made.components))
    return found


def judged(case: str, components: tuple[Component, ...]) -> tuple[bool, bool, str]:
    """Found, named right, and what it was called."""
    failed = [c for c in components if c.verdict == "fail" and c.name not in ONLY_WARNED]
    failed.sort(key=lambda c: -abs(c.value) / c.limit)
    called = failed[0].name if failed else ""
    return bool(failed), called == CASES[case][0], "+".join(c.name for c in failed) or "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--takes", type=int, default=5)
    parser.add_argument("--stages", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(CASES))
    parser.add_argument("--scene", nargs="*", default=list(SCENES))
    parser.add_argument("--wobble", type=float, default=0.0)
    parser.add_argument("--blind", action="store_true", help="cabinet size not known")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    started = time.perf_counter()
    jobs = [
        (name, options.seed + turn, options.takes, options.only, options.wobble)
        for turn in range(options.stages)
        for name in options.scene
    ]
    found: list[tuple[str, str, tuple[Component, ...]]] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(stage_job, *job, knows_panels=not options.blind) for job in jobs]
        for one in waiting:
            found += one.result()
    rows: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
    for case, name, components in found:
        rows[case].append(judged(case, components))
        if options.list:
            said = {c.name: f"{c.value:+.5g}({c.sigma:.2g})" for c in components if c.value}
            print(f"{case:18} {name:16} {rows[case][-1][2]:20} {said}")
    print(f"\n{'case':20} {'takes':>6} {'found':>6} {'right':>6}  called")
    for case in options.only:
        own = rows[case]
        called = ", ".join(f"{n} {k}" for k, n in Counter(r[2] for r in own).most_common(5))
        n_found, n_right = sum(r[0] for r in own), sum(r[1] for r in own)
        print(f"{case:20} {len(own):6d} {n_found:6d} {n_right:6d}  {called}")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
