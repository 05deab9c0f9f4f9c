"""`ledcal check` as it is typed: verdict, findings, exit codes, watching."""

from __future__ import annotations

import json
import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_quietly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]


def document(run: Run) -> dict[str, object]:
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def ids(run: Run) -> list[str]:
    return [one["id"] for one in json.loads(run.out)["findings"]]


def faulty(folder: Path, take: SmallTake, *faults: str) -> Path:
    words = [word for fault in faults for word in ("--fault", fault)]
    run_quietly("simulate", folder, "--patterns", take.patterns, "--sensor", "960x640", *words)
    return folder


def test_a_good_take_is_usable(ledcal: Ledcal, small_take: SmallTake) -> None:
    run = ledcal("check", small_take.captures)
    assert run.code == 0, run.err
    assert run.out.startswith("USABLE")
    assert f"ledcal fit {small_take.captures}" in run.out
    found = document(ledcal("check", small_take.captures, "--json"))
    assert found["verdict"] == "pass"
    assert found["usable"] is True
    assert found["findings"] == []
    assert found["missing_frames"] == []


def test_a_wrong_wall_setting_fails_and_says_what_to_set(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    take = faulty(tmp_path / "take", small_take, "wall-eotf")
    run = ledcal("check", take)
    assert run.code == 4
    assert run.out.startswith("RE-SHOOT")
    assert "in the processor, set the input EOTF" in " ".join(run.out.split())
    found = document(ledcal("check", take, "--json"))
    assert found["verdict"] == "fail"
    assert found["reshoot"] is True
    assert ids(ledcal("check", take, "--json")) == ["eotf-not-as-declared"]
    fitted = ledcal("fit", take, "-o", tmp_path / "profile", "--json")
    assert fitted.code == 0
    assert "eotf-not-as-declared" in ids(fitted)


def test_a_warning_is_0_and_with_strict_4(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    take = faulty(tmp_path / "take", small_take, "stray-light=0.01")
    assert ids(ledcal("check", take, "--json")) == ["stray-light"]
    assert ledcal("check", take).code == 0
    assert ledcal("check", take, "--strict").code == 4


def test_a_take_that_cannot_be_fitted_is_3_and_names_the_frames(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    take = tmp_path / "take"
    shutil.copytree(small_take.captures, take)
    frames = sorted(take.glob("*.dng"))
    for path in frames[5:]:
        path.unlink()
    run = ledcal("check", take, "--json")
    assert run.code == 3
    found = document(run)
    assert found["usable"] is False
    assert found["missing_frames"] == list(range(5, len(frames)))
    assert f"--only {found['only']}" in str(found["refusal"])
    fit = ledcal("fit", take, "-o", tmp_path / "profile")
    assert fit.code == 3
    assert f"--only {found['only']}" in fit.err
    assert not (tmp_path / "profile").exists()


def test_an_empty_folder_is_3(ledcal: Ledcal, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = ledcal("check", tmp_path / "empty")
    assert run.code == 3
    assert run.out.startswith("UNUSABLE")
    assert "no captures here" in " ".join(run.out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--quiet", "3"), "--quiet goes with --watch"),
        (("--watch", "--profile", "x"), "--watch takes one folder"),
    ],
)
def test_options_that_do_not_go_together(
    ledcal: Ledcal, small_take: SmallTake, words: tuple[str, ...], said: str
) -> None:
    run = ledcal("check", small_take.captures, *words)
    assert run.code == 2
    assert said in run.err


def test_files_are_checked_as_they_land(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for name in ("plan.json", "stage.toml"):
        if (small_take.captures / name).is_file():
            shutil.copyfile(small_take.captures / name, card / name)
    frames = sorted(small_take.captures.glob("*.dng"))

    def offload() -> None:
        for path in frames:
            half = path.read_bytes()
            with (card / path.name).open("wb") as stream:
                stream.write(half[: len(half) // 2])
                stream.flush()
                time.sleep(0.3)
                stream.write(half[len(half) // 2 :])

    copying = threading.Thread(target=offload)
    copying.start()
    run = ledcal("check", card, "--watch", "--quiet", "30")
    copying.join()
    assert run.code == 0, run.err
    assert run.out.startswith("USABLE")
    assert f"{len(frames)} of {len(frames)} frames of the pattern are there" in run.err
    assert "could not be read" not in run.err + run.out


def test_a_profile_tells_its_own_correction_and_another_lens(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    clean = faulty(tmp_path / "clean", small_take)
    profile = tmp_path / "profile"
    assert ledcal("fit", clean, "-o", profile).code == 0
    takes = {
        "correction-on": "correction-already-on",
        "correction-twice": "correction-applied-twice",
        "lens-tint": "profile-of-another-lens",
    }
    for fault, wanted in takes.items():
        made = ledcal(
            *("simulate", tmp_path / fault, "--patterns", small_take.patterns),
            *("--sensor", "960x640", "--fault", fault, "--profile", profile),
        )
        assert made.code == 0, made.err
        if fault == "lens-tint":  # the plain pattern, through another lens
            faulty(tmp_path / "lens", small_take, fault)
        folder = tmp_path / ("lens" if fault == "lens-tint" else fault)
        checked = ledcal("check", folder, "--profile", profile, "--json")
        assert wanted in ids(checked), checked.out


def test_a_fault_that_is_not_known_or_cannot_be(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    words = ("simulate", tmp_path / "out", "--patterns", small_take.patterns)
    wrong = ledcal(*words, "--fault", "flair")
    assert wrong.code == 2
    assert "did you mean 'flare'" in wrong.err
    assert ledcal(*words, "--fault", "flare=much").code == 2
    two = ledcal(*words, "--fault", "camera-look", "--fault", "camera-balance")
    assert two.code == 2
    assert "different kinds of files" in two.err
    alone = ledcal(*words, "--fault", "correction-on")
    assert alone.code == 2
    assert "--profile" in alone.err
    assert not (tmp_path / "out").exists()
