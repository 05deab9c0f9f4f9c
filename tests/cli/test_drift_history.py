"""`ledcal drift history`: what it prints, what it adds, and that nothing stops it."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.files.images import read_image
from ledcal.profile.checks import read_checks, write_check
from ledcal.profile.store import write_profile
from tests.drift.records import drift, event, verify
from tests.profile.fake import fake_profile, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Run


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with a history; not to be changed: copy it first."""
    folder = tmp_path_factory.mktemp("profiles") / "north-cam1"
    write_profile(folder, fake_profile(), files={})
    rng = np.random.default_rng(1)
    for day in range(20):
        off = {"channel_green": 0.045 * max(day - 4, 0) + 0.01 * rng.normal()}
        off["exposure"] = 3.0 if day == 12 else 0.0
        write_check(folder, drift(float(day), off, note="after lunch" if day == 18 else ""))
    write_check(folder, event(3.5, "new lens"))
    write_check(folder, verify(15.2, 0.75))
    return folder


@pytest.fixture
def profile(stored: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    folder = tmp_path / "profiles" / stored.name
    shutil.copytree(stored, folder)
    return folder


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that is not on UTC."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def words(text: str) -> str:
    """A screen as one line."""
    return " ".join(text.split())


def test_the_screen(ledcal: Callable[..., Run], stored: Path) -> None:
    before = tree(stored)
    run = ledcal("drift", "history", stored)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("DRIFTING  last check 2024-03-23 08:00 passed; green of the wall:")
    said = words(run.out)
    assert "after 12 earlier entries (--all)" in said
    assert re.search(r"2024-03-16 08:00\s+drift\s+WARN\s+0.50\s+exposure \+0.300 stops", run.out)
    assert re.search(r"2024-03-19 12:48\s+verify\s+pass\s+0.75\s+95 %: 1.50", run.out)
    assert '"after lunch"' in said
    assert "trend green of the wall +0.34 % (limit 0.5): out in about" in said
    assert "steady exposure, camera white, red of the wall, blue" in said
    assert "events 2024-03-07 20:00 new lens" in said
    assert len(re.findall(r"  (?:drift|verify)  ", run.out)) == 10
    assert all(len(line) <= 80 for line in run.out.splitlines())
    assert tree(stored) == before, "nothing is written"


def test_all_and_since(ledcal: Callable[..., Run], stored: Path) -> None:
    every = ledcal("drift", "history", stored, "--all").out
    assert len(re.findall(r"  (?:drift|verify)  ", every)) == 21
    assert "earlier" not in every
    assert re.search(r"2024-03-07 20:00  event   new lens", every), "in its place among checks"
    some = json.loads(ledcal("drift", "history", stored, "--since", "2024-03-20", "--json").out)
    assert some["checks"][0]["when"][:10] == "2024-03-20"
    assert (some["events"], some["trend"][3]["n"]) == ([], 4)


def test_json(ledcal: Callable[..., Run], stored: Path) -> None:
    run = ledcal("drift", "history", stored.name, "--root", stored.parent, "--json")
    assert run.code == 0
    said: dict[str, Any] = json.loads(run.out)
    assert (said["schema_version"], said["profile"]) == (1, str(stored))
    assert (said["word"], said["problems"], said["picture"], said["noted"]) == (
        "DRIFTING",
        [],
        None,
        None,
    )
    assert len(said["checks"]) == 21
    assert {check["kind"] for check in said["checks"]} == {"drift", "verify"}
    files = {path.name for path in (stored / "checks").iterdir()}
    assert {check["file"] for check in said["checks"]} | {said["events"][0]["file"]} == files
    first = said["checks"][0]
    assert (first["when"], first["delta_e_itp"]) == ("2024-03-04T08:00:00+01:00", 0.5)
    assert set(first["components"][0]) >= {"name", "value", "sigma", "limit", "unit", "verdict"}
    assert [entry["note"] for entry in said["events"]] == ["new lens"]
    green = next(trend for trend in said["trend"] if trend["name"] == "channel_green")
    assert (green["state"], green["since"], green["n"]) == ("leaving", "2024-03-08", 16)
    assert green["slope_per_day"] == pytest.approx(0.0225, abs=0.001)
    assert green["days_until_out_low"] < green["days_until_out"] < green["days_until_out_high"]
    assert green["days_until_out"] == pytest.approx((1.0 - 0.675) / 0.045, abs=1.5)
    white = next(trend for trend in said["trend"] if trend["name"] == "white")
    assert (white["days_until_out"], white["first_out"]) == (None, None)


@pytest.mark.usefixtures("zone")
def test_a_note_is_kept_and_begins_anew(ledcal: Callable[..., Run], profile: Path) -> None:
    run = ledcal("drift", "history", profile, "--note", "cabinet\n r3c7  swapped")
    assert run.code == 0
    assert run.out.startswith(f"noted in {profile}")
    assert "CHECK  not checked since" in run.out
    assert "cabinet r3c7 swapped; the last check before it passed" in words(run.out)
    last = read_checks(profile).records[-1]
    assert (last.kind, last.note) == ("event", "cabinet r3c7 swapped")
    when = datetime.fromisoformat(last.when)
    assert abs(when - datetime.now(UTC)) < timedelta(minutes=1)
    assert when.utcoffset() in {timedelta(hours=1), timedelta(hours=2)}
    assert json.loads(ledcal("drift", "history", profile, "--json").out)["trend"] == []


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2024-03-09", "2024-03-09T12:00:00+01:00"),
        ("2024-07-09", "2024-07-09T12:00:00+02:00"),
        ("2024-03-09 07:30", "2024-03-09T07:30:00+01:00"),
        ("2024-03-09T07:30", "2024-03-09T07:30:00+01:00"),
    ],
)
def test_a_date_is_by_the_clock_here(
    ledcal: Callable[..., Run], profile: Path, typed: str, kept: str
) -> None:
    run = ledcal("drift", "history", profile, "--note", "x", "--date", typed, "--json")
    said = json.loads(run.out)
    assert kept in {entry["when"] for entry in said["events"]}
    assert (profile / "checks" / said["noted"]).is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--date", "2024-03-09"), "--note"),
        (("--note", "x", "--date", "09/03/2024"), "2031-05-04"),
        (("--note", "x", "--date", "2024-02-30"), "2031-05-04"),
        (("--note", "x", "--date", "2199-01-01"), "has not come yet"),
        (("--note", " \n"), "note is empty"),
        (("--since", "yesterday"), "2031-05-04"),
        (("--note", "x", "--picture", "a.tif"), ".png or a .svg"),
    ],
)
def test_what_is_typed_wrong_changes_nothing(
    ledcal: Callable[..., Run], profile: Path, options: tuple[str, ...], said: str
) -> None:
    before = tree(profile)
    run = ledcal("drift", "history", profile, *options)
    assert (run.code, run.out) == (2, "")
    assert said in words(run.err)
    assert tree(profile) == before


def test_no_profile_names_the_nearest(ledcal: Callable[..., Run], stored: Path) -> None:
    run = ledcal("drift", "history", "nort-cam1", "--root", stored.parent)
    assert run.code == 2
    assert "'north-cam1'" in run.err


def test_no_checks_yet_is_no_fault(ledcal: Callable[..., Run], tmp_path: Path) -> None:
    folder = write_profile(tmp_path / "new wall", fake_profile(), files={})
    picture = tmp_path / "none.png"
    run = ledcal("drift", "history", folder, "--picture", picture)
    assert run.code == 0
    assert run.out.startswith("NO CHECKS  nothing has been checked since the calibration.")
    assert f'ledcal drift check CAPTURES --profile "{folder}"' in run.out
    assert "no picture was written" in run.err
    assert not picture.exists()
    said = json.loads(ledcal("drift", "history", folder, "--json").out)
    assert (said["checks"], said["trend"], said["word"]) == ([], [], "NO CHECKS")
    (folder / "checks").rmdir()
    assert ledcal("drift", "history", folder).code == 0


def test_spoilt_files_are_warnings(ledcal: Callable[..., Run], profile: Path) -> None:
    for number in range(6):
        (profile / "checks" / f"half {number}.json").write_text('{"format": "led')
    run = ledcal("drift", "history", profile)
    assert run.code == 0
    assert run.out.startswith("DRIFTING")
    assert words(run.out).count("was it copied half?") == 4
    assert "and 2 more files (--all)" in run.out
    said = json.loads(ledcal("drift", "history", profile, "--json").out)
    assert len(said["problems"]) == 6
    assert len(said["checks"]) == 21


def test_a_check_of_tomorrow_is_a_warning(ledcal: Callable[..., Run], profile: Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat(timespec="seconds")
    write_check(profile, drift(0.0, when=ahead))
    said = words(ledcal("drift", "history", profile).out)
    assert "after today: was the clock of the machine right?" in said


def test_a_new_baseline_begins_anew(ledcal: Callable[..., Run], profile: Path) -> None:
    baseline = profile / "baseline.json"
    for text, n in (
        ('{"created": "2024-03-10T12:00:00+01:00"}', 13),
        ('{"created": "2024-03-01T12:00:00+01:00"}', 16),
        ('{"created": "2024-03-10T12:00:00"}', 16),
        ('{"created', 16),
    ):
        baseline.write_text(text)
        said = json.loads(ledcal("drift", "history", profile, "--json").out)
        assert said["trend"][3]["n"] == n, text
    baseline.write_text('{"created": "2024-03-10T12:00:00+01:00"}')
    assert "2024-03-10 12:00 new drift baseline" in words(ledcal("drift", "history", profile).out)


def test_what_strangers_wrote_commands_no_terminal(
    ledcal: Callable[..., Run], profile: Path
) -> None:
    write_check(profile, drift(20.0, {"white": 0.9}, note="a\x1b[2J\nb \ud800"))
    write_check(profile, event(20.5, "c\x07\x1b]0;title"))
    for options in ((), ("--all",), ("--json",)):
        run = ledcal("drift", "history", profile, *options)
        assert run.code == 0, run.err
        assert "\x1b" not in run.out
        assert "\x07" not in run.out


def test_a_picture(ledcal: Callable[..., Run], stored: Path, tmp_path: Path) -> None:
    picture = tmp_path / "history.png"
    run = ledcal("drift", "history", stored, "--picture", picture)
    assert run.code == 0, run.err
    assert f"picture   {picture}" in run.out
    pixels, _ = read_image(picture)
    assert pixels.shape[1] == 1650
    assert pixels.std() > 0.1 * pixels.max()
    picture.write_bytes(b"")
    again = ledcal("drift", "history", stored, "--picture", picture)
    assert again.code == 2
    assert "--overwrite" in again.err
    assert picture.read_bytes() == b""
    over = ledcal("drift", "history", stored, "--picture", picture, "--overwrite", "--json")
    assert json.loads(over.out)["picture"] == str(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == [picture.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_folder_is_one_sentence(ledcal: Callable[..., Run], profile: Path) -> None:
    (profile / "checks").chmod(0o555)
    run = ledcal("drift", "history", profile, "--note", "new lens")
    (profile / "checks").chmod(0o755)
    assert run.code == 1
    assert "no permission" in run.err
