"""`ledcal bundle check`: copies whole, the same as each other, and of the profile that is meant."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledcal.files.digest import sha256_file
from ledcal.profile.store import write_profile
from ledcal.values.export import Identity
from ledcal.values.profile import Derived
from tests.export.sealed import FILES, MADE, fake_wall, make_bundle
from tests.profile.fake import fake_profile, fake_stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.profile import Profile
    from tests.conftest import Run

    Ledcal = Callable[..., Run]

OTHER_DAY = "2031-05-09T10:11:12+00:00"


def store(root: Path, profile: Profile) -> Identity:
    folder = write_profile(root / profile.name, profile, files={}, overwrite=True)
    made = profile.provenance
    digest = sha256_file(folder / "profile.json")
    return Identity("profile", profile.name, digest, made.created, made.ledcal_version)


def moved(profile: Profile, identity: Identity, name: str, change: str) -> Profile:
    """The profile moved by a drift check."""
    derived = Derived(profile.name, identity.sha256, "drift-1.json", change)
    return replace(profile, name=name, derived=derived)


def bundle(folder: Path, identity: Identity, **changes: Any) -> Path:
    folder.mkdir()
    make_bundle(folder, fake_wall(identity=identity), **changes)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "profiles"


@pytest.fixture
def identity(root: Path) -> Identity:
    return store(root, fake_profile())


@pytest.fixture
def host(tmp_path: Path, identity: Identity) -> Path:
    return bundle(tmp_path / "host", identity)


@pytest.fixture
def backup(host: Path) -> Path:
    return Path(shutil.copytree(host, host.with_name("backup")))


def test_a_whole_copy_says_whose_it_is(ledcal: Ledcal, host: Path, identity: Identity) -> None:
    run = ledcal("bundle", "check", host)
    assert (run.code, run.err) == (0, "")
    first, second = run.out.splitlines()
    assert first == f"{host}: whole and unchanged, 10 files, 0.0 MB"
    assert second == (
        f"  Bühne 3: profile {identity.name} (sha256 {identity.sha256[:16]}), for made-up, written "
        "2031-05-06 07:08"
    )


def test_the_first_difference_and_how_many_more(ledcal: Ledcal, host: Path, backup: Path) -> None:
    (backup / "luts/start.bat").unlink()
    (backup / "lattice.exr").write_bytes(b"")
    run = ledcal("bundle", "check", host, backup)
    assert run.code == 6
    assert run.out.splitlines()[0] == f"{host}: whole and unchanged, 10 files, 0.0 MB"
    first, second = run.err.splitlines()
    assert first == (
        f"ledcal: {backup}: luts/start.bat is missing (and 1 more); copy the folder again"
    )
    assert second.strip() == "lattice.exr is empty, and should be 2048 bytes"


def test_the_document_says_all_of_it(ledcal: Ledcal, host: Path, backup: Path, root: Path) -> None:
    (backup / "lattice.exr").unlink()
    words = ("--profile", fake_profile().name, "--root", root, "--json")
    good, bad = (ledcal("bundle", "check", *some, *words) for some in ([host], [host, backup]))
    assert (good.code, bad.code) == (0, 6)
    document = json.loads(good.out)
    assert (document["schema_version"], document["verdict"], document["reason"]) == (1, "pass", "")
    assert document["same"] is None
    assert document["profile"]["same"] is True
    document = json.loads(bad.out)
    assert document["verdict"] == "fail"
    assert document["reason"] == f"{backup}: lattice.exr is missing; copy the folder again"
    assert [one["verdict"] for one in document["copies"]] == ["pass", "fail"]
    assert (document["same"], document["profile"]["same"]) == (False, False)
    (difference,) = document["copies"][1]["differences"]
    assert difference == {
        "path": "lattice.exr",
        "kind": "missing",
        "seen": "is missing",
        "fix": "copy the folder again",
    }
    copy = document["copies"][0]
    assert (copy["host"], copy["made"], copy["files"]) == ("made-up", MADE.isoformat(), 10)
    assert copy["profiles"][0]["name"] == fake_profile().name


def test_two_exports_of_one_calibration_are_the_same_to_the_host(
    ledcal: Ledcal, host: Path, identity: Identity
) -> None:
    later = bundle(host.with_name("later"), identity, made=MADE + timedelta(hours=2))
    run = ledcal("bundle", "check", host, later)
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[-1] == (
        "2 copies for made-up, and the same for it (exported 2 times, 2031-05-06 07:08 to "
        "2031-05-06 09:08)"
    )


def test_copies_that_are_whole_and_not_the_same(
    ledcal: Ledcal, host: Path, root: Path, identity: Identity
) -> None:
    again = replace(fake_profile(), name="of-today")
    today = bundle(host.with_name("today"), store(root, again), files={**FILES, "a.txt": b"a"})
    run = ledcal("bundle", "check", host, today)
    assert run.code == 6
    assert f"{today}: is of profile of-today, fitted 2031-05-04 09:12 (sha256 " in run.err
    assert f"and {host} of profile {identity.name}" in run.err
    larger = bundle(
        host.with_name("larger"), identity, files={**FILES, "lattice.exr": b"x", "new": b"y"}
    )
    run = ledcal("bundle", "check", host, larger)
    assert run.code == 6
    assert f"ledcal: {larger}: lattice.exr (and 1 more) is not as in {host}; both are" in run.err


def test_one_place_is_not_two_copies(ledcal: Ledcal, host: Path) -> None:
    link = host.with_name("link")
    link.symlink_to(host)
    for again in (host, host / ".." / host.name, link):
        run = ledcal("bundle", "check", host, again)
        assert run.code == 2
        assert f"{again}: the same place as {host}; name each copy once" in run.err


def test_a_copy_with_a_wall_more_is_not_the_same(
    ledcal: Ledcal, host: Path, identity: Identity
) -> None:
    both = host.with_name("both")
    south = fake_wall(wall=replace(fake_stage().wall, name="south"))
    make_bundle(both, fake_wall(identity=identity), south, files={**FILES, "south.txt": b"s"})
    run = ledcal("bundle", "check", host, both)
    assert run.code == 6
    assert f"ledcal: {both}: holds 2 walls, and {host} 1" in run.err


def test_copies_are_compared_for_each_host(ledcal: Ledcal, host: Path, identity: Identity) -> None:
    for name, table in (("one", b"1"), ("two", b"2")):
        files = {**FILES, "a.txt": table}
        make_bundle(
            host.with_name(name), fake_wall(identity=identity), files=files, host="of-tomorrow"
        )
    one, two = host.with_name("one"), host.with_name("two")
    run = ledcal("bundle", "check", host, one, two, "--json")
    assert run.code == 6
    assert json.loads(run.out)["same"] is False
    assert f"ledcal: {two}: a.txt is not as in {one}; both are whole" in run.err


def test_bundles_for_different_hosts_are_not_compared(
    ledcal: Ledcal, host: Path, backup: Path
) -> None:
    other = host.with_name("other")
    make_bundle(other, host="of-tomorrow")
    run = ledcal("bundle", "check", host, other)
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[-1] == (
        "not compared with each other: made-up, of-tomorrow are different hosts"
    )
    run = ledcal("bundle", "check", host, other, backup, "--json")
    assert json.loads(run.out)["same"] is True
    (backup / "empty.txt").unlink()
    run = ledcal("bundle", "check", host, other, backup, "--json")
    assert (run.code, json.loads(run.out)["same"]) == (6, False)


@pytest.mark.parametrize("by_name", [True, False])
def test_it_is_of_the_profile(ledcal: Ledcal, host: Path, root: Path, *, by_name: bool) -> None:
    name = fake_profile().name
    run = ledcal(
        "bundle", "check", host, "--profile", name if by_name else root / name, "--root", root
    )
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[-1] == f"of profile {name}, as it is in {root / name}"


def test_reports_and_checks_beside_a_profile_do_not_change_it(
    ledcal: Ledcal, host: Path, root: Path
) -> None:
    folder = root / fake_profile().name
    (folder / "checks" / "drift-1.json").write_text("{}")
    (folder / "report.html").write_text("new")
    run = ledcal("bundle", "check", host, "--profile", folder)
    assert run.code == 0


def test_a_profile_that_was_fitted_again_is_another(ledcal: Ledcal, host: Path, root: Path) -> None:
    profile = fake_profile()
    store(root, replace(profile, provenance=replace(profile.provenance, created=OTHER_DAY)))
    run = ledcal("bundle", "check", host, "--profile", root / profile.name)
    assert run.code == 6
    assert f"{host}: is of profile {profile.name}, fitted 2031-05-04 09:12 (sha256 " in run.err
    assert "and the profile was fitted again (2031-05-09 10:11); export it again" in run.err


def test_a_profile_that_was_changed_without_a_date_is_another(
    ledcal: Ledcal, host: Path, root: Path
) -> None:
    profile = fake_profile()
    now = store(root, replace(profile, n_frames=13))
    run = ledcal("bundle", "check", host, "--profile", root / profile.name)
    assert run.code == 6
    assert f"profile.json was changed since (sha256 {now.sha256[:16]})" in run.err


def test_another_profile_is_named_with_its_date(ledcal: Ledcal, host: Path, root: Path) -> None:
    profile = fake_profile()
    other = replace(profile.provenance, created=OTHER_DAY)
    store(root, replace(profile, name="south", provenance=other))
    run = ledcal("bundle", "check", host, "--profile", "south", "--root", root)
    assert run.code == 6
    assert f"is of profile {profile.name}, fitted 2031-05-04 09:12 (sha256 " in run.err
    assert "not of south, fitted 2031-05-09 10:11; export it again and copy that: " in run.err
    assert "ledcal export south --host made-up -o DIR" in run.err


def test_a_moved_profile_is_said_to_be_one_both_ways(
    ledcal: Ledcal, host: Path, root: Path, identity: Identity
) -> None:
    profile = fake_profile()
    first = moved(profile, identity, "moved", "white by 2 %")
    first_identity = store(root, first)
    second_identity = store(root, moved(first, first_identity, "moved-2", "exposure by 4 %"))
    run = ledcal("bundle", "check", host, "--profile", "moved", "--root", root)
    assert run.code == 6
    assert (
        f"is of profile {profile.name}, which moved was moved from (white by 2 %); export it again"
    ) in run.err
    run = ledcal("bundle", "check", host, "--profile", "moved-2", "--root", root)
    assert f"is of profile {profile.name}, which moved-2 was moved from" in run.err
    newest = bundle(host.with_name("newest"), second_identity)
    run = ledcal("bundle", "check", newest, "--profile", profile.name, "--root", root)
    assert run.code == 6
    assert f"is of profile moved-2, which was moved from {profile.name}: it is the newer" in run.err


def test_relatives_are_looked_for_beside_a_profile_too_and_only_as_they_were(
    ledcal: Ledcal, tmp_path: Path, host: Path, root: Path, identity: Identity
) -> None:
    profile, away = fake_profile(), tmp_path / "disk"
    first = moved(profile, identity, "moved", "white by 2 %")
    last = moved(first, store(away, first), "moved-2", "exposure by 4 %")
    store(away, last)
    words = ("--profile", away / "moved-2", "--root", root)
    run = ledcal("bundle", "check", host, *words)
    assert run.code == 6
    assert f"is of profile {profile.name}, which moved-2 was moved from (white by 2 %)" in run.err
    # Its parent was replaced: what that one comes from is of no concern.
    other = store(root, replace(profile, name="east"))
    store(away, moved(replace(profile, name="east"), other, "moved", "white by 9 %"))
    east = bundle(host.with_name("of_east"), other)
    run = ledcal("bundle", "check", east, *words)
    assert run.code == 6
    assert f"{east}: is of profile east, fitted 2031-05-04 09:12 (sha256" in run.err
    assert "not of moved-2" in run.err


def test_a_bundle_of_several_walls_is_of_each_of_their_profiles(
    ledcal: Ledcal, tmp_path: Path, root: Path, identity: Identity
) -> None:
    south = replace(fake_profile(), name="south")
    store(root, replace(fake_profile(), name="east"))
    folder = tmp_path / "both"
    folder.mkdir()
    make_bundle(
        folder,
        fake_wall(identity=identity),
        fake_wall(identity=store(root, south), wall=replace(fake_stage().wall, name="south")),
    )
    for name, code in ((identity.name, 0), ("south", 0), ("east", 6)):
        assert ledcal("bundle", "check", folder, "--profile", name, "--root", root).code == code


def test_a_table_of_another_origin_is_of_no_profile(
    ledcal: Ledcal, tmp_path: Path, root: Path, identity: Identity
) -> None:
    folder = bundle(tmp_path / "file", Identity("file", "old.cube", "cd" * 32))
    run = ledcal("bundle", "check", folder, "--profile", identity.name, "--root", root)
    assert run.code == 6
    assert f"is of file old.cube (sha256 {'cd' * 8}), not of {identity.name}" in run.err


def test_what_is_no_bundle_or_no_profile(ledcal: Ledcal, host: Path, root: Path) -> None:
    run = ledcal("bundle", "check", host.parent)
    assert run.code == 2
    assert f"there is one in {host}" in run.err
    run = ledcal("bundle", "check", host, "--profile", "nort", "--root", root)
    assert run.code == 2
    assert "no such profile" in run.err
    run = ledcal("bundle", "check")
    assert run.code == 2


def test_a_closed_folder_is_said_to_be_one(
    ledcal: Ledcal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(Path, "iterdir", refuse)
    run = ledcal("bundle", "check", tmp_path / "closed")
    assert run.code == 1
    assert "closed: cannot be read (Permission denied); check its permissions" in run.err
