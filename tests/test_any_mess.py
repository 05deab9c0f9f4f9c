"""Any order, any mess: what is left of a take fits as the clean one does, within its noise.

Files shuffled, a tenth of the frames dropped and a tenth doubled, with slates and junk among them.
A grid of 300 patches, so that what is lost is a part of everything; not covered: all frames of one
kind lost, or the white patch of a short set.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.model.predict import black, predict
from ledcal.profile.store import read_profile
from tests.conftest import run_quietly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

STAGE = '[wall]\nwidth_px = 1280\nheight_px = 720\neotf = "gamma 2.4"\npeak_nits = 600\n'


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mess")
    (root / "stage.toml").write_text(STAGE)
    words = ("--set", "standard", "--layout", "grid", "--stage", root / "stage.toml")
    run_quietly("patterns", root / "patterns", *words)
    return root / "patterns"


def simulated(folder: Path, patterns: Path, *faults: str) -> Path:
    words = [word for fault in faults for word in ("--fault", fault)]
    run_quietly(
        "simulate", folder, "--patterns", patterns, "--sensor", "960x640", "--seed", 2, *words
    )
    return folder


def test_a_shuffled_take_with_losses_doubles_and_junk_fits_as_the_clean_one(
    ledcal: Callable[..., Run], patterns: Path, tmp_path: Path
) -> None:
    clean = simulated(tmp_path / "clean", patterns)
    faults = ("dropped=0.1", "doubled=0.1", "shuffled", "junk=3")
    mess = simulated(tmp_path / "mess", patterns, *faults)
    n_clean = len(list(clean.glob("*.dng")))
    assert len(list(mess.glob("shot_*.dng"))) == n_clean
    assert len(list(mess.glob("junk_*.dng"))) == 3
    profiles = []
    for folder in (clean, mess):
        fitted = ledcal("fit", folder, "-o", tmp_path / f"{folder.name}-profile", "--json")
        assert fitted.code == 0, fitted.err
        profiles.append(read_profile(tmp_path / f"{folder.name}-profile"))
    said = {one["id"]: one for one in json.loads(fitted.out)["findings"]}
    assert {"missing-frames", "unidentified-frames"} <= said.keys()
    assert sorted(said["unidentified-frames"]["frames"]) == sorted(
        path.name for path in mess.glob("junk_*.dng")
    )
    rng = np.random.default_rng(5)
    code = np.vstack([np.repeat(np.linspace(0.1, 1, 19)[:, None], 3, 1), rng.random((400, 3))])
    scale = profiles[0].quality.exposure_scale
    shown = [scale * (predict(p.model, code) - black(p.model)) for p in profiles]
    apart = delta_e_itp(*shown)
    # The clean fit's own error, as it says it: what a tenth of other patches may move it by.
    after = profiles[0].quality.after
    assert np.median(apart) < after.median
    assert np.quantile(apart, 0.95) < after.p95
    greys = apart[:19]
    assert np.median(greys) < 0.25


def test_the_missing_frames_are_made_and_added(
    ledcal: Callable[..., Run], patterns: Path, tmp_path: Path
) -> None:
    take = simulated(tmp_path / "take", patterns, "dropped=0.2")
    checked = json.loads(ledcal("check", take, "--json").out)
    assert len(checked["missing_frames"]) == round(0.2 * len(list((patterns / "frames").iterdir())))
    again = tmp_path / "again"
    made = ledcal(
        *("patterns", again, "--plan", take / "plan.json", "--only", checked["only"]),
    )
    assert made.code == 0, made.err
    assert len(list((again / "frames").iterdir())) == len(checked["missing_frames"])
    reshot = simulated(tmp_path / "reshot", again)
    for path in reshot.glob("*.dng"):
        path.rename(take / f"again_{path.name}")
    whole = json.loads(ledcal("check", take, "--json").out)
    assert whole["missing_frames"] == []
    assert "missing-frames" not in {one["id"] for one in whole["findings"]}
