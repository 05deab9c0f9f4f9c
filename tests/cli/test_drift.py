"""`ledcal drift baseline` and `ledcal drift check` on real files of a virtual stage."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.profile.baseline import read_baseline
from ledcal.profile.checks import read_checks
from ledcal.profile.store import read_profile
from ledcal.values.drift import COMPONENTS, DriftLimits
from tests.conftest import run_quietly
from tests.profile.fake import tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SHOT = ("--seed", 5, "--sensor", "600x400")
# A cabinet of the virtual stage.
PANEL = "panel_width_px = 80\npanel_height_px = 90\n"
STAGE = f'[wall]\nname = "small"\nwidth_px = 640\nheight_px = 360\n{PANEL}'


@dataclass(frozen=True)
class Site:
    """A calibrated wall with its baseline; not to be changed: copy the profile first."""

    root: Path
    drift: Path
    profile: Path

    def take(self, number: int, *words: str) -> Path:
        """A take of the drift pattern; the same words give the same folder."""
        out = self.root / "-".join(["take", str(number), *(word.strip("-") for word in words)])
        if not out.exists():
            run_quietly("simulate", out, "--patterns", self.drift, *SHOT, "--take", number, *words)
        return out

    def wrong(self, fault: str, number: int = 4) -> Path:
        """A take with something that has changed."""
        return self.take(number, "--fault", fault)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("drift")
    stage = root / "stage.toml"
    stage.write_text(STAGE)
    made = Site(root, root / "drift", root / "profiles" / "north")
    full = ("--set", "quick", "--layout", "grid", "--stage", stage)
    run_quietly("patterns", root / "full", *full)
    run_quietly("simulate", root / "shot", "--patterns", root / "full", *SHOT)
    run_quietly("fit", root / "shot", "-o", made.profile, "--size", 17)
    run_quietly("patterns", made.drift, "--set", "drift", "--stage", stage)
    run_quietly("drift", "baseline", made.take(1), made.take(2), "--profile", made.profile)
    return made


@pytest.fixture
def profile(site: Site, tmp_path: Path) -> Path:
    """The same profile, to be changed."""
    folder = tmp_path / "profiles" / "north"
    shutil.copytree(site.profile, folder)
    return folder


def words(text: str) -> str:
    """A screen as one line."""
    return " ".join(text.split())


def said(ledcal: Ledcal, take: Path, profile: Path, code: int, *options: object) -> dict[str, Any]:
    run = ledcal("drift", "check", take, "--profile", profile, "--json", *options)
    assert run.code == code, run.out + run.err
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def off(found: dict[str, Any]) -> dict[str, str]:
    """Components that did not pass, and their verdicts."""
    return {c["name"]: c["verdict"] for c in found["components"] if c["verdict"] != "pass"}


def component(found: dict[str, Any], name: str) -> dict[str, Any]:
    one: dict[str, Any] = next(c for c in found["components"] if c["name"] == name)
    return one


def refused(ledcal: Ledcal, code: int, profile: Path, take: Path, *options: object) -> str:
    """What is said of a check that is not made; nothing is kept of it."""
    before = tree(profile.parent)
    run = ledcal("drift", "check", take, "--profile", profile, *options)
    assert (run.code, run.out) == (code, "")
    assert "Traceback" not in run.err
    assert tree(profile.parent) == before
    return words(run.err)


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
    assert run.out.startswith("LOOK  The takes of the baseline differ: ")
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


def test_a_chart_tells_whose_the_exposure_is(ledcal: Ledcal, site: Site, profile: Path) -> None:
    takes = [site.take(number, "--chart") for number in (1, 2)]
    left, top, width, height = (0.015 * 600, 0.93 * 400, 0.05 * 600, 0.055 * 400)
    chart = ("--chart", f"{left + 6:.0f},{top + 5:.0f},{width - 12:.0f},{height - 10:.0f}")
    asked = ("--profile", profile, "--overwrite", *chart)
    run = ledcal("drift", "baseline", *takes, *asked)
    assert run.code == 0, run.err
    found = said(ledcal, site.take(4, "--chart", "--fault", "overexposed=0.33"), profile, 0, *chart)
    assert off(found) == {"exposure": "warn"}
    exposure = component(found, "exposure")
    assert exposure["detail"] == "camera +0.33, wall +0.00 stops by the white chart"
    assert "camera's exposure has changed by +0.33 stops" in found["sentence"]
