"""Tables of any origin: sound ones are read as OpenColorIO reads them, the others refused.

``one_defect`` holds small files, each named by its one defect; ``sound_*`` must be read. All are
the same table of 2 nodes, which is a sum of its inputs, so that each value is known by hand.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
import pytest

from ledcal.errors import InputError
from ledcal.export._ocio import apply_file
from ledcal.export.cube import format_cube
from ledcal.export.foreign import read_table_file, refuse_other_tables
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pipeline.foreign_table import ForeignTable
from ledcal.values.chain import Chain
from ledcal.values.lut import Lut3d

FOLDER = Path(__file__).parent / "one_defect"

# Which line must be named, and what must be said.
DEFECTS = {
    "array_not_a_cube.clf": (5, "'2 2 3 3' of LUT3D: 'N N N 3'"),
    "array_of_130_nodes.clf": (5, "2 to 129 nodes"),
    "array_without_dim.clf": (5, "dim ''"),
    "binary_junk.cube": (4, "byte 0x00"),
    "bit_depths_differ.clf": (16, "Bit-depth mismatch"),
    "blank.cube": (1, "empty (4 bytes)"),
    "byte_order_mark.cube": (1, "byte-order mark"),
    "comma_separated.cube": (8, "commas or semicolons"),
    "ctf.clf": (2, "a CTF"),
    "curves_only.cube": (4, "a 1D table"),
    "cut_short.clf": (10, "not whole XML"),
    "decimal_comma.clf": (10, "'0,95' is not a number; write decimal points"),
    "decimal_commas.cube": (8, "a decimal comma, '0,05'"),
    "digits_of_another_script.cube": (8, "expected three numbers"),
    "doctype.clf": (2, "DOCTYPE"),
    "domain_max.cube": (3, "DOMAIN_MAX 2 2 2"),
    "domain_min.cube": (3, "DOMAIN_MIN -0.1 0 0"),
    "domain_nan.cube": (3, "not finite, 'nan'"),
    "domain_of_one_number.cube": (3, "DOMAIN_MAX wants 3 numbers, not 1"),
    "empty.clf": (1, "empty (0 bytes)"),
    "empty.cube": (1, "empty (0 bytes)"),
    "four_columns.cube": (8, "expected three numbers, got 4"),
    "inf.clf": (10, "not finite, '-inf'"),
    "inf.cube": (8, "not finite, 'inf'"),
    "input_range.cube": (4, "LUT_3D_INPUT_RANGE 0.0 2.0"),
    "junk_behind.clf": (17, "junk after document"),
    "keyword_after_rows.cube": (8, "'LUT_3D_SIZE 2' after 4 rows"),
    "keyword_in_small_letters.cube": (3, "the nearest known is 'LUT_3D_SIZE'"),
    "latin1.clf": (1, "encoding ISO-8859-1"),
    "long_array.clf": (14, "more than the 24 values of the array of LUT3D (from line 5)"),
    "matrix_short.clf": (8, "the array of Matrix (from line 5) ends after 6 of 9 values"),
    "nan.clf": (10, "not finite, 'nan'"),
    "nan.cube": (8, "not finite, 'nan'"),
    "nan_of_windows.cube": (8, "not finite, '-1.#IND'"),
    "no_array.clf": (4, "LUT3D without an Array"),
    "no_bit_depth.clf": (4, "inBitDepth is missing"),
    "no_id.clf": (2, "'id' is missing"),
    "no_number.clf": (10, "'grey' is not a number"),
    "no_number.cube": (8, "expected three numbers, got '0x1p-3'"),
    "no_process_list.clf": (2, "<LookupTable>, not a ProcessList"),
    "no_process_node.clf": (6, "no process node"),
    "no_rows.cube": (3, "ends after 0 of 8 rows"),
    "not_scaled.cube": (4, "a table of light, or of code values that are not scaled?"),
    "no_version.clf": (2, "neither compCLFversion nor"),
    "no_xml.clf": (1, "not XML"),
    "of_light.cube": (11, "[16.0, 12.0, 9.0], where wall codes are 0..1"),
    "old_mac_line_ends.cube": (1, "line ends of old Macs"),
    "one_old_mac_line_end.cube": (3, "line ends of old Macs"),
    "packed.cube": (1, "this is not text (packed"),
    "range_nan.clf": (12, "not finite, 'nan'"),
    "second_array.clf": (15, "a second Array"),
    "semicolons.cube": (8, "commas or semicolons"),
    "shaper_input_range.cube": (4, "LUT_1D_INPUT_RANGE -0.1 1.1"),
    "shaper_short.cube": (14, "ends after 10 of 11 rows"),
    "short_array.clf": (13, "the array of LUT3D (from line 5) ends after 21 of 24 values"),
    "short_last_row.cube": (11, "expected three numbers, got 2"),
    "short_table.cube": (10, "ends after 7 of 8 rows"),
    "size_missing.cube": (3, "no LUT_3D_SIZE"),
    "size_negative.cube": (3, "not '-2'"),
    "size_no_number.cube": (3, "not 'two'"),
    "size_of_another_table.cube": (11, "as many as a table of 2 nodes"),
    "size_of_one.cube": (3, "not '1'"),
    "size_of_three_numbers.cube": (3, "not '2 2 2'"),
    "size_too_big.cube": (3, "2 to 129, not '130'"),
    "size_twice.cube": (4, "LUT_3D_SIZE a second time"),
    "too_large_for_a_number.cube": (8, "not finite, '1e999'"),
    "too_many_rows.cube": (12, "more than the 8 rows"),
    "two_columns.cube": (8, "expected three numbers, got 2"),
    "unknown_attribute.clf": (4, "unknown attribute 'interpolate' of LUT3D"),
    "unknown_element.clf": (5, "unknown element 'IndexMap'"),
    "unknown_interpolation.clf": (4, "'cubic'"),
    "unknown_keyword.cube": (3, "unknown keyword 'LUT_3D_SHAPE'"),
    "unknown_process_node.clf": (16, "unknown process node 'Sharpen'"),
    "utf16.clf": (1, "UTF-16"),
    "utf16.cube": (1, "UTF-16"),
    "video_range.cube": (3, "LUT_IN_VIDEO_RANGE, a table for legal range"),
    "web_page.clf": (1, "a web page"),
    "web_page.cube": (1, "a web page"),
    "wrong_namespace.clf": (2, "namespace 'http://example.org/lut'"),
    "wrong_version.clf": (2, "compCLFversion '4'"),
    "xml.cube": (1, "XML, not a .cube"),
}
# What only shows in what comes out.
NO_LINE = "not_scaled.clf"
# What is read, and said to be odd.
ODD = {
    "sound_beyond_0_1.cube": "a wall ends at 0 and 1",
    "sound_blue_first.cube": "rows written blue first?",
    "sound_mixed_line_ends.cube": "line ends of Windows and of Unix mixed",
}
SOUND = sorted(path.name for path in FOLDER.iterdir() if path.name.lower().startswith("sound_"))
CODE = np.random.default_rng(7).uniform(0.0, 1.0, (500, 3))


def plain(code: np.ndarray) -> np.ndarray:
    """What the table does."""
    red, green, blue = np.moveaxis(code, -1, 0)
    return np.stack(
        [
            0.05 + 0.9 * red - 0.02 * green,
            0.03 + 0.8 * green + 0.05 * blue,
            0.02 + 0.7 * blue + 0.1 * red,
        ],
        axis=-1,
    )


def steps(code: np.ndarray) -> np.ndarray:
    """What ``sound_steps.clf`` does: matrix, range, cube, curve."""
    matrix = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.2, 0.8]])
    place = plain(np.maximum(code @ matrix.T, 0.0))
    return np.asarray(np.interp(place, [0.0, 0.5, 1.0], [0.0, 0.4, 1.0]))


def shaped(code: np.ndarray) -> np.ndarray:
    """What ``sound_resolve_shaper.cube`` does: curves, cube."""
    curves = np.array([[0.0, 0.0, 0.0], [0.2, 0.3, 0.4], [1.0, 1.0, 1.0]])
    channels = [np.interp(code[:, c], [0.0, 0.5, 1.0], curves[:, c]) for c in range(3)]
    return plain(np.stack(channels, axis=-1))


KNOWN = {"sound_steps.clf": steps, "sound_resolve_shaper.cube": shaped}
NOT_OPENCOLORIO = {"sound_resolve_range_and_title.cube"}
# Rows of their own, which are compared with OpenColorIO only.
OTHER_ROWS = {"sound_beyond_0_1.cube", "sound_blue_first.cube"}


def test_every_file_of_the_folder_is_told_of() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted([*DEFECTS, NO_LINE, *SOUND])
    assert len(SOUND) > 20


def test_files_are_kept_byte_for_byte() -> None:
    assert (FOLDER / "byte_order_mark.cube").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert (FOLDER / "sound_windows_line_ends.cube").read_bytes().count(b"\r\n") == 11
    assert b"\n" not in (FOLDER / "old_mac_line_ends.cube").read_bytes()
    assert not (FOLDER / "sound_no_final_newline.cube").read_bytes().endswith(b"\n")


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_refused_with_its_line(name: str) -> None:
    line, words = DEFECTS[name]
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_table_file(FOLDER / name)
    message = str(caught.value)
    assert message.startswith(f"{FOLDER / name}, line {line}: ")
    assert "\n" not in message
    assert caught.value.exit_code == 2


def test_a_transform_of_light_has_no_line() -> None:
    with pytest.raises(InputError, match=r"not_scaled\.clf: it gives 20 to 972, where wall codes"):
        read_table_file(FOLDER / NO_LINE)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_read(name: str, tmp_path: Path) -> None:
    path = FOLDER / name
    foreign = ForeignTable(read_table_file(path))
    # OpenColorIO goes by the suffix, and reads no TITLE beside Resolve's range.
    copy = Path(shutil.copy(path, tmp_path / name.lower()))
    expected = plain(CODE) if name in NOT_OPENCOLORIO else apply_file(copy, CODE)
    size = foreign.size if path.suffix.lower() == ".cube" else 17
    bends = name in KNOWN
    np.testing.assert_allclose(
        apply_tetrahedral(foreign.table(size), CODE), expected, atol=6e-3 if bends else 1e-6, rtol=0
    )
    if name not in OTHER_ROWS:
        known = KNOWN.get(name, plain)(CODE)
        tolerance = 1.1e-4 if name == "sound_scientific_notation.cube" else 1e-6
        tolerance = 0.5 / 1023 if name == "sound_10_bit.clf" else tolerance
        np.testing.assert_allclose(expected, known, atol=tolerance, rtol=0)
    notes = foreign.file.notes
    assert len(notes) == (name in ODD)
    assert ODD.get(name, "") in "".join(notes)


def test_title_and_words_are_kept() -> None:
    for name in ("sound_latin1_title.cube", "sound_utf8_title.cube"):
        read = read_table_file(FOLDER / name)
        assert (read.title, read.lines) == ("Bühne", ("made for one test",))
    clf = read_table_file(FOLDER / "sound_info.clf")
    assert (clf.title, clf.takes, clf.gives) == ("sound", "PQ code", "")


def test_a_shaper_stays_with_its_cube() -> None:
    foreign = ForeignTable(read_table_file(FOLDER / "sound_resolve_shaper.cube"))
    chain = foreign.chain(foreign.size)
    assert isinstance(chain, Chain)
    assert (foreign.size, len(chain.first), chain.cube.size) == (65, 3, 2)
    assert foreign.baked == {}


def test_what_a_size_costs_is_measured() -> None:
    bent = np.linspace(0.0, 1.0, 9) ** 2
    table = np.stack(np.meshgrid(bent, bent, bent, indexing="ij"), axis=-1)
    file = read_table_file(FOLDER / "sound_plain.cube")
    foreign = ForeignTable(type(file)(file.path, file.sha256, Lut3d(table), "", (), "", "", ()))
    assert foreign.table(9) is foreign.file.content
    assert foreign.baked == {}
    foreign.table(17)
    assert foreign.baked[17].worst < 1e-12
    foreign.table(5)
    # Between nodes 1/4 apart the parabola of the 9 is a chord of two: half of 2 (1/8)^2 off.
    np.testing.assert_allclose(foreign.baked[5].worst, 1 / 64, rtol=1e-9)
    assert 0.0 < foreign.baked[5].p95 <= foreign.baked[5].worst


def test_a_table_over_all_half_floats(tmp_path: Path) -> None:
    curves = ocio.Lut1DTransform(65536, True)  # its writer puts inf and nan where halves have them
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    with np.errstate(invalid="ignore"):
        curves.setData(np.repeat((0.5 * halves)[:, None], 3, axis=1).ravel())
    group = ocio.GroupTransform([curves])
    group.getFormatMetadata().setID("half")
    path = tmp_path / "half.clf"
    text = group.write("Academy/ASC Common LUT Format", ocio.Config.CreateRaw())
    path.write_text(text)
    foreign = ForeignTable(read_table_file(path))
    np.testing.assert_allclose(
        apply_tetrahedral(foreign.table(5), CODE), 0.5 * CODE, atol=1e-6, rtol=0
    )
    lines = text.split("\n")
    lines[4 + 0x3800] = "nan"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=f"half.clf, line {5 + 0x3800}: a value that is not finit"):
        read_table_file(path)


def test_a_file_that_is_not_there_or_not_a_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.cube: no such file"):
        read_table_file(tmp_path / "gone.cube")
    (tmp_path / "folder.cube").mkdir()
    with pytest.raises(InputError, match=r"folder\.cube: cannot be read"):
        read_table_file(tmp_path / "folder.cube")
    with pytest.raises(InputError, match=r"a \.3dl table; \.cube and \.clf are read"):
        refuse_other_tables(tmp_path / "wall.3dl")
    huge = tmp_path / "huge.cube"
    with huge.open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(InputError, match="300 MB, where no table is above 256"):
        read_table_file(huge)


def test_rows_written_blue_first_are_told_from_a_wall_whose_channels_mix(tmp_path: Path) -> None:
    axis = np.linspace(0.0, 1.0, 9)
    code = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    mixed = code @ np.array([[0.7, 0.1, 0.2], [0.1, 0.8, 0.1], [0.2, 0.1, 0.7]])
    path = tmp_path / "wall.cube"
    for table, is_said in ((mixed, False), (mixed.transpose(2, 1, 0, 3), True)):
        path.write_text(format_cube(Lut3d(table), title="wall"))
        notes = read_table_file(path).notes
        assert any("rows written blue first?" in note for note in notes) == is_said
