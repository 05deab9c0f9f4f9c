"""Frames that are missing, mixed, strange or of another pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.diagnose.sequence import missing, mixtures, other_pattern, unidentified
from ledcal.values.evidence import Mixture, Sorting
from ledcal.values.marks import PatternSet, build_pattern_id
from ledcal.values.pattern import FrameKind
from tests.diagnose.cases import make_case, make_columns, make_pattern, make_take, said_by

if TYPE_CHECKING:
    from ledcal.diagnose.case import Case


def sorted_as(layout: str = "grid", **parts: Any) -> Case:
    sorting = Sorting(**{"n_used": 6} | parts)
    take = make_take(pattern=make_pattern(layout), frames=make_columns(), sorting=sorting)
    return make_case(take=take)


def kinds(kind: FrameKind, layout: str = "grid") -> tuple[int, ...]:
    return tuple(f.index for f in make_pattern(layout).frames if f.kind is kind)


def test_frames_of_another_pattern_are_named_with_both_patterns() -> None:
    other = build_pattern_id(PatternSet.FULL, "single", 26)
    case = sorted_as(others=(("x.dng", other), ("y.dng", other)))
    finding = said_by(other_pattern, case)["other-pattern"]
    assert finding.seen.startswith("2 frames show another pattern (full single (001a)) than the ")
    assert "quick grid (" in finding.seen
    assert finding.frames == ("x.dng", "y.dng")


def test_a_blended_frame_that_came_again_is_a_note() -> None:
    case = sorted_as(mixtures=(Mixture("a.dng", 4, 3, 0.3),))
    finding = said_by(mixtures, case)["blended-frames"]
    assert finding.seen == (
        "1 frame shows two frames of the pattern at once (in a.dng 30 % of frame 3 over frame 4); "
        "it was left out"
    )
    assert finding.severity == "note"
    assert not finding.reshoot
    assert "again" not in finding.fix


def test_blended_frames_that_are_lost_say_what_to_play_again() -> None:
    mixed = (Mixture("a.dng", 4, 3, 0.3), Mixture("b.dng", 5, 4, 0.45))
    finding = said_by(mixtures, sorted_as(mixtures=mixed, missing=(4, 5)))["blended-frames"]
    assert finding.seen == (
        "2 frames show two frames of the pattern at once (in b.dng 45 % of frame 4 over frame 5); "
        "they were left out"
    )
    assert finding.severity == "warning"
    assert finding.reshoot
    assert "play and shoot frames 4-5 again" in finding.fix
    assert "'ledcal patterns OUT --plan plan.json --only 4-5'" in finding.fix
    assert finding.frames == ("a.dng", "b.dng")


def test_torn_and_blended_frames_are_two_findings() -> None:
    mixed = (Mixture("a.dng", 4, 3, 0.3), Mixture("b.dng", 5, 4, 0.45, is_torn=True))
    said = said_by(mixtures, sorted_as(mixtures=mixed))
    assert list(said) == ["blended-frames", "torn-frames"]
    assert "on two parts of the wall (in b.dng 45 %" in said["torn-frames"].seen
    assert "processors" in said["torn-frames"].cause
    assert said["torn-frames"].frames == ("b.dng",)


def test_missing_frames_say_how_many_patches_they_cost() -> None:
    (last, *_) = kinds(FrameKind.PATCHES)[::-1]
    lost = sum(
        patch.kind.value not in {"dark", "anchor"} for patch in make_pattern().frames[last].patches
    )
    case = sorted_as(missing=(last,))
    finding = said_by(missing, case)["missing-frames"]
    of_all = case.measurements.n_patches + lost
    assert finding.seen == (
        f"of the pattern's 6 frames 1 is missing: number {last}, and with it {lost} of {of_all} "
        "patches"
    )
    assert f"'ledcal patterns OUT --plan plan.json --only {last}'" in finding.fix
    assert finding.severity == "warning"


def test_frames_that_were_mixed_are_not_missing_too() -> None:
    mixed = (Mixture("a.dng", 4, 3, 0.3),)
    assert said_by(missing, sorted_as(mixtures=mixed, missing=(4,))) == {}
    finding = said_by(missing, sorted_as(mixtures=mixed, missing=(4, 5)))["missing-frames"]
    assert "1 is missing: number 5" in finding.seen


def test_missing_black_and_flats_are_said_by_name() -> None:
    black, flats = kinds(FrameKind.BLACK), kinds(FrameKind.FLAT)
    said = said_by(missing, sorted_as(missing=(*black, *flats)))
    assert list(said) == ["missing-frames", "no-black-frame", "no-flat-frames"]
    assert f"shoot frame {black[0]} for better shadows" in said["no-black-frame"].fix
    assert f"frames {flats[0]}-{flats[-1]}" in said["no-flat-frames"].fix
    assert said["no-flat-frames"].reshoot
    some = said_by(missing, sorted_as(missing=flats[1:]))
    assert list(some) == ["missing-frames"]


def test_without_flats_single_windows_are_all_at_one_place() -> None:
    flats = kinds(FrameKind.FLAT, "single")
    said = said_by(missing, sorted_as("single", missing=flats))
    assert "no-flat-frames" not in said


def test_junk_is_a_note_until_it_is_most_of_the_take() -> None:
    few = said_by(unidentified, sorted_as(unidentified=("slate.dng",)))["unidentified-frames"]
    assert few.seen == "1 frame shows no identity strip and was left out"
    assert few.severity == "note"
    many = tuple(f"{i}.dng" for i in range(6))
    most = said_by(unidentified, sorted_as(unidentified=many))["unidentified-frames"]
    assert most.seen == "6 frames show no identity strip and were left out"
    assert most.severity == "warning"
    assert most.frames == many


def test_a_whole_take_is_silent() -> None:
    for rule in (other_pattern, mixtures, missing, unidentified):
        assert said_by(rule, sorted_as()) == {}
        assert said_by(rule, make_case()) == {}
