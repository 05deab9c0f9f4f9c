"""One screen and one document: the verdict first, every promised key, no NaN in JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledcal.report.document import count_flags, finding_json, fit_json, profiles_json
from ledcal.report.summary import fit_lines, fit_rows, profiles_table
from ledcal.report.verdict import judge
from ledcal.values.finding import Finding
from ledcal.values.profile import Profile, ProfileSummary
from ledcal.values.quality import UNKNOWN, PeakChoice, Spread
from ledcal.values.stage import Tolerances
from tests.profile.fake import fake_measurements, fake_profile, fake_quality_of, fake_stage

PATH = Path("calibration_profiles/buehne-3-kamera-x-2031-05-04")
NAN = float("nan")


def finding(severity: str, seen: str = "the anchor grey moved by 3 %") -> Finding:
    return Finding(
        "anchor-moves", severity, seen, "auto exposure", 0.8, "switch it off.", reshoot=True
    )


# What DESIGN.md section 4 promises to other tools.
PROMISED = {
    "profile": str,
    "frames": int,
    "patches": int,
    "before": dict,
    "after": dict,
    "cross_validated": dict,
    "noise_floor": dict,
    "peak_kept": float,
    "gamut_clipped": float,
    "assumptions": list,
    "findings": list,
    "schema_version": int,
}


def test_the_document_has_what_other_tools_rely_on() -> None:
    profile = fake_profile()
    document = json.loads(json.dumps(fit_json(profile, PATH), allow_nan=False))
    for key, kind in PROMISED.items():
        assert isinstance(document[key], kind), key
    assert document["profile"] == str(PATH)
    assert (document["frames"], document["patches"]) == (12, 60)
    assert document["after"] == {"median": 0.41, "p95": 1.32, "max": 3.05}
    assert document["before"]["median"] == 20.4
    assert document["cross_validated"]["p95"] == 1.91
    assert document["noise_floor"]["max"] == 1.02
    assert document["delta_e_2000"]["after"]["median"] == 0.11
    assert document["flagged"] == {"saturated": 1, "noisy": 1, "greens_differ": 1}
    assert document["assumptions"] == list(profile.assumptions)
    assert document["verdict"] == "good"
    assert set(document["findings"][0]) == {
        "id", "severity", "seen", "cause", "confidence", "fix", "reshoot", "frames"
    }  # fmt: skip
    assert document["findings"][0] == finding_json(profile.findings[0])


def test_an_unknown_figure_is_null() -> None:
    quality = fake_quality_of(noise_floor=Spread(NAN, NAN, NAN), peak_kept=NAN)
    document = fit_json(fake_profile(quality=quality), PATH)
    json.dumps(document, allow_nan=False)
    assert document["noise_floor"] == {"median": None, "p95": None, "max": None}
    assert document["peak_kept"] is None


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
    summary = ProfileSummary(PATH, "x")
    keys = {*fit_json(fake_profile(), PATH), *profiles_json([summary])["profiles"][0]}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_the_screen_tells_a_tired_person_everything() -> None:
    lines = fit_lines(fake_profile(), PATH)
    text = "\n".join(lines)
    assert lines[0].startswith("GOOD")
    assert len(lines) <= 30
    assert max(len(line) for line in lines if str(PATH) not in line) <= 80
    flat = " ".join(text.split())
    for part in (
        "60 patches in 12 frames (standard grid)",
        "1 saturated",
        "6.6 % of peak white, which is 0.10 off neutral; with --peak keep 0.9 %",
        "a 10-bit link alone adds 0.25 (95 %: 0.29), a 12-bit one 0.04 (0.06)",
        "DNG ColorMatrix1 and 2; assumes that the maker's matrices are right",
        "the 3 % most saturated codes",
        "target.gamut = 'P3-D65' (as the wall)",
        f"{PATH}/report.html",
        f"ledcal export {PATH} --host unreal -o for_unreal # or unity, blender, ...",
    ):
        assert part in flat, part
    for name, figures in (
        ("before", "20.4    38.2    61.7"),
        ("after", "0.41    1.32    3.05"),
        ("held out", "0.62    1.91    4.40"),
        ("greys", "0.31    0.90    1.40"),
        ("skin", "0.42    1.10    1.20"),
        ("vivid", "0.88    2.40    4.40"),
        ("shadows", "0.95    2.60    3.90"),
        ("noise floor", "0.21    0.60    1.02"),
    ):
        assert any(name in line and figures in line for line in lines), name


def test_a_screen_full_of_trouble_still_fits() -> None:
    profile = fake_profile(
        findings=tuple(finding("warning", f"{'many words ' * 9}{i}") for i in range(9)),
        assumptions=tuple(f"wall.key_{i} = {i} (default)" for i in range(14)),
    )
    lines = fit_lines(profile, PATH)
    assert len(lines) <= 40
    assert any("and 5 more, in the report" in line for line in lines)
    text = " ".join(" ".join(lines).split())
    assert all(f"wall.key_{i} = {i} (default)" in text for i in range(14))


def test_both_choices_of_peak_are_told() -> None:
    same = {name: PeakChoice(0.97, 0.2) for name in ("match", "keep")}
    for profile, part in (
        (
            fake_profile(peak="keep", quality=fake_quality_of(peak_kept=0.991)),
            "0.9 % of peak white, which is 6.30 off neutral; with --peak match 6.6 %, and 0.10 off",
        ),
        (
            fake_profile(quality=fake_quality_of(peak_kept=0.97, peak_choices=same)),
            "3.0 % of peak white, which is 0.20 off neutral (the same with --peak keep)",
        ),
        # As an older profile has it.
        (fake_profile(quality=fake_quality_of(peak_choices={})), "6.6 % of peak white; the 3 %"),
    ):
        assert part in " ".join(" ".join(fit_lines(profile, PATH)).split())
    choices = fit_json(fake_profile(peak="keep"), PATH)
    assert choices["peak"] == "keep"
    assert choices["peak_choices"]["keep"] == {"peak_kept": 0.991, "white_off_neutral_itp": 6.3}


def test_an_older_profile_has_no_rows_for_what_it_does_not_know() -> None:
    profile = fake_profile(quality=fake_quality_of(link_10bit=UNKNOWN, regions={}))
    text = "\n".join(fit_lines(profile, PATH))
    assert "link" not in text
    assert "skin" not in text
    assert fit_json(profile, PATH)["link_10bit"] == {"median": None, "p95": None, "max": None}


def test_a_path_with_a_space_can_be_typed() -> None:
    lines = fit_lines(fake_profile(), Path("my profiles/x"))
    assert any('ledcal export "my profiles/x" --host unreal -o' in line for line in lines)


def test_nothing_flagged_and_nothing_assumed_is_said_too() -> None:
    measured = fake_measurements()
    profile = fake_profile(
        measurements=replace(measured, flags=measured.flags * 0), assumptions=(), n_frames=1
    )
    text = "\n".join(fit_lines(profile, PATH))
    assert "none flagged" in text
    assert "1 frame (" in text
    assert "assumed" not in text
    assert count_flags(profile) == {}


def test_styles_follow_severity() -> None:
    profile = fake_profile(findings=(finding("note"), finding("fail"), finding("warning")))
    rows = fit_rows(profile, PATH)
    assert rows[0].style == "fail"
    labels = [row for row in rows if row.text.split()[:1] in (["fail"], ["warning"], ["note"])]
    assert [row.style for row in labels] == ["fail", "warn", "dim"]
    assert "do what is said above" in " ".join(row.text for row in rows)
    assert "switch it off. Re-shoot." in " ".join(row.text for row in rows)
    assert ".." not in labels[0].text


CASES: list[tuple[Profile, str, str, str]] = [
    (fake_profile(), "good", "from 20.4 to 0.41", "export the correction"),
    (fake_profile(findings=(finding("warning"),)), "warn", "anchor grey moved", "switch it off"),
    (fake_profile(findings=(finding("fail"),)), "fail", "anchor grey moved", "switch it off"),
    (
        fake_profile(quality=fake_quality_of(cross_validated=Spread(2.1, 3.0, 9.0))),
        "warn",
        "2.10 delta E ITP (median), of which 0.21 is noise; limit 2.00",
        "flagged patches",
    ),
    (
        fake_profile(quality=fake_quality_of(cross_validated=Spread(1.1, 4.2, 9.0))),
        "warn",
        "4.20 delta E ITP (95th percentile), of which 0.60 is noise; limit 4.00",
        "flagged patches",
    ),
    (
        fake_profile(
            quality=fake_quality_of(cross_validated=Spread(1.1, 4.2, 9.0)),
            stage=replace(fake_stage(), tolerances=Tolerances(3.0, 5.0)),
        ),
        "good",
        "agree to 1.10",
        "export",
    ),
    (
        # Noise adds as a square, so what is beyond it is 1.79.
        fake_profile(
            quality=fake_quality_of(
                cross_validated=Spread(2.05, 3.0, 9.0), noise_floor=Spread(1.0, 2.0, 3.0)
            )
        ),
        "good",
        "agree to 2.05",
        "export",
    ),
    (
        fake_profile(
            quality=fake_quality_of(cross_validated=Spread(2.05, 3.0, 9.0), noise_floor=UNKNOWN)
        ),
        "warn",
        "2.05 delta E ITP (median); limit 2.00",
        "flagged patches",
    ),
    (
        fake_profile(quality=fake_quality_of(after=Spread(22.0, 40.0, 60.0))),
        "fail",
        "does not help: median delta E ITP 20.4 before, 22.0 after",
        "[target]",
    ),
    (
        # A wall that was right already: after may be as large as before.
        fake_profile(quality=fake_quality_of(before=Spread(0.3, 1, 2), after=Spread(0.4, 1, 2))),
        "good",
        "from 0.30 to 0.40",
        "export",
    ),
    (fake_profile(quality=fake_quality_of(neutral_monotone=False)), "warn", "grey axis", "banding"),
    (
        fake_profile(quality=fake_quality_of(cross_validated=Spread(NAN, NAN, NAN))),
        "warn",
        "too few patches",
        "--set standard",
    ),
]


@pytest.mark.parametrize(("profile", "level", "reason", "action"), CASES)
def test_the_verdict(profile: Profile, level: str, reason: str, action: str) -> None:
    verdict = judge(profile)
    assert verdict.level == level
    assert reason in verdict.reason
    assert action in verdict.action
    assert verdict.word == {"good": "GOOD", "warn": "CHECK", "fail": "BAD"}[level]


def test_the_list_of_profiles() -> None:
    whole = ProfileSummary(
        PATH, "x", "Bühne 3", "Kamera X", "ST 2084", "standard", "2031-05-04T09:12:44", 1500.0, 60,
        Spread(20, 30, 40), Spread(0.4, 1, 2), Spread(NAN, NAN, NAN),
    )  # fmt: skip
    damaged = ProfileSummary(PATH, "y", problem="cut short")
    headings, rows = profiles_table([whole, damaged])
    assert all(len(row) == len(headings) for row in rows)
    assert rows[0][:2] == ["x", "2031-05-04"]
    assert rows[0][5:8] == ["20.0", "0.40", "-"]
    assert rows[1][-1] == "damaged: cut short"
    document = profiles_json([whole, damaged])
    json.dumps(document, allow_nan=False)
    assert document["profiles"][0]["cross_validated"]["median"] is None
    assert document["profiles"][0]["problem"] is None
    assert document["profiles"][1]["problem"] == "cut short"
    assert document["profiles"][1]["peak_nits"] is None
