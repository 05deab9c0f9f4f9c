"""What a band is said to be, and what to do, from what the stage says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.files.stage import default_stage
from ledcal.moire.banding import explain_bands, find_bands, missing_keys, predict_bands
from ledcal.simulate.temporal import PulsedWall, RollingShutter, average_rows, row_light
from ledcal.values.banding import Band, Banding
from ledcal.values.raster import CameraRaster, LedRaster

if TYPE_CHECKING:
    from ledcal.values.banding import Explanation
    from ledcal.values.stage import Stage


def stage(
    refresh_hz: float | None = 3840.0,
    line_time_us: float | None = 3.4,
    rate: float | None = 24.0,
    angle: float | None = 172.8,
    scan: int | None = None,
) -> Stage:
    """A stage with an LED pitch of 0.41 photosites, if lengths count."""
    plain = default_stage()
    wall = replace(plain.wall, pitch_mm=2.6, raster=LedRaster(refresh_hz=refresh_hz, scan=scan))
    raster = CameraRaster(
        capture_frame_rate=rate, shutter_angle_deg=angle, line_time_us=line_time_us
    )
    camera = replace(
        plain.camera, focal_mm=35.0, photosite_um=6.0, distance_m=6.25333, raster=raster
    )
    return replace(plain, wall=wall, camera=camera)


def band(frequency: float = 0.01307, drift: float | None = 0.1542, **other: object) -> Banding:
    """One band, measured well."""
    found = Band(frequency, 1e-6, 0.002, 1e-5, drift, 1e-4, is_static=False, false_alarm=0.0)
    return Banding((replace(found, **other),), 0.0, 1e-6, 8)  # type: ignore[arg-type]


def explain(banding: Banding, of: Stage) -> Explanation:
    """The only explanation."""
    (found,) = explain_bands(banding, of)
    return found


def test_harmonic_refresh_and_shutter_are_named() -> None:
    found = explain(band(), stage())
    assert found.predicted is not None
    assert (found.predicted.harmonic, found.is_genlocked) == (1, False)
    assert found.refresh_hz == pytest.approx(3843.70, abs=0.01)
    # At the refresh that was measured, not at the one of stage.toml.
    assert found.predicted.drift_cycles == pytest.approx(0.1542, abs=1e-9)
    assert "3843.70 Hz" in found.cause
    assert found.fix.startswith("Genlock")
    assert "173.083 degrees" in found.fix
    assert "instead of 172.8 degrees" in found.fix
    assert found.missing == ()


def test_a_shutter_of_whole_refreshes_is_named_at_the_stages_refresh_too() -> None:
    found = explain(band(0.013056, 0.0, is_static=True), stage())
    assert found.is_genlocked is True
    assert "it is 180 degrees (20.833 ms, 80 whole refreshes)" in found.fix
    assert "quarter of its period (65.1 us)" in found.fix
    assert "wall's own raster" in found.cause
    already = explain(band(0.013056, 0.0, is_static=True), stage(angle=180.0))
    assert "already" in already.fix
    assert "As it is deeper" in already.cause


def test_rates_that_differ_by_a_thousandth_are_named() -> None:
    drift = float(np.mod(3840.0 / 1.001 / 24.0, 1.0)) - 1.0
    assert "23.976 and 24" in explain(band(0.013043, drift), stage()).cause
    assert "23.976" not in explain(band(), stage()).cause


def test_folded_waves_turn_the_other_way() -> None:
    # 200 us a row: 0.768 cycles per row are seen as 0.232 the other way round.
    found = explain(band(0.23126, -0.1542), stage(line_time_us=200.0))
    assert found.predicted is not None
    assert found.predicted.is_reversed
    assert found.refresh_hz == pytest.approx(3843.70, abs=0.01)


@pytest.mark.parametrize(
    ("of", "cause", "missing"),
    [
        (stage(refresh_hz=None), "pulses at 3844.1 Hz, by its drift at 3843.70", "wall.refresh_hz"),
        (stage(line_time_us=None), "a row takes 3.404 us", "camera.line_time_us"),
        (stage(None, None), "a multiple of 24 Hz and 3.701 Hz", "wall.refresh_hz"),
        (stage(None, None, None), "its cause is not. It moves", "camera.capture_frame_rate"),
        (stage(line_time_us=5.0), "No low harmonic of 3840 Hz", None),
        (stage(angle=None), "It is harmonic 1", "camera.shutter_angle_deg"),
    ],
)
def test_what_is_missing_is_said_and_what_follows_without(
    of: Stage, cause: str, missing: str | None
) -> None:
    found = explain(band(), of)
    assert cause in found.cause
    assert ("put them right" in found.fix) == (missing is None)
    assert (missing in found.missing) if missing else found.missing == ()
    assert "nan" not in found.cause + found.fix


def test_two_frames_and_one() -> None:
    two = explain(band(drift=None, drift_sigma=float("nan")), stage())
    assert two.is_genlocked is False
    assert "eight are better" in two.cause
    one = explain(band(drift=None, is_static=True), stage())
    assert one.is_genlocked is None
    assert "does not tell whether it moves" in one.cause


def test_a_scanned_wall_is_predicted_as_it_is_seen() -> None:
    of = stage(3838.9, scan=16)
    shutter = RollingShutter(3.4e-6, 0.02, 24.0)
    rng = np.random.default_rng(1)
    wall = PulsedWall(3838.9, 0.5, 16, 0.41)
    banding = find_bands(
        [
            average_rows(row_light(wall, shutter, 1000, j), np.full(1000, 0.18), columns=2000,
                         noise=0.014, rng=rng)
            for j in range(4)
        ]
    )  # fmt: skip
    predicted = {(w.harmonic, w.order): w for w in predict_bands(of)}
    for key in ((1, 0), (2, 0), (3, 0)):
        wave = predicted[key]
        seen = next(b for b in banding.bands if abs(b.frequency_cpr - wave.frequency_cpr) < 5e-5)
        assert seen.drift_cycles == pytest.approx(wave.drift_cycles, abs=5e-3)
        assert seen.depth == pytest.approx(wave.depth, rel=0.2)
    first = next(
        e for e in explain_bands(banding, of) if abs(e.band.frequency_cpr - 0.01257) < 1e-4
    )
    assert first.predicted is not None
    assert (first.predicted.harmonic, first.predicted.order) == (1, 0)


def test_defocus_weakens_what_needs_leds_resolved() -> None:
    of = stage(scan=16)
    soft = replace(of.camera.raster, focus_distance_m=5.0, f_stop=2.8)
    blurred = predict_bands(replace(of, camera=replace(of.camera, raster=soft)))
    ratio = {
        (w.harmonic, w.order): w.depth / sharp.depth
        for w in blurred
        for sharp in predict_bands(of)
        if (w.harmonic, w.order) == (sharp.harmonic, sharp.order)
    }
    # A disc of 3.1 mm on LEDs 2.6 mm apart, of which a sixteenth of a cycle asks little.
    assert ratio[1, 0] > 0.95
    assert ratio[1, 1] < 0.3


def test_without_timing_or_lengths_nothing_is_predicted() -> None:
    assert predict_bands(stage(refresh_hz=None)) == ()
    of = stage(scan=8)
    bare = replace(of, camera=replace(of.camera, distance_m=None))
    assert predict_bands(bare) == ()
    assert missing_keys(bare) == ("camera.distance_m",)
    assert len(predict_bands(stage())) == 5
    assert all(np.isnan(w.depth) for w in predict_bands(stage(angle=None)))
