"""`ledcal export` of a table that came from elsewhere, typed as a user types it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.export._ocio import apply_file
from ledcal.export.check_bundle import check_folder
from ledcal.export.cube import format_cube
from ledcal.export.cube_reader import parse_cube, read_cube
from ledcal.export.formats import label_cube
from ledcal.export.label import OURS, inverse_label, takes_and_gives
from ledcal.lut.build import build_lut
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.values.export import Label
from tests.profile.fake import fake_stage, fake_table, tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.stage import Stage
    from tests.conftest import Run

    Ledcal = Callable[..., Run]

ONE_DEFECT = Path(__file__).parents[1] / "export" / "one_defect"
SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"
CODE = np.random.default_rng(17).uniform(0.0, 1.0, (2000, 3))
STAGE = """\
[wall]
name = "north"
eotf = "ST 2084"
peak_nits = 1000

[target]
gamut = "ITU-R BT.2020"
"""


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A table of 9 nodes, with a title and words of its own."""
    path = tmp_path / "theirs.cube"
    comments = ["made by another program", "in: PQ code", "out: code for their wall"]
    path.write_text(format_cube(fake_table(9), title="Their look", comments=comments))
    return path


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.toml"
    path.write_text(STAGE)
    return path


def test_it_stays_as_it_is_and_says_where_it_comes_from(
    ledcal: Ledcal, theirs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ours.cube"
    run = ledcal("export", theirs, "-o", out, "--json")
    assert run.code == 0, run.err
    read = read_cube(out.read_bytes())
    np.testing.assert_array_equal(
        parse_cube(out.read_text()).table, parse_cube(theirs.read_text()).table
    )
    digest = hashlib.sha256(theirs.read_bytes()).hexdigest()
    words = "\n".join(read.comments)
    assert f"origin: theirs.cube, sha256 {digest}" in words
    assert "its title: Their look" in words
    assert "it says: made by another program" in words
    assert "in: as theirs.cube says: PQ code" in words
    assert "out: as theirs.cube says: code for their wall" in words
    document: dict[str, Any] = json.loads(run.out)
    assert document["size"] == 9
    assert document["content"] == "as theirs.cube says: PQ code"
    assert document["origins"] == [
        {
            "file": str(theirs),
            "sha256": digest,
            "title": "Their look",
            "says": ["made by another program"],
            "notes": [],
            "assumptions": [],
            "baked": [],
        }
    ]


@pytest.mark.parametrize(
    ("file_format", "suffix"),
    [("cube", ".cube"), ("resolve-cube", ".cube"), ("clf", ".clf"), ("spi3d", ".spi3d")],
)
def test_every_format_gives_what_theirs_gave(
    file_format: str, suffix: str, ledcal: Ledcal, theirs: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"ours{suffix}"
    run = ledcal("export", theirs, "--format", file_format, "-o", out)
    assert run.code == 0, run.err
    assert "9 x 9 x 9" in run.out
    np.testing.assert_allclose(apply_file(out, CODE), apply_file(theirs, CODE), atol=1e-6, rtol=0)


def test_pictures_have_the_sizes_of_their_kind(
    ledcal: Ledcal, theirs: Path, tmp_path: Path
) -> None:
    lattice = ledcal("export", theirs, "--format", "lattice", "-o", tmp_path / "l.exr", "--json")
    assert json.loads(lattice.out)["size"] == 9
    hald = ledcal("export", theirs, "--format", "hald", "--size", 16, "-o", tmp_path / "h.png")
    assert hald.code == 0, hald.err
    assert "its 9 nodes as a table of 16 nodes along an edge: differs by up to" in hald.out


def test_another_size_says_what_it_costs(ledcal: Ledcal, theirs: Path, tmp_path: Path) -> None:
    finer = ledcal("export", theirs, "--size", 17, "-o", tmp_path / "finer.cube")
    assert "its 9 nodes as a table of 17 nodes along an edge: no difference" in finer.out
    big = tmp_path / "big.cube"
    big.write_text(format_cube(fake_table(33), title="big"))
    coarse = ledcal("export", big, "--size", 17, "-o", tmp_path / "coarse.cube", "--json")
    assert coarse.code == 0, coarse.err
    (baked,) = json.loads(coarse.out)["origins"][0]["baked"]
    ours = parse_cube((tmp_path / "coarse.cube").read_text())
    away = np.abs(
        apply_tetrahedral(ours, CODE) - apply_tetrahedral(parse_cube(big.read_text()), CODE)
    )
    assert baked["size"] == 17
    assert 0.5 * baked["worst"] < away.max() <= baked["worst"]
    np.testing.assert_allclose(np.percentile(away.max(axis=1), 95), baked["p95"], rtol=0.5)
    wrong = ledcal("export", theirs, "--size", 18, "-o", tmp_path / "wrong.cube")
    assert (wrong.code, "17, 33, 65" in wrong.err) == (2, True)


def test_a_clf_becomes_a_table(ledcal: Ledcal, tmp_path: Path) -> None:
    steps = ONE_DEFECT / "sound_steps.clf"
    out = tmp_path / "ours.cube"
    run = ledcal("export", steps, "--size", 33, "-o", out, "--json")
    assert run.code == 0, run.err
    (baked,) = json.loads(run.out)["origins"][0]["baked"]
    away = np.abs(apply_file(out, CODE) - apply_file(steps, CODE)).max(axis=1)
    assert 0.0 < away.max() <= 1.05 * baked["worst"]
    assert baked["worst"] < 5e-3
    usual = ledcal("export", steps, "-o", tmp_path / "usual.cube")
    assert usual.code == 0, usual.err
    assert "65 x 65 x 65" in usual.out
    assert "the CLF sampled as a table of 65 nodes along an edge: differs by" in usual.out


def test_curves_before_a_table_stay_curves_in_a_clf(ledcal: Ledcal, tmp_path: Path) -> None:
    shaper = ONE_DEFECT / "sound_resolve_shaper.cube"
    out = tmp_path / "ours.clf"
    run = ledcal("export", shaper, "--format", "clf", "-o", out, "--json")
    assert run.code == 0, run.err
    assert json.loads(run.out)["origins"][0]["baked"] == []
    np.testing.assert_allclose(apply_file(out, CODE), apply_file(shaper, CODE), atol=1e-6, rtol=0)


def test_a_host_must_know_what_codes_mean(
    ledcal: Ledcal, theirs: Path, stage: Path, tmp_path: Path
) -> None:
    out = tmp_path / "host"
    untold = ledcal("export", theirs, "--host", "obs", "-o", out)
    assert (untold.code, "add --stage stage.toml" in untold.err) == (5, True)
    assert not out.exists()
    told = ledcal("export", theirs, "--host", "obs", "--stage", stage, "-o", out)
    assert told.code == 0, told.err
    assert "  assumed: target.eotf = 'ST 2084'" in told.out
    assert "width_px" not in told.out
    page = (out / "README.md").read_text("utf-8")
    assert "north: 1920 x 1080, ST 2084, peak 1000 nits" in page
    assert "theirs.cube, sha256" in page
    assert "theirs_9.cube" in page
    assert not check_folder(out).differences


def test_a_config_holds_it(ledcal: Ledcal, theirs: Path, stage: Path, tmp_path: Path) -> None:
    out = tmp_path / "config"
    run = ledcal("export", theirs, "--format", "ocio", "--stage", stage, "-o", out)
    assert run.code == 0, run.err
    (cube,) = (out / "luts").iterdir()
    np.testing.assert_allclose(apply_file(cube, CODE), apply_file(theirs, CODE), atol=1e-6, rtol=0)


def test_a_profile_beside_it_keeps_its_own_stage(
    ledcal: Ledcal, theirs: Path, stage: Path, tmp_path: Path
) -> None:
    out = tmp_path / "config"
    both = ("export", SAMPLE, theirs, "--format", "ocio", "--size", 17, "--stage", stage)
    run = ledcal(*both, "-o", out, "--json")
    assert run.code == 0, run.err
    made = json.loads(run.out)
    assert [names["wall"] for names in made["displays"]] == ["pq wall", "north"]
    assert [origin["file"] for origin in made["origins"]] == [str(theirs)]


def test_notes_are_said(ledcal: Ledcal, tmp_path: Path) -> None:
    run = ledcal("export", ONE_DEFECT / "sound_beyond_0_1.cube", "-o", tmp_path / "o.cube")
    assert run.code == 0, run.err
    assert "  note: it gives -0.1 to 1.2; a wall ends at 0 and 1" in run.out


def test_capitals_and_names_of_profiles(ledcal: Ledcal, tmp_path: Path) -> None:
    capitals = ledcal("export", ONE_DEFECT / "SOUND_CAPITALS.CUBE", "-o", tmp_path / "o.cube")
    assert capitals.code == 0, capitals.err
    # A profile folder may be called as a file is.
    shutil.copytree(SAMPLE, tmp_path / "profiles" / "wall.cube")
    named = ("export", "wall.cube", "--root", tmp_path / "profiles", "--size", 17)
    of_profile = ledcal(*named, "-o", tmp_path / "p.cube")
    assert of_profile.code == 0, of_profile.err
    assert "P3-D65" in of_profile.out


def test_a_defect_stops_it_and_nothing_is_written(ledcal: Ledcal, tmp_path: Path) -> None:
    for name in ("nan.cube", "short_array.clf"):
        before = tree(tmp_path)
        run = ledcal("export", ONE_DEFECT / name, "--overwrite", "-o", tmp_path / "o.cube")
        assert run.code == 2
        assert run.out == ""
        assert run.err.count("\n") == 1
        assert f"{name}, line " in run.err
        assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gone.cube",), "gone.cube: no such file"),
        (("table.3dl",), "a .3dl table; .cube and .clf are read"),
        (("theirs.cube", "--format", "matrix"), "a matrix needs a profile"),
        (("theirs.cube", "--inverse"), "--inverse needs a profile"),
        (("theirs.cube", "--stage", "gone.toml"), "gone.toml: no such file"),
        (("theirs.cube", "theirs.cube"), "a cube file holds one"),
        ((SAMPLE, "--stage", "stage.toml"), "knows its stage"),
    ],
)
@pytest.mark.usefixtures("theirs", "stage")
def test_what_does_not_go_together(
    words: tuple[str | Path, ...],
    says: str,
    ledcal: Ledcal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.3dl").write_text("3DMESH\n")
    run = ledcal("export", *words, "-o", "out.cube")
    assert run.code == 2
    assert says in run.err
    assert not (tmp_path / "out.cube").exists()


def test_a_table_that_replaces_itself(ledcal: Ledcal, tmp_path: Path) -> None:
    path = tmp_path / "wall.cube"
    path.write_text(format_cube(build_lut(lambda code: 0.5 * code, 5), title="half"))
    run = ledcal("export", path, "--overwrite", "-o", path)
    assert run.code == 0, run.err
    assert parse_cube(path.read_text()).table[4, 4, 4].tolist() == [0.5, 0.5, 0.5]


def ours(path: Path, label: Label) -> Path:
    """A table of ledcal's, with what it says of itself."""
    path.write_text(label_cube(fake_table(9), label))
    return path


def forward(**changes: Any) -> Label:
    known = fake_stage()
    wall, target = (replace(one, **changes.get(key, {})) for key, one in parts(known))
    takes, gives = takes_and_gives(wall, target)
    return Label("north", takes, gives, (f"{OURS} 1.0", "profile: north"))


def parts(stage: Stage) -> tuple[tuple[str, Any], ...]:
    return (("wall", stage.wall), ("target", stage.target))


@pytest.mark.parametrize("suffix", [".cube", ".clf"])
@pytest.mark.parametrize(
    "words", [("--host", "obs"), ("--format", "ocio"), ("--format", "cube")], ids=str
)
def test_an_inverse_of_ours_is_never_packaged_as_a_correction(
    words: tuple[str, str], suffix: str, ledcal: Ledcal, stage: Path, tmp_path: Path
) -> None:
    inverse = ours(tmp_path / "inv.cube", inverse_label(forward(), lost=0.1))
    if suffix == ".clf":
        made = ledcal("export", inverse, "--format", "clf", "-o", tmp_path / "inverse.clf")
        assert made.code == 0, made.err
        inverse = tmp_path / "inverse.clf"
    out = tmp_path / "out"
    run = ledcal("export", inverse, *words, "--stage", stage, "-o", out)
    assert run.code == 2
    assert f"{inverse} says of itself that it is the inverse of a correction, never" in run.err
    assert not out.exists()


def test_an_inverse_of_ours_stays_one_in_another_format(ledcal: Ledcal, tmp_path: Path) -> None:
    inverse = ours(tmp_path / "inv.cube", inverse_label(forward(), lost=0.1))
    refused = ledcal("export", inverse, "-o", tmp_path / "wall.cube")
    assert (refused.code, "must say so in its name" in refused.err) == (2, True)
    folder = tmp_path / "folder"
    folder.mkdir()
    run = ledcal("export", inverse, "--format", "resolve-cube", "-o", folder)
    assert run.code == 0, run.err
    assert "never on its way to the wall" in run.out
    assert "before the LED processor" not in run.out
    (made,) = folder.iterdir()
    assert made.name == "inv-inverse_9_resolve.cube"
    head = made.read_text().splitlines()[:12]
    assert head[0] == "# INVERSE of an LED wall correction: never for the wall"
    assert not any("last step before" in line or "says: says" in line for line in head)
    # And once more.
    again = ledcal("export", made, "--json", "-o", tmp_path / "again_inverse.cube")
    document = json.loads(again.out)
    assert document["inverse"] is True
    assert document["content"].count("says:") == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"target": {"eotf": "gamma 2.4"}}, "content of gamma 2.4, and the stage ST 2084"),
        ({"target": {"peak_nits": 600.0}}, "content up to 600 nits, and the stage 1000 nits"),
        ({"wall": {"name": "süd, links"}}, "wall sud, links, and the stage north (wall.name)"),
        ({"wall": {"peak_nits": 1800.0}}, "a wall of 1800 nits, and the stage 1000 nits"),
    ],
)
def test_the_stage_must_not_say_something_else_than_our_table(
    changes: dict[str, Any], says: str, ledcal: Ledcal, tmp_path: Path
) -> None:
    stage = tmp_path / "stage.toml"
    known = fake_stage()
    stage.write_text(
        f'[wall]\nname = "north"\neotf = "{known.wall.eotf}"\npeak_nits = 1000\n'
        f'[target]\ngamut = "{known.target.gamut.name}"\neotf = "{known.target.eotf}"\n'
    )
    right: dict[str, Any] = {
        "wall": {"name": "north", "peak_nits": 1000.0},
        "target": {"peak_nits": 1000.0},
    }
    words = ("--host", "obs", "--stage", stage, "-o", tmp_path / "out")
    other = {key: right[key] | changes.get(key, {}) for key in right}
    run = ledcal("export", ours(tmp_path / "other.cube", forward(**other)), *words)
    assert (run.code, says in run.err) == (5, True), run.err
    assert "give the stage.toml that it was made with" in run.err
    assert not (tmp_path / "out").exists()
    same = ledcal("export", ours(tmp_path / "same.cube", forward(**right)), *words)
    assert same.code == 0, same.err


@pytest.mark.parametrize("words", [("--host", "obs"), ("--format", "ocio")], ids=str)
def test_a_table_with_red_and_blue_changed_over_is_for_no_host(
    words: tuple[str, str], ledcal: Ledcal, stage: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    table = ONE_DEFECT / "sound_blue_first.cube"
    run = ledcal("export", table, *words, "--stage", stage, "-o", out)
    assert run.code == 5
    assert "looks as if its rows run blue first; ask who made it" in run.err
    assert not out.exists()


def test_a_note_comes_first(ledcal: Ledcal, tmp_path: Path) -> None:
    table = ONE_DEFECT / "sound_blue_first.cube"
    for name in ("o.clf", "o.cube"):
        out = tmp_path / name
        run = ledcal("export", table, "--format", out.suffix[1:], "-o", out)
        head, note, *_ = run.out.splitlines()
        assert head.startswith(str(out))
        assert note == (
            "  note: red follows the blue that goes in, and blue the red: rows written blue first?"
        )
        table = out
