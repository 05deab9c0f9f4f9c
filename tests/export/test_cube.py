"""The .cube text: what all readers accept, red fastest, and a reader that refuses bad ones."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.export.cube import format_cube, parse_cube
from ledcal.values.lut import Lut3d
from tests.profile.fake import fake_table


def test_only_known_lines_in_an_order_that_every_reader_takes() -> None:
    text = format_cube(
        fake_table(3), title='Stage "A" \u2013 Bühne', comments=["in: P3", "a\nb\tc"]
    )
    lines = text.splitlines()
    assert lines[:4] == ["# in: P3", "# a b c", "TITLE \"Stage 'A' ? Buhne\"", "LUT_3D_SIZE 3"]
    assert len(lines) == 4 + 27
    assert all(re.fullmatch(r"\d\.\d{7} \d\.\d{7} \d\.\d{7}", line) for line in lines[4:])
    assert text.endswith("\n")
    text.encode("ascii")


def test_no_line_is_longer_than_readers_take() -> None:
    text = format_cube(fake_table(2), title="t" * 999, comments=["c" * 999])
    assert max(map(len, text.splitlines())) < 255
    assert parse_cube(text).size == 2


def test_red_is_fastest_then_green_then_blue() -> None:
    axis = np.array([0.0, 0.5, 1.0])
    red, green, blue = np.meshgrid(axis, axis, axis, indexing="ij")
    table = np.stack([red * 0.9, green * 0.5 + 0.1, blue * 0.3 + 0.2], axis=-1)
    rows = [
        [float(word) for word in line.split()]
        for line in format_cube(Lut3d(table), title="t").splitlines()[2:]
    ]
    assert rows[0] == [0.0, 0.1, 0.2]
    assert rows[1] == [0.45, 0.1, 0.2]
    assert rows[3] == [0.0, 0.35, 0.2]
    assert rows[9] == [0.0, 0.1, 0.35]


@pytest.mark.parametrize("size", [2, 17, 33])
def test_it_reads_back_as_fine_as_float32(size: int) -> None:
    lut = fake_table(size)
    back = parse_cube(format_cube(lut, title="t"))
    np.testing.assert_allclose(back.table, lut.table, rtol=0, atol=5.1e-8)


def test_no_minus_zero_and_values_out_of_range_are_kept() -> None:
    table = np.full((2, 2, 2, 3), -1e-12)
    table[1, 0, 0] = [-0.25, 1.5, 2.0]
    text = format_cube(Lut3d(table), title="t")
    assert "-0.0000000" not in text
    np.testing.assert_array_equal(parse_cube(text).table[1, 0, 0], [-0.25, 1.5, 2.0])


GOOD = format_cube(fake_table(2), title="t", comments=["c"])


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD.replace("TITLE", "DOMAIN_MIN 0 0 0\nDOMAIN_MAX 1.0 1.0 1.0\nTITLE"),
        GOOD.replace("\n0.", "\n\n# inside\n  0."),
        GOOD.replace(" ", "\t"),
    ],
    ids=["crlf", "no final newline", "domain 0..1", "blank and comments inside", "tabs"],
)
def test_harmless_variants_are_read(text: str) -> None:
    np.testing.assert_array_equal(parse_cube(text).table, parse_cube(GOOD).table)


ROW = GOOD.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\ufeff" + GOOD, "line 1: a byte-order mark"),
        (GOOD.replace(ROW, "0.5 nan 0.5"), "line 11: a value that is not finite"),
        (GOOD.replace(ROW, "nan 0.5 0.5"), "line 11: a value that is not finite"),
        (GOOD.replace(ROW, "inf 0.5 0.5"), "line 11: a value that is not finite"),
        (GOOD.replace(ROW, "0.5 0.5"), "line 11: expected three numbers, got '0.5 0.5'"),
        (GOOD.replace(ROW, "0.5 0.5 0.5 0.5"), "line 11: expected three numbers"),
        (GOOD.replace(ROW, "0.5 0.5 0,5"), "line 11: expected three numbers"),
        (GOOD.replace(ROW + "\n", ""), "line 10: the table ends after 7 of 8 rows"),
        (GOOD + ROW, "line 12: more than the 8 rows"),
        (GOOD.replace("LUT_3D_SIZE 2\n", ""), "line 3: numbers before LUT_3D_SIZE"),
        (GOOD.replace("LUT_3D_SIZE 2", "LUT_3D_SIZE 1"), "line 3: LUT_3D_SIZE wants one number"),
        (GOOD.replace("LUT_3D_SIZE 2", "LUT_3D_SIZE 99999"), "line 3: LUT_3D_SIZE wants"),
        (GOOD.replace("LUT_3D_SIZE 2", "LUT_3D_SIZE two"), "line 3: LUT_3D_SIZE wants one number"),
        (GOOD.replace("LUT_3D_SIZE 2", "LUT_1D_SIZE 8"), "line 3: unknown keyword 'LUT_1D_SIZE'"),
        (GOOD.replace("TITLE", "LUT_IN_VIDEO_RANGE\nTITLE"), "line 2: unknown keyword"),
        (GOOD.replace("TITLE", "DOMAIN_MAX 2 2 2\nTITLE"), "line 2: DOMAIN_MAX other than 1"),
        (GOOD.replace("TITLE", "DOMAIN_MIN\nTITLE"), "line 2: expected three numbers"),
        ("", "no LUT_3D_SIZE line"),
    ],
)
def test_bad_files_are_refused_with_the_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        parse_cube(text, name="x.cube")
    assert str(caught.value).startswith("x.cube")
