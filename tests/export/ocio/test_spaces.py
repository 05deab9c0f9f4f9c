"""The spaces of the scene, against OpenColorIO's own transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledcal.colorimetry.space import gamut
from ledcal.export.ocio.spaces import (
    AP1,
    SPACES,
    Space,
    acescct_decode,
    acescct_encode,
    others_text,
    space_text,
)
from ledcal.export.ocio.text import block, one_line, quoted, quoted_list

if TYPE_CHECKING:
    from ledcal.export.ocio.proof import Opened

LOG = "ACEScct"


def test_ap1_is_that_of_colour_science() -> None:
    known = gamut("ACEScg")
    assert np.array_equal(AP1.primaries_xy, known.primaries_xy)
    assert np.array_equal(AP1.whitepoint_xy, known.whitepoint_xy)


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
def test_spaces_mean_to_opencolorio_what_they_mean_to_us(opened: Opened, space: Space) -> None:
    light = np.random.default_rng(5).random((3000, 3)) ** 3 * 20.0
    value = space.value(light)
    got = opened.apply(opened.processor(space.name, "ACES2065-1"), value)
    assert np.allclose(got, light @ space.matrix().T, rtol=1e-5, atol=1e-6)
    back = opened.apply(opened.processor("ACES2065-1", space.name), got)
    assert np.allclose(back, value, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("style", "name"),
    [("ACEScg_to_ACES2065-1", "ACEScg"), ("ACEScct_to_ACES2065-1", LOG)],
)
def test_names_go_with_opencolorios_definitions(opened: Opened, style: str, name: str) -> None:
    value = np.random.default_rng(6).random((100, 3))
    own = opened.processor(opened.ocio.BuiltinTransform(style))
    ours = opened.processor(name, "ACES2065-1")
    assert np.array_equal(opened.apply(own, value), opened.apply(ours, value))


def test_pictures_are_srgb(opened: Opened) -> None:
    processor = opened.processor("sRGB - Texture", "Linear Rec.709 (sRGB)")
    grey = opened.apply(processor, np.array([[0.5] * 3, [0.02] * 3, [1.0] * 3]))
    wanted = [((0.5 + 0.055) / 1.055) ** 2.4, 0.02 / 12.92, 1.0]
    assert grey[:, 1] == pytest.approx(wanted, rel=3e-4)


def test_no_name_or_alias_is_there_twice(opened: Opened) -> None:
    config = opened.config
    names = list(
        config.getColorSpaceNames(
            opened.ocio.SEARCH_REFERENCE_SPACE_ALL, opened.ocio.COLORSPACE_ALL
        )
    )
    names += [alias for name in names for alias in config.getColorSpace(name).getAliases()]
    assert len({name.casefold() for name in names}) == len(names)
    for alias in ("lin_ap1", "Utility - Linear - sRGB", "lin_rec2020", "Non-Color", "srgb_tx"):
        assert config.getColorSpace(alias) is not None, alias


def test_spaces_of_textures_have_the_names_that_blender_knows(opened: Opened) -> None:
    """Of 3.4, and of 4.0 and later: a texture keeps its space where the config has its name."""
    names = {
        "Linear": "Linear Rec.709 (sRGB)",
        "Linear Rec.709": "Linear Rec.709 (sRGB)",
        "sRGB": "sRGB - Texture",
        "Non-Color": "Raw",
        "Raw": "Raw",
    }
    assert {name: opened.config.getColorSpace(name).getName() for name in names} == names


def test_every_entry_says_what_it_is() -> None:
    for text in [*map(space_text, SPACES), *others_text().values()]:
        assert "    description: " in text
        assert text.startswith("  - !<ColorSpace>\n    name: ")
        assert text.endswith("\n")


@given(st.floats(-0.4, 1.6))
def test_acescct_there_and_back(code: float) -> None:
    value = np.array([code])
    assert acescct_encode(acescct_decode(value)) == pytest.approx(code, abs=1e-9)


# -- words in YAML ------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_words_are_the_same_to_yaml(opened: Opened, words: list[str]) -> None:
    """Whatever a user may have typed."""
    words = [one_line(word) or "x" for word in words]
    text = (
        "ocio_profile_version: 2.1\nroles: {default: raw}\nsearch_path: .\n"
        f"name: {quoted(words[0])}\ndescription: {block(['first', *words, 'last'], 2)}\n"
        "displays:\n  d:\n    - !<View> {name: v, colorspace: raw}\n"
        "colorspaces:\n  - !<ColorSpace>\n    name: raw\n"
        f"    categories: {quoted_list(words)}\n"
    )
    config = opened.ocio.Config.CreateFromStream(text)
    assert config.getName() == words[0]
    assert config.getDescription().split("\n") == ["first", *words, "last"]
    # Of words that differ in case only OpenColorIO keeps the first.
    found = list(config.getColorSpace("raw").getCategories())
    assert set(found) <= set(words)
    assert {word.casefold() for word in found} == {word.casefold() for word in words}
