"""`ledcal drift check`: a moved correction, what cannot be compared, pictures and a chart."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from ledcal.profile.checks import read_checks
from ledcal.profile.store import read_profile
from tests.cli.drift_site import component, off, refused, said, words
from tests.profile.fake import tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.drift_site import Ledcal, Site


# A moved correction.


def test_update_writes_a_derived_profile_whose_next_check_passes(
    ledcal: Ledcal, site: Site, profile: Path
) -> None:
    take = site.wrong("wall-red=0.02")
    before = tree(profile)
    found = said(ledcal, take, profile, 4, "--update")
    moved = profile.with_name("north-moved")
    assert found["updated"] == str(moved)
    after = tree(profile)
    assert {name: after[name] for name in before} == before, "the old one stays as it was"
    assert set(after) - set(before) <= {"checks", f"checks/{found['check'].split('/')[-1]}"}
    new = read_profile(moved)
    assert new.derived is not None
    assert new.derived.profile == "north"
    assert new.derived.check == found["check"].split("/")[-1]
    assert new.derived.change == "Red of the wall is 2 % dimmer"
    old = read_profile(profile)
    assert abs(new.correction.table - old.correction.table).max() > 1e-3
    # Another take of the wall as it is today: right by the new one, wrong by the old.
    today = site.wrong("wall-red=0.02", 5)
    second = said(ledcal, today, moved, 0)
    assert second["verdict"] == "pass"
    assert second["delta_e_itp"] < 0.7 * found["delta_e_itp"]
    assert second["delta_e_itp"] == pytest.approx(found["calibrated"]["median"], abs=0.15)
    assert said(ledcal, today, profile, 4)["sentence"] == found["sentence"]
    # And the wall as it was is off by the new one, the other way.
    back = said(ledcal, site.take(3), moved, 4)
    assert component(back, "channel_red")["value"] == pytest.approx(2.04, abs=0.15)
    notes = [one.note for one in read_checks(moved).records if one.kind == "event"]
    assert notes == ["derived from north: Red of the wall is 2 % dimmer"]
    again = said(ledcal, take, profile, 4, "--update")
    assert again["updated"] == str(profile.with_name("north-moved-2"))


def test_update_is_refused_with_a_reason_where_the_fit_must_be_redone(
    ledcal: Ledcal, site: Site, profile: Path
) -> None:
    found = said(ledcal, site.wrong("exponent=0.03"), profile, 4, "--update")
    assert found["updated"] is None
    assert found["not_updated"].startswith("eotf out of limits: only a change of brightness")
    run = ledcal("drift", "check", site.take(3), "--profile", profile, "--update")
    assert run.code == 0
    assert "not updated: nothing is out of its limits" in run.out
    assert [path.name for path in profile.parent.iterdir()] == ["north"]
    assert len(read_checks(profile).records) == 2, "the checks are kept all the same"


# What cannot be compared.


def test_no_baseline_yet(ledcal: Ledcal, site: Site, profile: Path) -> None:
    (profile / "baseline.json").unlink()
    text = refused(ledcal, 2, profile, site.take(3))
    assert "no drift baseline in this profile yet" in text
    assert f"ledcal drift baseline TAKE1 TAKE2 --profile {profile}'" in text


def test_a_baseline_of_an_earlier_fit(ledcal: Ledcal, site: Site, profile: Path) -> None:
    document = json.loads((profile / "profile.json").read_text())
    (profile / "profile.json").write_text(json.dumps(document))
    text = refused(ledcal, 2, profile, site.take(3))
    assert "the drift baseline was made for an earlier fit of this profile" in text
    assert "--profile north --overwrite" in text


def test_a_lut_that_is_left_on(ledcal: Ledcal, site: Site, profile: Path) -> None:
    take = site.take(4, "--profile", str(site.profile))
    text = refused(ledcal, 3, profile, take)
    assert "show the drift pattern through the correction of north" in text
    assert "switch the LUT off" in text


def test_another_camera_and_another_kind_of_file(ledcal: Ledcal, site: Site, profile: Path) -> None:
    text = refused(ledcal, 2, profile, site.wrong("other-camera"))
    assert "with the camera Ledcal Virtual Cine, this take with Ledcal Virtual Other" in text
    text = refused(ledcal, 2, profile, site.take(3, "--format", "exr"))
    assert "this take with pictures in ACES2065-1" in text


def test_a_take_that_is_not_whole(
    ledcal: Ledcal, site: Site, profile: Path, tmp_path: Path
) -> None:
    take = tmp_path / "take"
    shutil.copytree(site.take(3), take)
    min(take.glob("*.dng")).unlink()
    text = refused(ledcal, 3, profile, take)
    run = ledcal("drift", "baseline", site.take(1), take, "--profile", profile, "--overwrite")
    assert run.code == 3
    assert f"{take}: of the drift pattern's 3 frames 0 is missing" in words(run.err)
    assert "of the drift pattern's 3 frames 0 is missing" in text
    assert "not the drift pattern" in refused(ledcal, 3, profile, site.root / "shot")
    assert "nowhere" in refused(ledcal, 2, profile, tmp_path / "nowhere")


def test_a_chart_that_the_baseline_does_not_have(ledcal: Ledcal, site: Site, profile: Path) -> None:
    text = refused(ledcal, 2, profile, site.take(3), "--chart", "250,170,40,30")
    assert "the chart is dark" in text
    assert "not inside the picture" in refused(
        ledcal, 2, profile, site.take(3), "--chart", "580,390,40,30"
    )


def test_a_take_of_the_drift_pattern_is_not_fitted(
    ledcal: Ledcal, site: Site, tmp_path: Path
) -> None:
    run = ledcal("fit", site.take(3), "-o", tmp_path / "P")
    assert run.code == 3
    assert "ledcal drift check" in run.err
    assert not (tmp_path / "P").exists()


# Pictures, and a chart.


def test_pictures_do_as_well(ledcal: Ledcal, site: Site, profile: Path) -> None:
    (profile / "baseline.json").unlink()
    exr = ("--format", "exr")
    run = ledcal("drift", "baseline", site.take(1, *exr), site.take(2, *exr), "--profile", profile)
    assert run.code == 0, run.err
    assert off(said(ledcal, site.take(3, *exr), profile, 0)) == {}
    found = said(ledcal, site.take(4, *exr, "--fault", "wall-red=0.02"), profile, 4)
    assert off(found) == {"channel_red": "fail"}
    assert component(found, "channel_red")["value"] == pytest.approx(-2.0, rel=0.1)
    # Another lens is a gain in the camera's channels, not in those of the pictures.
    tint = said(ledcal, site.take(4, *exr, "--fault", "lens-tint"), profile, 4)
    assert off(tint) == {"camera_white": "fail"}
    assert component(tint, "camera_white")["value"] == pytest.approx(0.007, rel=0.15)


def test_a_chart_tells_whose_the_exposure_is(ledcal: Ledcal, site: Site, profile: Path) -> None:
    takes = [site.take(number, "--chart") for number in (1, 2)]
    left, top, width, height = (0.015 * 600, 0.93 * 400, 0.05 * 600, 0.055 * 400)
    chart = ("--chart", f"{left + 6:.0f},{top + 5:.0f},{width - 12:.0f},{height - 10:.0f}")
    text = refused(ledcal, 2, profile, takes[0], *chart)
    assert "the baseline was measured without a chart; make it anew with --chart" in text
    asked = ("--profile", profile, "--overwrite", *chart)
    run = ledcal("drift", "baseline", *takes, *asked)
    assert run.code == 0, run.err
    found = said(ledcal, site.take(4, "--chart", "--fault", "overexposed=0.33"), profile, 0, *chart)
    assert off(found) == {"exposure": "warn"}
    exposure = component(found, "exposure")
    assert exposure["detail"] == "camera +0.33, wall +0.00 stops by the white chart"
    assert "camera's exposure has changed by +0.33 stops" in found["sentence"]
