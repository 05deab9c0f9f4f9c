"""`ledcal drift baseline` and `ledcal drift check` on real files of a virtual stage."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from ledcal.profile.baseline import read_baseline
from ledcal.profile.checks import read_checks
from ledcal.values.drift import COMPONENTS, DriftLimits
from tests.cli.drift_site import PANEL, STAGE, component, off, refused, said, words
from tests.conftest import run_quietly
from tests.profile.fake import tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.drift_site import Ledcal, Site


# The baseline.


def test_a_baseline_says_what_the_stage_does_by_itself(
    ledcal: Ledcal, site: Site, profile: Path
) -> None:
    (profile / "baseline.json").unlink()
    run = ledcal("drift", "baseline", site.take(1), site.take(2), "--profile", profile, "--json")
    assert run.code == 0, run.err
    found = json.loads(run.out)
    assert (found["schema_version"], found["profile"], found["takes"]) == (1, "north", 2)
    assert found["baseline"] == str(profile / "baseline.json")
    assert found["apart"] == []
    assert tuple(found["repeatability"]) == COMPONENTS
    for name, size in found["repeatability"].items():
        assert 0.0 < size < DriftLimits().of(name), name
    kept = read_baseline(profile)
    assert kept.repeatability == pytest.approx(found["repeatability"])
    assert [name.partition("/")[0] for name, _ in kept.inputs] == ["1"] * 3 + ["2"] * 3
    assert len(kept.readings) == 2
    again = ledcal("drift", "baseline", site.take(1), site.take(2), "--profile", profile)
    assert again.code == 2
    assert "add --overwrite to replace it" in again.err
    over = ledcal(
        *("drift", "baseline", site.take(1), site.take(2), site.take(3)),
        *("--profile", profile.name, "--root", profile.parent, "--overwrite"),
    )
    assert over.code == 0
    assert over.out.startswith("GOOD  The stage repeats itself")
    assert len(read_baseline(profile).readings) == 3
    assert max(map(len, over.out.splitlines()[:-1])) <= 80


def test_takes_that_differ_are_said(ledcal: Ledcal, site: Site, profile: Path) -> None:
    takes = site.take(1), site.wrong("wall-red=0.02")
    asked = ("--profile", profile, "--overwrite")
    run = ledcal("drift", "baseline", *takes, *asked)
    assert run.code == 0
    assert run.out.startswith("CHECK  The takes of the baseline differ: ")
    assert "channel_red 1" in words(run.out)
    assert "shoot the baseline again ('--overwrite')" in words(run.out)
    assert ledcal("drift", "baseline", *takes, *asked, "--strict").code == 4
    # What the stage does by itself is no drift then.
    assert off(said(ledcal, site.wrong("wall-red=0.02", 5), profile, 0)) == {}


@pytest.mark.parametrize("which", ["one", "twice", "a copy"])
def test_a_baseline_of_one_take_is_refused(
    ledcal: Ledcal, site: Site, profile: Path, tmp_path: Path, which: str
) -> None:
    before = tree(profile)
    copy = tmp_path / "copy"
    shutil.copytree(site.take(1), copy)
    takes = {"one": [], "twice": [site.take(1)], "a copy": [copy]}[which]
    run = ledcal("drift", "baseline", site.take(1), *takes, "--profile", profile, "--overwrite")
    assert run.code == 2
    assert ("needs two takes" if which == "one" else "hold the same files") in run.err
    assert tree(profile) == before


def test_takes_of_two_cameras_are_no_baseline(ledcal: Ledcal, site: Site, profile: Path) -> None:
    takes = site.take(1), site.wrong("other-camera")
    run = ledcal("drift", "baseline", *takes, "--profile", profile, "--overwrite")
    assert run.code == 2
    assert "Ledcal Virtual Other" in run.err


# A check.


def test_an_unchanged_wall_passes_and_the_check_is_kept(
    ledcal: Ledcal, site: Site, profile: Path
) -> None:
    found = said(ledcal, site.take(3), profile, 0, "--note", "before  rehearsal")
    assert found["verdict"] == "pass"
    assert found["sentence"] == "The wall is as it was calibrated"
    assert found["advice"] == ["nothing"]
    assert off(found) == {}
    assert tuple(one["name"] for one in found["components"]) == COMPONENTS
    for one in found["components"]:
        assert set(one) >= {"name", "value", "sigma", "limit", "unit", "verdict"}
        assert abs(one["value"]) <= one["limit"]
    assert (found["schema_version"], found["profile"]) == (1, "north")
    assert found["limits_are_own"] is True
    assert found["delta_e_itp"] == found["today"]["median"]
    assert found["delta_e_itp"] == pytest.approx(found["calibrated"]["median"], abs=0.05)
    assert (found["updated"], found["not_updated"]) == (None, "")
    checks = read_checks(profile)
    assert [str(profile / "checks" / name) for name in checks.files] == [found["check"]]
    (record,) = checks.records
    assert (record.kind, record.verdict, record.note) == ("drift", "pass", found["note"])
    assert record.when == found["when"]
    assert len(record.inputs) == 3
    assert [one.name for one in record.components] == list(COMPONENTS)
    assert not (site.profile / "checks").exists() or not list((site.profile / "checks").iterdir())


@pytest.mark.parametrize(
    ("fault", "failed", "value", "sentence"),
    [
        ("wall-red=0.02", "channel_red", -2.0, r"Red of the wall is 2 % dimmer"),
        ("exponent=0.03", "eotf", 3.0, r"The tone curve has changed: exponent \+3\.\d %"),
        ("cabinet", "uniformity", -8.7, r"Cabinet r3c3 is (8\.\d|9) % dimmer than the rest"),
        ("stray-light", "black", 1.8, r"Black is 1\.\d % of peak brighter \(warm light: .*\)"),
        ("lens-tint", "camera_white", 0.007, r"Camera, lens or filter see white differently .*"),
    ],
)
def test_what_has_changed_is_named_and_is_exit_4(
    ledcal: Ledcal, site: Site, profile: Path, fault: str, failed: str, value: float, sentence: str
) -> None:
    found = said(ledcal, site.wrong(fault), profile, 4)
    assert found["verdict"] == "fail"
    assert off(found) == {failed: "fail"}
    assert component(found, failed)["value"] == pytest.approx(value, rel=0.1)
    assert re.fullmatch(sentence, found["sentence"]), found["sentence"]
    assert found["advice"] != ["nothing"]
    assert read_checks(profile).records[0].verdict == "fail"


@pytest.mark.parametrize(
    ("fault", "warned", "value"),
    [("re-seated", "geometry", 2.8), ("overexposed=0.33", "exposure", 0.33)],
)
def test_a_camera_that_was_moved_or_exposed_is_no_drift(
    ledcal: Ledcal, site: Site, profile: Path, fault: str, warned: str, value: float
) -> None:
    found = said(ledcal, site.wrong(fault), profile, 0)
    assert found["verdict"] == "warn"
    assert off(found) == {warned: "warn"}
    assert component(found, warned)["value"] == pytest.approx(value, rel=0.05)
    assert found["sentence"].startswith("The wall is as it was calibrated; ")
    assert said(ledcal, site.wrong(fault), profile, 4, "--strict")["verdict"] == "warn"


def test_the_screen(ledcal: Ledcal, site: Site, profile: Path) -> None:
    run = ledcal("drift", "check", site.wrong("wall-red=0.02"), "--profile", profile)
    assert (run.code, run.err) == (4, "")
    assert run.out.startswith("FAIL  Red of the wall is 2 % dimmer.\nto do: let the wall warm up")
    assert re.search(r"^red of the wall +-1\.9\d +0\.\d+ +0\.5  % +FAIL$", run.out, re.MULTILINE)
    assert re.search(r"^exposure +- ", run.out, re.MULTILINE)
    assert "leaves 1." in words(run.out)
    assert "limits: ledcal's own, not a standard" in run.out
    assert f"kept in {profile / 'checks'}" in run.out
    long = [line for line in run.out.splitlines() if len(line) > 80]
    assert all(str(profile) in line or line.startswith("limits:") for line in long)


def test_a_note_and_a_day_are_kept(ledcal: Ledcal, site: Site, profile: Path) -> None:
    take = site.take(3)
    found = said(ledcal, take, profile, 0, "--note", "new lens", "--date", "2026-02-03")
    assert found["note"] == "new lens"
    assert found["when"].startswith("2026-02-03T12:00:00")
    (record,) = read_checks(profile).records
    assert (record.note, record.when) == ("new lens", found["when"])
    assert "2026-02-03T12" in found["check"]
    for wrong in ("31/01/2026", "2026-02-30"):
        assert "--date" in refused(ledcal, 2, profile, take, "--date", wrong)


def test_a_profile_is_found_by_its_name(ledcal: Ledcal, site: Site, profile: Path) -> None:
    run = ledcal("drift", "check", site.take(3), "--profile", "north", "--root", profile.parent)
    assert run.code == 0
    assert run.out.startswith("PASS  The wall is as it was calibrated.")
    wrong = ledcal("drift", "check", site.take(3), "--profile", "nort", "--root", profile.parent)
    assert wrong.code == 2
    assert "north" in wrong.err


# Limits and cabinets.


def test_limits_of_a_stage_are_honoured_and_said(
    ledcal: Ledcal, site: Site, profile: Path, tmp_path: Path
) -> None:
    stage = tmp_path / "stage.toml"
    stage.write_text(f"{STAGE}[tolerances]\nchannel_percent = 3\ngeometry_percent = 0.5\n")
    found = said(ledcal, site.wrong("wall-red=0.02"), profile, 0, "--stage", stage)
    assert off(found) == {}
    red = component(found, "channel_red")
    assert (red["limit"], red["value"]) == (3.0, pytest.approx(-2.0, rel=0.1))
    assert component(found, "geometry")["limit"] == 0.5
    assert found["limits_are_own"] is False
    run = ledcal(
        "drift", "check", site.wrong("wall-red=0.02"), "--profile", profile, "--stage", stage
    )
    assert "limits: of stage.toml" in run.out


def test_limits_of_the_fit_are_kept_with_the_profile(
    ledcal: Ledcal, site: Site, profile: Path
) -> None:
    document = json.loads((profile / "profile.json").read_text())
    document["stage"]["tolerances"]["drift"]["channel_percent"] = 3.0
    (profile / "profile.json").write_text(json.dumps(document))
    run_quietly(
        *("drift", "baseline", site.take(1), site.take(2), "--profile", profile, "--overwrite")
    )
    found = said(ledcal, site.wrong("wall-red=0.02"), profile, 0)
    assert component(found, "channel_red")["limit"] == 3.0
    assert found["limits_are_own"] is False


def test_a_limit_that_is_unknown_is_an_error(
    ledcal: Ledcal, site: Site, profile: Path, tmp_path: Path
) -> None:
    stage = tmp_path / "stage.toml"
    stage.write_text(f"{STAGE}[tolerances]\nchannel_percnt = 3\n")
    text = refused(ledcal, 2, profile, site.take(3), "--stage", stage)
    assert "channel_percnt" in text
    assert "channel_percent" in text
    stage.write_text(f"{STAGE}[tolerances]\nwhite_uv = -1\n")
    assert "white_uv" in refused(ledcal, 2, profile, site.take(3), "--stage", stage)


def test_without_the_size_of_a_cabinet_it_is_a_box(
    ledcal: Ledcal, site: Site, profile: Path, tmp_path: Path
) -> None:
    stage = tmp_path / "stage.toml"
    stage.write_text(STAGE.replace(PANEL, ""))
    found = said(ledcal, site.wrong("cabinet"), profile, 4, "--stage", stage)
    assert off(found) == {"uniformity": "fail"}
    box = re.match(
        r"The part at x (\d+)-(\d+), y (\d+)-(\d+) px of the wall is .* % dimmer",
        found["sentence"],
    )
    assert box
    for got, true in zip(map(int, box.groups()), (160, 240, 180, 270), strict=True):
        assert abs(got - true) <= 11
    assert "panel_width_px" in " ".join(found["advice"])
