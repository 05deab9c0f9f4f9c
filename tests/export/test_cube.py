"""The .cube text: what all readers accept, red fastest; test_foreign.py is about reading."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ledcal.export.cube import format_cube
from ledcal.export.cube_reader import parse_cube
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
