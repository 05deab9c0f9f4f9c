"""What an export says of its own error is what the written file does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.export._ocio import apply_file
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.predict import black, predict
from ledcal.model.trial import shown_codes
from ledcal.pipeline.export import export
from ledcal.profile.store import read_profile

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"


@pytest.mark.parametrize(("file_format", "size"), [("cube", 17), ("cube", 33), ("clf", 17)])
def test_the_stated_error_is_that_of_the_file(tmp_path: Path, file_format: str, size: int) -> None:
    profile = read_profile(SAMPLE)
    made = export([SAMPLE], root=tmp_path, file_format=file_format, size=size, out=tmp_path)
    model, target = profile.model, profile.stage.target
    k = exposure_scale(model, target)
    content = shown_codes(model, target, k, peak=profile.peak)
    through = apply_file(Path(made["out"]), content)
    exact, _ = correct(model, target, k, content, peak=profile.peak)
    shown, wanted = (k * (predict(model, code) - black(model)) for code in (through, exact))
    found = delta_e_itp(shown, wanted)
    assert made["between_nodes"]["median"] == pytest.approx(np.median(found), rel=1e-3)
    assert made["between_nodes"]["p95"] == pytest.approx(np.percentile(found, 95), rel=1e-3)
    assert 0.02 < np.median(found) < 0.5
    said = f"{np.median(found):.2f} median, {np.percentile(found, 95):.2f} p95 delta E ITP off"
    assert any(said in line for line in made["summary"])


def test_the_stored_table_is_as_good_as_the_profile_says(tmp_path: Path) -> None:
    made = export([SAMPLE], root=tmp_path, size=33, out=tmp_path / "w.cube")
    stated = read_profile(SAMPLE).quality.interpolation
    assert made["between_nodes"]["p95"] == pytest.approx(stated.p95, rel=1e-6)
