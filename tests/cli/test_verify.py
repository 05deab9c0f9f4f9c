"""`ledcal patterns --corrected` and `ledcal verify` on real files: what was done, what is said."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.files.plan import read_plan
from tests.conftest import run_quietly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run

    Ledcal = Callable[..., Run]

GRID = ("--layout", "grid")
SHOT = ("--seed", 5, "--sensor", "720x480")


@dataclass(frozen=True)
class Calibrated:
    """A wall that is calibrated: its plain take, its profiles, its corrected pattern."""

    root: Path
    plain: Path
    take: Path
    own: Path
    other: Path
    drawn: Path
    reshoot: Path


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Calibrated:
    """Not to be changed, but for the histories of its profiles."""
    root = tmp_path_factory.mktemp("verify")
    stage = root / "stage.toml"
    stage.write_text('[wall]\nname = "small"\nwidth_px = 960\nheight_px = 540\n')
    made = Calibrated(
        root,
        *(root / name for name in ("plain", "take")),
        *(root / "profiles" / name for name in ("own", "other")),
        *(root / name for name in ("drawn", "reshoot")),
    )
    run_quietly("patterns", made.plain, "--set", "quick", *GRID, "--stage", stage)
    run_quietly("simulate", made.take, "--patterns", made.plain, *SHOT)
    run_quietly("fit", made.take, "-o", made.own, "--size", 17)
    # Another correction of the same wall: another peak for the same content.
    brighter = root / "brighter.toml"
    brighter.write_text(stage.read_text() + "[target]\npeak_nits = 1500\ngamut = 'BT.2020'\n")
    run_quietly("fit", made.take, "-o", made.other, "--size", 17, "--stage", brighter)
    run_quietly("patterns", made.drawn, "--corrected", made.own, *GRID)
    run_quietly("simulate", made.reshoot, "--patterns", made.drawn, *SHOT)
    return made


def shot(out: Path, patterns: Path, *words: object) -> Path:
    run_quietly("simulate", out, "--patterns", patterns, *SHOT, *words)
    return out


def said(ledcal: Ledcal, wall: Calibrated, take: Path, code: int, *words: object) -> dict[str, Any]:
    run = ledcal("verify", take, "--profile", "own", "--root", wall.own.parent, "--json", *words)
    assert run.code == code, run.out + run.err
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["findings"]]


def test_a_corrected_wall_passes_and_predicted_is_what_is_achieved(
    ledcal: Ledcal, wall: Calibrated
) -> None:
    found = said(ledcal, wall, wall.reshoot, 0, "--note", "after lunch")
    assert found["verdict"] == "pass"
    assert found["corrected_pattern"] is True
    assert ids(found) == []
    assert found["delta_e_itp"] == found["achieved"]["all"]["median"]
    assert found["delta_e_itp"] < 1.0
    assert found["achieved"]["all"]["p95"] < 2.0 * found["predicted"]["all"]["p95"]
    assert set(found["achieved"]) == {
        "all", "greys", "skin", "saturated", "shadows", "held_out", "beyond",
    }  # fmt: skip
    assert found["achieved"]["all"]["n"] + found["achieved"]["beyond"]["n"] == found["patches"]
    assert found["held_out"] == found["achieved"]["held_out"]["n"] > 25
    assert found["applied"]["certain"] is True
    names = [one["name"] for one in found["components"]]
    assert names == [
        "exposure", "camera_white", "channel_red", "channel_green", "channel_blue", "white",
        "eotf", "primaries", "black",
    ]  # fmt: skip
    assert {one["verdict"] for one in found["components"]} == {"pass"}
    kept = json.loads((wall.root / found["kept"]).read_text())
    assert (kept["kind"], kept["verdict"], kept["note"]) == ("verify", "pass", "after lunch")
    assert kept["delta_e_itp"] == pytest.approx(found["delta_e_itp"])
    assert len(kept["inputs"]) == found["frames"]


def test_the_correction_on_top_of_itself_fails_and_is_named(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    take = shot(tmp_path / "take", wall.drawn, "--profile", wall.own)
    found = said(ledcal, wall, take, 4)
    assert ids(found) == ["correction-applied-twice"]
    assert "the correction is on twice" in found["reason"]
    assert "switch the LUT off while the corrected pattern is played" in found["next"]


def test_a_plain_pattern_through_the_host_passes_and_without_it_fails(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    through = shot(tmp_path / "take", wall.plain, "--profile", wall.own)
    assert said(ledcal, wall, through, 0)["corrected_pattern"] is False
    found = said(ledcal, wall, wall.take, 4)
    assert ids(found) == ["correction-not-applied"]
    assert found["applied"]["certain"] is True
    assert found["components"] == []


def test_the_lut_of_another_profile_is_named_by_its_light(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    take = shot(tmp_path / "take", wall.plain, "--profile", wall.other)
    found = said(ledcal, wall, take, 4)
    assert ids(found) == ["correction-of-another-profile"]
    assert "the correction of other" in found["applied"]["found"]


def test_the_pattern_of_another_profile_is_named_by_its_id(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    run = ledcal(
        *("verify", wall.reshoot, "--profile", "other", "--root", wall.own.parent, "--json")
    )
    assert run.code == 4, run.err
    first = json.loads(run.out)["findings"][0]
    assert first["id"] == "correction-of-another-profile"
    assert first["confidence"] == 1.0
    assert "drawn with the correction of own, not of other" in first["seen"]
    # Where that profile is not known, there is nothing to compare with.
    shutil.copytree(wall.other, tmp_path / "alone")
    run = ledcal("verify", wall.reshoot, "--profile", tmp_path / "alone", "--root", tmp_path)
    assert run.code == 2
    assert "drawn with the correction of neither this profile nor any other" in run.err
    kept = [path.name for path in (tmp_path / "alone" / "checks").iterdir()]
    assert sorted(kept) == sorted(path.name for path in (wall.other / "checks").iterdir())


def test_legal_range_is_a_wrong_input_space(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    take = shot(tmp_path / "take", wall.drawn, "--fault", "legal-range")
    found = said(ledcal, wall, take, 4)
    assert ids(found) == ["wrong-input-space"]
    assert "squeezed into legal range" in found["reason"]


def test_a_wall_that_has_changed_is_a_warning_and_with_strict_4(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    take = shot(tmp_path / "take", wall.drawn, "--fault", "wall-red=0.03")
    found = said(ledcal, wall, take, 0)
    assert found["verdict"] == "warn"
    assert ids(found) == ["wall-has-changed"]
    off = {one["name"]: one for one in found["components"] if one["verdict"] == "fail"}
    assert set(off) == {"channel_red"}
    assert off["channel_red"]["value"] == pytest.approx(-3.0, abs=0.8)
    run = ledcal("verify", take, "--profile", wall.own, "--strict")
    assert run.code == 4
    lines = run.out.splitlines()
    assert lines[0].startswith("CHECK  content is right through the camera to ")
    assert "but red of the wall is " in " ".join(run.out.split())
    # A path is never broken.
    assert max(len(line) for line in lines if "checks" not in line) <= 80


def test_a_take_that_cannot_be_used_is_3_and_not_kept(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    take = tmp_path / "take"
    shutil.copytree(wall.reshoot, take)
    max(take.glob("*.dng")).unlink()
    before = set((wall.own / "checks").iterdir())
    run = ledcal("verify", take, "--profile", wall.own)
    assert run.code == 3
    assert "--only 5" in run.err
    assert set((wall.own / "checks").iterdir()) == before


@pytest.mark.parametrize(
    "words", [("fit", "-o", "out"), ("check",), ("measure", "-o", "out.csv")], ids=lambda w: w[0]
)
def test_what_judges_plain_patterns_sends_a_corrected_one_to_verify(
    ledcal: Ledcal, wall: Calibrated, words: tuple[str, ...]
) -> None:
    run = ledcal(words[0], wall.reshoot, *words[1:])
    assert run.code == 2
    assert "type 'ledcal verify CAPTURES --profile PROFILE' in place of this command" in run.err


def test_options_that_do_not_go_with_a_corrected_pattern(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for words, text in (
        (("--corrected", wall.own, "--stage", "x.toml"), "leave out --stage, or --corrected"),
        (("--corrected", wall.own, "--plan", "x.json"), "leave out --plan, or --corrected"),
        (("--corrected", wall.own, "--set", "sync"), "does not go with --set sync"),
        (("--corrected", "nobody", "--root", wall.own.parent), "no such profile"),
        (("--root", wall.own.parent), "--root says where --corrected looks"),
    ):
        run = ledcal("patterns", out, *words)
        assert run.code == 2
        assert text in run.err
        assert not out.exists()
    run = ledcal("verify", wall.reshoot, "--profile", wall.own, "--camera-space", "wall")
    assert run.code == 2
    assert "--camera-space wall does not go with verify" in run.err


def test_a_movie_of_a_corrected_pattern_is_rounded_and_says_so(
    ledcal: Ledcal, wall: Calibrated, tmp_path: Path
) -> None:
    run = ledcal(
        *("patterns", tmp_path / "out", "--corrected", "own", "--root", wall.own.parent, *GRID),
        *("--movie", tmp_path / "out.mkv", "--hold", 1, "--fps", 10),
    )
    assert run.code == 0, run.err
    assert "rounds the corrected codes to 10 bits" in run.out
    assert f"ledcal verify CAPTURES --profile {wall.own}" in run.out
    plan = read_plan(tmp_path / "out" / "plan.json")
    assert plan.name == "corrected quick"
    assert plan.pattern_id == read_plan(wall.drawn / "plan.json").pattern_id
