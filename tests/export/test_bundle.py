"""What makes a bundle of a folder: page, document, checker, and a manifest that others read."""

from __future__ import annotations

import json
import re
import shutil
import warnings
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO as ocio
import pytest
from ascmhl import commands
from ascmhl.errors import CompletenessCheckFailedException, VerificationFailedException
from ascmhl.hasher import C4
from ascmhl.history import MHLHistory

from ledcal.colorimetry.space import gamut
from ledcal.errors import ExportError, InputError
from ledcal.export import _ascmhl, bundle, check_bundle
from ledcal.export.bundle import written_in
from ledcal.export.ocio.config import write_config
from ledcal.lut.interpolate import apply_lut, apply_trilinear
from ledcal.values.export import Identity
from ledcal.values.stage import Target
from tests.export.sealed import ADDED, FILES, MADE, PAGE, fake_wall, make_bundle
from tests.profile.fake import fake_stage
from tests.profile.test_codec import violations

SCHEMA = Path(bundle.__file__).parent / "schema" / "bundle-1.json"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle; not to be changed."""
    folder = tmp_path_factory.mktemp("sealed") / "made-up"
    folder.mkdir()
    make_bundle(folder)
    return folder


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "copy"))


def library(what: str, folder: Path) -> None:
    """Let the ASC MHL library look at a folder, as its command line does."""
    with redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if what == "diff":
            commands.diff_entire_folder_against_full_history_subcommand(str(folder), False, ())
        else:
            commands.create_for_folder_subcommand(
                *(str(folder), False, False, ["xxh64"], False, *[None] * 6), (), None
            )


def test_the_library_finds_an_untouched_bundle_whole_and_may_add_to_it(copy: Path) -> None:
    library("diff", copy)
    library("create", copy)
    library("diff", copy)
    assert len(list(copy.glob("ascmhl/*.mhl"))) == 2
    found = check_bundle.check_folder(copy)
    assert found.differences == ()
    assert found.notes == ("2 MHL generations; the first, ledcal's, was checked",)


def test_the_library_finds_what_was_tampered_with(copy: Path) -> None:
    table = copy / "luts" / "buehne_17.cube"
    table.write_bytes(table.read_bytes().replace(b"0.3", b"0.4"))
    with pytest.raises(VerificationFailedException):
        library("create", copy)
    table.unlink()
    with pytest.raises(CompletenessCheckFailedException):
        library("diff", copy)


def test_the_manifest_lists_everything_with_both_hashes(sealed: Path) -> None:
    history = MHLHistory.load_from_path(str(sealed))
    (manifest,) = sealed.glob("ascmhl/*.mhl")
    assert re.fullmatch(r"0001_made-up_[0-9-]{10}_[0-9]{6}Z\.mhl", manifest.name)
    listed = {one.path: one for one in history.hash_lists[0].media_hashes if not one.is_directory}
    assert set(listed) == {*FILES, *ADDED}
    for one in listed.values():
        hashes = [entry for entry in one.hash_entries if hasattr(entry, "hash_format")]
        assert {entry.hash_format for entry in hashes} == {"c4", "xxh64"}
    entries, problems, notes = check_bundle.read_manifest(sealed)
    assert (problems, notes) == ([], [])
    for entry in entries:
        assert (sealed / entry.path).stat().st_size == entry.size
        assert entry.c4 == C4.hash_file(str(sealed / entry.path))


@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 9])
def test_our_c4_is_the_librarys(data: bytes) -> None:
    assert check_bundle.c4_of(data) == C4.hash_data(data)


def test_sealing_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_bundle(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_the_document_is_as_its_schema_says_and_as_the_walls_are(tmp_path: Path) -> None:
    foreign = fake_wall(
        identity=Identity("file", "old.cube", "cd" * 32), quality=None, tables=fake_wall().tables
    )
    made = make_bundle(tmp_path, fake_wall(), foreign)
    document: dict[str, Any] = json.loads((tmp_path / "ledcal-bundle.json").read_text("utf-8"))
    assert document == made
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert violations(document, schema, schema, "bundle") == []
    first, second = document["walls"]
    assert first["identity"]["sha256"] == "ab" * 32
    assert (first["wall"]["name"], first["sizes"]) == ("Bühne 3", [9, 17])
    assert first["quality"]["before"]["median"] == 20.4
    assert (second["identity"]["kind"], second["quality"]) == ("file", None)
    assert document["made"] == MADE.isoformat()
    grey = first["check_colours"][0]
    assert grey["acescg"] == [0.18, 0.18, 0.18]
    assert grey["calibrated_10bit"] == [round(1023 * code) for code in grey["calibrated"]]
    text = (tmp_path / "ledcal-bundle.json").read_text("utf-8")
    assert f'"whitepoint_xy": {document["walls"][0]["wall"]["gamut"]["whitepoint_xy"]}' in text


def test_check_colours_come_out_of_the_displays_that_the_page_names(tmp_path: Path) -> None:
    walls = (fake_wall(), fake_wall(wall=replace(fake_stage().wall, name="north")))
    write_config(tmp_path, walls, apply_lut)
    document = make_bundle(tmp_path, *walls, files={})
    page = (tmp_path / "README.md").read_text("utf-8")
    config = ocio.Config.CreateFromFile(str(tmp_path / "config.ocio"))
    for wall in document["walls"]:
        names = wall["displays"]
        for which in ("calibrated", "uncalibrated"):
            assert f" {names[which]}\n" in page or f" {names[which]} (" in page
            transform = ocio.DisplayViewTransform("ACEScg", names[which], names["view"])
            cpu = config.getProcessor(transform).getDefaultCPUProcessor()
            for colour in wall["check_colours"]:
                np.testing.assert_allclose(
                    cpu.applyRGB(colour["acescg"]), colour[which], rtol=0, atol=2e-6
                )
    trouble = (tmp_path / "IF_IT_LOOKS_WRONG.md").read_text("utf-8")
    assert "no correction: the uncalibrated display is on\n" in trouble
    assert "  no transform at all: its file was not found\n" in trouble


def test_the_page_is_one_page_that_says_what_to_enter_and_what_comes_out(sealed: Path) -> None:
    text = (sealed / "README.md").read_text("utf-8")
    document = json.loads((sealed / "ledcal-bundle.json").read_text("utf-8"))
    lines = text.splitlines()
    assert len(lines) < 70
    assert max(map(len, lines)) <= 104
    for words in (
        "# LED wall correction: Made-up 1.0",
        "Bühne 3: 1920 x 1080, ST 2084, peak 1500 nits",
        "Kamera X",
        "buehne-3-kamera-x-2031-05-04, fitted 2031-05-04 09:12, sha256 abababababababab",
        "2031-05-06 07:08 by ledcal",
        "delta E ITP 20.40 before, 0.41 after (median)",
        f"In: {PAGE.takes}",
        "1. Copy the folder.\n2. Load the table:\n     load luts/buehne_17.cube",
        "    luts/start.bat",
        "python3 check_bundle.py",
        "ledcal bundle check PATH --profile NAME",
        "check_in.exr holds the three colours",
    ):
        assert words in text
    assert text.index("is this copy whole?") < text.index("## Steps") < text.index("## Check")
    trouble = (sealed / "IF_IT_LOOKS_WRONG.md").read_text("utf-8")
    for words in (
        "# If it looks wrong: Made-up 1.0",
        "- The table is missing",
        "no correction: it is off, or was not found\n",
    ):
        assert words in trouble
        assert words not in text
    for colour in document["walls"][0]["check_colours"]:
        row = next(line.split() for line in lines if line.split()[:1] == [colour["name"]])
        shown = (colour["acescg"], colour["uncalibrated"], colour["calibrated"])
        codes = [f"{value:.3f}" for value in shown[0]]
        for code, key in zip(shown[1:], ("uncalibrated_10bit", "calibrated_10bit"), strict=True):
            codes += [f"{value:.4f}" for value in code] + [str(value) for value in colour[key]]
        assert row[1:] == codes


def test_a_host_that_is_given_code_is_told_code_of_its_interpolation(tmp_path: Path) -> None:
    document = make_bundle(tmp_path, is_scene_linear=False, interpolates="trilinear")
    lines = (tmp_path / "README.md").read_text("utf-8").splitlines()
    for colour in document["walls"][0]["check_colours"]:
        row = next(line.split() for line in lines if line.split()[:1] == [colour["name"]])
        assert row[7:10] == [f"{value:.4f}" for value in colour["calibrated_trilinear"]]
        assert row[4:7] == [str(value) for value in colour["uncalibrated_10bit"]]
    skin = document["walls"][0]["check_colours"][1]["calibrated_trilinear"]
    trouble = (tmp_path / "IF_IT_LOOKS_WRONG.md").read_text("utf-8")
    assert f"not as {' '.join(f'{value:.4f}' for value in skin)} " in trouble
    twice = next(line for line in trouble.splitlines() if "corrected twice: take" in line)
    again = apply_trilinear(fake_wall().tables[17], np.array(skin))
    shown = [float(word) for word in twice.split()[:3]]
    np.testing.assert_allclose(shown, again, rtol=0, atol=6e-5)


def test_a_host_of_other_primaries_is_told_light_of_its_own(tmp_path: Path) -> None:
    wide = fake_wall(target=Target(gamut("BT.2020"), "ST 2084", 1500.0))
    make_bundle(tmp_path, fake_wall(), wide, light="Linear Rec.709 (sRGB)")
    text = (tmp_path / "README.md").read_text("utf-8")
    assert " enter Linear Rec.709 " in text
    assert "side by side as light in Linear Rec.709" in text
    skin, blue = (
        [line.split()[1:] for line in text.splitlines() if line.startswith(f"    {name} ")]
        for name in ("skin", "blue")
    )
    # By BT.2087's matrix; what is entered has three decimals in ACEScg.
    shown = [float(word) for word in skin[1][:3]]
    np.testing.assert_allclose(shown, [0.5381, 0.2295, 0.1574], rtol=0, atol=1e-3)
    assert blue[1][:4] == ["(not", "in", "this", "space)"]


def test_several_walls_have_a_table_each(tmp_path: Path) -> None:
    north = fake_wall(wall=replace(fake_stage().wall, name="north"))
    make_bundle(tmp_path, fake_wall(), north)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("    grey ") == 2
    pictures = "check_in_2.exr and check_out_2.png"
    assert f"north (buehne-3-kamera-x-2031-05-04), {pictures}:\n\n" in text
    assert all((tmp_path / name).is_file() for name in pictures.split(" and "))


def test_a_manifest_that_does_not_hold_is_not_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = _ascmhl.write_generation

    def meddle(folder: Path, **words: str) -> None:
        real(folder, **words)
        (folder / "lattice.exr").write_bytes(b"")

    monkeypatch.setattr(bundle, "write_generation", meddle)
    with pytest.raises(ExportError, match=r"lattice\.exr is empty, and should be 2048 bytes"):
        make_bundle(tmp_path)


@pytest.mark.parametrize("name", ["ascmhl", "ascmhl/host"])
def test_where_the_library_looks_away_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(InputError, match="passes over everything in a folder called 'ascmhl'"):
        make_bundle(tmp_path / name)


def test_what_ledcal_wrote_is_known_from_the_manifest(copy: Path, tmp_path: Path) -> None:
    assert written_in(tmp_path) == []
    globs = written_in(copy)
    assert {"luts/start.bat", "README.md", "ascmhl/*", "luts/.DS_Store", ".DS_Store"} <= set(globs)
    shutil.rmtree(copy / "ascmhl")
    with pytest.raises(InputError, match="cannot tell its files from yours"):
        written_in(copy)
