"""`ledcal export --into`, typed as a user types it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.export._ocio import opencolorio
from ledcal.export.ocio.proof import open_config
from ledcal.pipeline.profiles import read_stored
from tests.export.ocio_into.configs import sections_of_theirs, write_config
from tests.profile.fake import tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"
ACES = "cg-config-v1.0.0_aces-v1.3_ocio-v2.1"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.ocio"
    path.write_text(opencolorio().Config.CreateFromBuiltinConfig(ACES).serialize())
    return path


def test_a_wall_is_added_to_a_copy(ledcal: Ledcal, config: Path) -> None:
    before, new = config.read_bytes(), config.with_name("show.ocio")
    words = ("export", SAMPLE, "--into", config, "--size", 17)
    run = ledcal(*words, "-o", new, "--json")
    assert (run.code, run.err) == (0, "")
    document = json.loads(run.out)
    assert config.read_bytes() == before
    assert document["schema_version"] == 1
    assert (document["out"], document["into"]) == (str(new), str(config))
    assert (document["kept"], document["changed"], document["replaced"]) == (None, True, {})
    assert [file["path"] for file in document["files"]] == [
        "show.ocio",
        "ledcal/pq-wall-sample_17.cube",
    ]
    for file in document["files"]:
        data = (config.parent / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
    (display,) = document["displays"]
    assert (display["calibrated"], display["view"]) == ("LED pq wall calibrated", "Un-tone-mapped")
    assert document["added"]["named_transforms"] == [display["correction"]]
    assert document["added"]["search_path"] == ["."]
    assert document["proof"]["processors_kept"] > 70
    # The stored model's own table comes out of the display: 1.0 is 100 nits.
    opened = open_config(new)
    profile, _ = read_stored(SAMPLE, root=SAMPLE.parent)
    whole = opened.displayed("ACEScg", display["calibrated"], display["view"])
    code = opened.apply(whole, np.full((1, 3), 1.0))
    assert profile.correction.size > 17
    assert 0.3 < code.min() < code.max() < 0.7
    # A second time nothing changes, and the summary says so, in lines that fit.
    again = ledcal(*words, "-o", new)
    assert (again.code, "--overwrite" in again.err) == (2, True)
    shown = ledcal(*words, "-o", new, "--overwrite")
    assert "in it already; nothing was changed" in shown.out
    assert "1.0 = 100 nits" in shown.out
    assert max(map(len, shown.out.replace(str(config.parent), "").splitlines())) <= 80


def test_the_config_itself_is_changed_on_request(ledcal: Ledcal, config: Path) -> None:
    before = tree(config.parent)
    words = ("export", SAMPLE, "--into", config, "--size", 17)
    run = ledcal(*words)
    assert (run.code, run.out) == (2, "")
    assert "add --overwrite (it is kept as config.ocio.before-ledcal)" in run.err
    assert tree(config.parent) == before
    run = ledcal(*words, "--overwrite")
    assert (run.code, run.err) == (0, "")
    kept = config.with_name("config.ocio.before-ledcal")
    assert f"as it was:    {kept}" in run.out
    assert "copy config.ocio and " in run.out
    assert "/ledcal/ together" in run.out or " ledcal/ together" in run.out
    assert "ociocheck --iconfig DIR/config.ocio" in run.out
    assert kept.read_bytes() == before["config.ocio"]
    assert config.read_bytes() != before["config.ocio"]
    assert max(map(len, run.out.replace(str(config.parent), "").splitlines())) <= 80


def test_what_is_refused(ledcal: Ledcal, config: Path) -> None:
    before = tree(config.parent)
    words = ("export", SAMPLE, "--into", config, "--overwrite")
    for options, code, said in (
        (("--format", "clf"), 2, "--into adds to an OCIO config"),
        (("--size", 16), 2, "17, 33, 65"),
        ((SAMPLE,), 2, "given twice"),
        (("-o", config.parent / "elsewhere" / "new.ocio"), 2, "must stand in the folder"),
    ):
        run = ledcal(*words, *options)
        assert (run.code, run.out) == (code, "")
        assert said in run.err
    assert tree(config.parent) == before
    whole = config.read_text()
    # Without the role its ACEScg still tells; without that nothing does.
    config.write_text(whole.replace("aces_interchange: ACES2065-1", "rendering: ACEScg"))
    run = ledcal(*words, "--size", 17)
    assert (run.code, "role aces_interchange" in run.out) == (0, True)
    config.write_bytes(write_config(sections_of_theirs()).replace(b"aces_inter", b"inter"))
    run = ledcal(*words, "--size", 17)
    assert "add under roles:  aces_interchange: NAME" in run.err
    assert run.code == 5
    config.write_text("ocio_profile_version: 1\n")
    run = ledcal(*words, "--size", 17)
    assert (run.code, "--format ocio" in run.err) == (2, True)
