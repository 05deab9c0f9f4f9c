"""What a profile was fitted with is what its files hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ledcal.errors import ProfileError
from ledcal.export._ocio import apply_file
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.model.exposure import exposure_scale
from ledcal.pipeline import export_source
from ledcal.pipeline.chain import chain_of
from ledcal.pipeline.correction import table_of
from ledcal.pipeline.export import export
from ledcal.profile.store import read_profile
from ledcal.values.display import DisplayModel
from ledcal.values.lut import Lut3d

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"


@pytest.mark.parametrize(
    ("file_format", "make", "apply"),
    [("cube", table_of, apply_tetrahedral), ("clf", chain_of, apply_chain)],
)
def test_what_white_gives_up_is_as_in_the_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: str, make: Any, apply: Any
) -> None:
    profile = replace(read_profile(SAMPLE), peak="keep")
    monkeypatch.setattr(export_source, "read_stored", lambda *_, **__: (profile, SAMPLE))
    out = tmp_path / f"wall.{file_format}"
    export([SAMPLE], root=tmp_path, file_format=file_format, size=17, out=out, overwrite=False)
    target = profile.stage.target
    k = exposure_scale(profile.model, target)
    white = np.repeat(np.linspace(0.7, 1.0, 31)[:, None], 3, axis=1)
    keep, match = (
        apply(make(profile.model, target, k, 17, peak=peak), white) for peak in ("keep", "match")
    )
    assert np.abs(keep - match).max() > 0.002
    assert np.abs(apply_file(out, white) - keep).max() < 1e-5


def test_a_model_that_is_not_known_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = replace(read_profile(SAMPLE), model=DisplayModel("of tomorrow", {}))
    monkeypatch.setattr(export_source, "read_stored", lambda *_, **__: (profile, SAMPLE))
    with pytest.raises(ProfileError, match="its model cannot be used"):
        export(
            [SAMPLE], root=tmp_path, file_format="clf", size=17, out=tmp_path / "w.clf",
            overwrite=False,
        )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_the_stored_table_is_given_as_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = read_profile(SAMPLE)
    judged = Lut3d(0.9 * stored.correction.table)
    profile = replace(stored, correction=judged)
    monkeypatch.setattr(export_source, "read_stored", lambda *_, **__: (profile, SAMPLE))
    source = export_source.open_source(SAMPLE, root=SAMPLE.parent)
    assert source.table(judged.size) is judged
