"""`ledcal export --format ...`, typed as a user types it, on the sample profile."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf
from ledcal.errors import InputError
from ledcal.export._ocio import apply_file
from ledcal.export.cube import format_cube
from ledcal.export.formats import FORMATS
from ledcal.files.images import read_image
from ledcal.files.lut_filter import filter_cube, filter_hald
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.matrix import wall_code
from ledcal.model.predict import black, predict
from ledcal.model.trial import shown_codes
from ledcal.pipeline import export_file
from ledcal.pipeline.export import export
from ledcal.profile.store import read_profile
from tests.profile.fake import fake_table, tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.profile import Profile
    from tests.conftest import Run

    Ledcal = Callable[..., Run]

SAMPLE = Path(__file__).parents[2] / "calibration_profiles" / "pq-wall-sample"
NAME = SAMPLE.name
# Format, what its file is called in a folder, nodes.
TABLES = [
    ("cube", f"{NAME}_17.cube", 17),
    ("resolve-cube", f"{NAME}_17_resolve.cube", 17),
    ("clf", f"{NAME}_17.clf", 17),
    ("spi3d", f"{NAME}_17.spi3d", 17),
    ("lattice", f"{NAME}_17_lattice.exr", 17),
    ("hald", f"{NAME}_16_hald.png", 16),
]
IDS = [name for name, _, _ in TABLES]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile(SAMPLE)


def seen(profile: Profile, code: np.ndarray) -> np.ndarray:
    k = exposure_scale(profile.model, profile.stage.target)
    return np.asarray(k * (predict(profile.model, code) - black(profile.model)))


def read(path: Path, code: np.ndarray) -> np.ndarray:
    """What an independent program makes of codes with a file."""
    if path.suffix == ".png":
        return filter_hald(path, code)
    return filter_cube(path, code) if "resolve" not in path.name else apply_file(path, code)


@pytest.mark.parametrize(("name", "file", "size"), TABLES, ids=IDS)
def test_a_folder_gets_one_file_with_a_name_that_tells(
    ledcal: Ledcal, tmp_path: Path, name: str, file: str, size: int
) -> None:
    run = ledcal("export", SAMPLE, "--format", name, "--size", size, "-o", tmp_path, "--json")
    assert (run.code, run.err) == (0, "")
    document = json.loads(run.out)
    assert document["schema_version"] == 1
    assert Path(document["out"]) == tmp_path / file
    names = {Path(one["path"]).name for one in document["files"]}
    assert names == {path.name for path in tmp_path.iterdir()}
    for one in document["files"]:
        assert one["sha256"] == hashlib.sha256(Path(one["path"]).read_bytes()).hexdigest()
    assert document["sha256"] == document["files"][0]["sha256"]
    assert (document["format"], document["size"], document["inverse"]) == (name, size, False)
    assert document["takes"].startswith("content code, P3-D65, ST 2084, full range")
    assert document["gives"].startswith("code for wall")
    assert all(proof["worst"] <= proof["limit"] < 1e-5 for proof in document["proofs"])


@pytest.mark.parametrize(("name", "file", "size"), TABLES, ids=IDS)
def test_the_screen_says_what_a_tired_person_needs(
    ledcal: Ledcal, tmp_path: Path, name: str, file: str, size: int
) -> None:
    run = ledcal("export", SAMPLE, "--format", name, "--size", size, "-o", tmp_path / file)
    assert run.code == 0, run.err
    shown = run.out.replace(str(tmp_path), "")
    assert max(map(len, shown.splitlines())) <= 80
    for part in (file, "in: content code", "out: code for wall", "use:", "proven: ", "sha256"):
        assert part in shown
    assert ("OpenColorIO" in shown) == (name in {"cube", "resolve-cube", "clf", "spi3d"})
    assert ("ffmpeg" in shown.split("proven", 1)[1]) == (name in {"cube", "lattice", "hald"})
    assert ("what to send" in shown) == (name == "lattice")


@pytest.mark.parametrize(
    ("name", "size", "takes"),
    [
        ("cube", 20, "17, 33, 65"),
        ("resolve-cube", 64, "17, 33, 65"),
        ("spi3d", 32, "17, 33, 65"),
        ("lattice", 129, "17, 33, 65"),
        ("hald", 33, "16, 25, 36, 49, 64"),
    ],
)
def test_a_size_that_a_format_does_not_take(
    ledcal: Ledcal, tmp_path: Path, name: str, size: int, takes: str
) -> None:
    run = ledcal("export", SAMPLE, "--format", name, "--size", size, "-o", tmp_path)
    assert run.code == 2
    assert f"--size {size}: a {name} file takes one of {takes}" in run.err
    assert list(tmp_path.iterdir()) == []


def test_a_lattice_of_16_bits_says_how_much_that_rounds(ledcal: Ledcal, tmp_path: Path) -> None:
    out = tmp_path / "wall.png"
    run = ledcal("export", SAMPLE, "--format", "lattice", "--size", 17, "-o", out)
    assert run.code == 0, run.err
    limit = float(run.out.split("off by more than ")[1].split()[0])
    assert 1.5e-5 < limit < 5e-4
    ledcal("export", SAMPLE, "--size", 17, "-o", tmp_path / "wall.cube")
    wanted, sent = (
        read_image(tmp_path / name)[0].reshape(-1, 3).astype(np.float64)
        for name in ("wall.png", "wall_identity.png")
    )
    # A host of 16 bits: what comes out is rounded too.
    saved = np.rint(filter_cube(tmp_path / "wall.cube", sent) * 65535) / 65535
    assert np.abs(saved - wanted).max() < limit
    another = ledcal("export", SAMPLE, "--format", "lattice", "-o", tmp_path / "wall.tif")
    assert (another.code, "must end in .exr or .png" in another.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "file", "size"), [case for case in TABLES if case[0] != "lattice"], ids=str
)
def test_the_inverse_leads_back(
    ledcal: Ledcal, tmp_path: Path, profile: Profile, name: str, file: str, size: int
) -> None:
    out = tmp_path / f"inverse_{file}"
    words = ("export", SAMPLE, "--format", name, "--size", size, "--inverse", "-o", out)
    document = json.loads(ledcal(*words, "--json").out)
    assert document["inverse"] is True
    assert document["takes"].startswith("code for wall")
    assert document["gives"].startswith("content code")
    assert document["lost"] == profile.quality.gamut_clipped
    target, k = profile.stage.target, exposure_scale(profile.model, profile.stage.target)
    content = shown_codes(profile.model, target, k, peak=profile.peak)
    wall, _ = correct(profile.model, target, k, content, peak=profile.peak)
    back = apply_file(out, wall) if name in {"clf", "spi3d"} else read(out, wall)
    away = delta_e_itp(target_light(target, back), target_light(target, content))
    assert np.median(away) < 0.4
    assert np.percentile(away, 95) < 2.0
    # Forth and back is what the document says.
    again, _ = correct(profile.model, target, k, back, peak=profile.peak)
    trip = delta_e_itp(seen(profile, again), seen(profile, wall))
    said = document["round_trip"]
    assert np.median(trip) == pytest.approx(said["median"], rel=0.02)
    assert np.percentile(trip, 95) == pytest.approx(said["p95"], rel=0.02)
    if out.suffix != ".png":
        head = out.read_text("utf-8")[:1500]
        assert ("INVERSE" in head) == (name != "spi3d")
    assert list(tmp_path.glob("*")) == [out]


def test_the_inverse_says_so_on_the_screen(ledcal: Ledcal, tmp_path: Path) -> None:
    run = ledcal("export", SAMPLE, "--size", 17, "--inverse", "-o", tmp_path)
    assert run.code == 0, run.err
    assert f"{NAME}-inverse_17.cube" in run.out
    assert "in: code for wall" in run.out
    assert "never on its way to the wall" in run.out
    assert "back and corrected again: 0.2" in run.out
    assert "lost: 42 % of the content's codes" in run.out
    assert max(map(len, run.out.replace(str(tmp_path), "").splitlines())) <= 80


def test_an_inverse_never_stands_under_the_name_of_a_correction(
    ledcal: Ledcal, tmp_path: Path
) -> None:
    out = tmp_path / "wall.cube"
    out.write_text("the correction")
    run = ledcal("export", SAMPLE, "--size", 17, "--inverse", "-o", out, "--overwrite")
    assert run.code == 2
    assert f"an inverse must say so in its name; try -o {tmp_path}/wall_inverse.cube" in run.err
    assert out.read_text() == "the correction"


@pytest.mark.parametrize("words", [(), ("--overwrite",), ("--format", "matrix")], ids=str)
def test_no_file_is_put_into_a_bundle(
    ledcal: Ledcal, tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "for_obs" / "luts").mkdir(parents=True)
    (tmp_path / "for_obs" / "ledcal-bundle.json").write_text("{}")
    monkeypatch.chdir(tmp_path / "for_obs")
    before = tree(tmp_path)
    run = ledcal("export", SAMPLE, *words, "-o", "luts")
    assert run.code == 2
    assert f"would stand in the bundle {tmp_path}/for_obs, which would no longer be wh" in run.err
    assert tree(tmp_path) == before


def test_the_matrix_does_what_it_says(ledcal: Ledcal, tmp_path: Path, profile: Profile) -> None:
    run = ledcal("export", SAMPLE, "--format", "matrix", "-o", tmp_path, "--json")
    assert (run.code, run.err) == (0, "")
    document: dict[str, Any] = json.loads(run.out)
    path = tmp_path / f"{NAME}_matrix.spimtx"
    assert Path(document["out"]) == path
    assert (document["eotf_before"], document["eotf_behind"]) == ("ST 2084", "ST 2084")
    target, wall = profile.stage.target, profile.stage.wall
    k = exposure_scale(profile.model, target)
    content = shown_codes(profile.model, target, k, peak=profile.peak)
    nits = eotf(target.eotf, content, peak_nits=target.peak_nits)
    # Decode, matrix by OpenColorIO, hold at 0, encode: as the screen says it.
    code = wall_code(np.eye(3), wall, 100.0 * apply_file(path, nits / 100.0))
    away = delta_e_itp(seen(profile, code), target_light(target, content))
    assert np.median(away) == pytest.approx(document["leaves"]["median"], rel=1e-3)
    assert np.percentile(away, 95) == pytest.approx(document["leaves"]["p95"], rel=1e-3)
    for figure in ("median", "p95"):
        matrix, whole, nothing = (document[name][figure] for name in ("leaves", "whole", "nothing"))
        assert whole < 0.3 * matrix < 0.3 * 0.3 * nothing
    assert document["leaves"]["greys"]["median"] < document["nothing"]["greys"]["median"]


def test_the_matrix_can_be_copied_from_the_screen(ledcal: Ledcal, tmp_path: Path) -> None:
    out = tmp_path / "wall.spimtx"
    run = ledcal("export", SAMPLE, "--format", "matrix", "-o", out)
    assert run.code == 0, run.err
    assert "before: P3-D65 content code, ST 2084 decoded to light" in run.out
    assert "behind: light below 0 held at 0, then ST 2084 encoded" in run.out
    rows = [line.split() for line in run.out.splitlines() if line.startswith("    ")][:3]
    assert rows == [line.split()[:3] for line in out.read_text("ascii").splitlines()]
    assert max(map(len, run.out.replace(str(tmp_path), "").splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "matrix", "--size", 17), "a matrix has no nodes"),
        (("--format", "matrix", "--inverse"), "not for a matrix"),
        (("--format", "matrix", "-o", "wall.txt"), "must end in .spimtx"),
        (("--format", "hald", "-o", "wall.tif"), "must end in .png"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(
    ledcal: Ledcal, tmp_path: Path, words: tuple[object, ...], says: str
) -> None:
    run = ledcal("export", SAMPLE, "-o", tmp_path, *words)
    assert (run.code, says in run.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.cube"
    path.write_text(format_cube(fake_table(20), title="t"), "ascii")
    return path


@pytest.mark.parametrize("words", [("--inverse",), ("--format", "matrix")], ids=str)
def test_a_table_of_others_has_no_model(
    ledcal: Ledcal, theirs: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run = ledcal("export", theirs, *words, "-o", tmp_path / "out")
    assert run.code == 2
    assert "theirs.cube" in run.err
    assert "needs a profile" in run.err
    assert list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize("file_format", ["resolve-cube", "spi3d", "lattice"])
def test_a_table_of_others_is_repackaged_as_it_is(
    ledcal: Ledcal, theirs: Path, tmp_path: Path, file_format: str
) -> None:
    run = ledcal("export", theirs, "--format", file_format, "-o", tmp_path, "--json")
    assert run.code == 0, run.err
    made = json.loads(run.out)
    assert made["size"] == 20
    assert Path(made["out"]).name.startswith("theirs_20")


@pytest.mark.parametrize("file_format", ["cube", "hald"])
def test_what_cannot_be_written_is_said_before_the_work(
    ledcal: Ledcal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("it was sampled")

    monkeypatch.setattr("ledcal.pipeline.export_source.table_of", never)
    words = ("export", SAMPLE, "--format", file_format, "-o")
    run = ledcal(*words, tmp_path / "wall.lut")
    assert (run.code, "must end in" in run.err) == (2, True)
    there = tmp_path / f"wall{FORMATS[file_format].suffix}"
    there.write_text("mine")
    run = ledcal(*words, there)
    assert (run.code, "exists already; add --overwrite" in run.err) == (2, True)
    assert there.read_text() == "mine"


def test_the_table_of_a_profile_is_not_replaced(ledcal: Ledcal, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    shutil.copytree(SAMPLE, folder)
    table = folder / "correction.cube"
    before = table.read_bytes()
    run = ledcal("export", folder, "--size", "17", "-o", table, "--overwrite")
    assert run.code == 2
    assert "belongs to the profile" in run.err
    assert table.read_bytes() == before


def test_a_matrix_that_stands_there_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_file, "nearest_of", lambda _: pytest.fail("the work was done"))
    out = tmp_path / "wall.spimtx"
    out.write_text("theirs")
    with pytest.raises(InputError, match="--overwrite"):
        export([SAMPLE], root=tmp_path, file_format="matrix", out=out)
    assert out.read_text() == "theirs"
