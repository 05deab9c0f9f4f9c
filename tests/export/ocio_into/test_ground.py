"""What walls stand on in another's config: found, proven, added, or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledcal.errors import AmbiguousInputError, InputError
from ledcal.export.ocio.ground import Ground, find_ground
from ledcal.export.ocio.spaces import SPACES, space_text
from ledcal.export.ocio.theirs import open_theirs, quietly
from tests.export.ocio_into.configs import (
    ACES,
    OF_TENTHS,
    OF_XYZ,
    OTHER,
    SHOWS,
    SRGB,
    TONE,
    XYZ,
    sections_of_theirs,
    write_config,
)

if TYPE_CHECKING:
    from pathlib import Path

ACESCG, REC709 = space_text(SPACES[1]), space_text(SPACES[3])


def ground(folder: Path, sections: dict[str, str], *, version: str = "2.1") -> Ground:
    with quietly():
        return find_ground(open_theirs(write_config(sections, version=version), folder / "c.ocio"))


def without_role(sections: dict[str, str], role: str) -> dict[str, str]:
    lines = sections["roles"].splitlines(keepends=True)
    kept = "".join(line for line in lines if role not in line)
    assert kept != sections["roles"]
    return {**sections, "roles": kept}


def test_a_config_that_has_all_gets_nothing(tmp_path: Path) -> None:
    found = ground(tmp_path, sections_of_theirs())
    assert found == Ground("ACES2065-1", "Un-tone-mapped", "Raw", "", {}, ())


def test_a_view_transform_of_the_same_name_that_does_something_else(tmp_path: Path) -> None:
    found = ground(tmp_path, sections_of_theirs(views=OTHER))
    assert found.view_transform == "Un-tone-mapped (ledcal)"
    assert [entry.name for entry in found.entries["view_transforms"]] == [found.view_transform]
    assert "'Un-tone-mapped' is another one" in found.notes[0]


def test_another_reference_of_the_scene_is_gone_from_by_their_own_space(tmp_path: Path) -> None:
    (entry,) = ground(tmp_path, sections_of_theirs(scene=OF_XYZ, views=TONE)).entries[
        "view_transforms"
    ]
    step = "!<ColorSpaceTransform> {src: Linear XYZ, dst: ACES2065-1}"
    assert entry.text.index(step) < entry.text.index("ACES-AP0_to_CIE-XYZ-D65_BFD")


def test_another_reference_of_displays_is_bridged_both_ways(tmp_path: Path) -> None:
    found = ground(tmp_path, sections_of_theirs(displays=OF_TENTHS, views=TONE))
    assert found.bridge == "!<ColorSpaceTransform> {src: tenths, dst: CIE-XYZ-D65}"
    (entry,) = found.entries["view_transforms"]
    assert entry.text.rstrip().endswith("{src: CIE-XYZ-D65, dst: tenths}")


def test_aces_is_known_where_names_and_numbers_agree(tmp_path: Path) -> None:
    for other in (ACESCG, REC709):
        sections = without_role(sections_of_theirs(scene=ACES + "\n" + other), "aces_inter")
        (role,) = ground(tmp_path, sections).entries["roles"]
        assert role.text == "  aces_interchange: ACES2065-1\n"


def test_aces_is_never_guessed(tmp_path: Path) -> None:
    wrong = ACESCG.replace("ACEScg_to_ACES2065-1", "ACES-AP1_to_LINEAR-REC709_BFD").replace(
        "{style: ACES-AP1_to_LINEAR-REC709_BFD}", "{style: ACEScct_to_ACES2065-1}"
    )
    for scene in (ACES, ACES + "\n" + wrong):
        sections = without_role(sections_of_theirs(scene=scene), "aces_inter")
        with pytest.raises(
            AmbiguousInputError, match=r"add under roles:  aces_interchange: NAME"
        ) as caught:
            ground(tmp_path, sections)
        assert caught.value.exit_code == 5
        assert "such as 'ACES2065-1'" in str(caught.value)
    unnamed = without_role(
        sections_of_theirs(scene="  - !<ColorSpace>\n    name: linear\n"), "aces_inter"
    )
    with pytest.raises(AmbiguousInputError, match=r"its space for ACES2065-1$"):
        ground(tmp_path, unnamed)


def test_a_role_that_is_no_scene_light_is_refused(tmp_path: Path) -> None:
    for name in ("Raw", "CIE-XYZ-D65"):
        sections = sections_of_theirs()
        sections["roles"] = sections["roles"].replace(
            "aces_interchange: ACES2065-1", f"aces_interchange: {name}"
        )
        with pytest.raises(AmbiguousInputError, match="is no space of the scene"):
            ground(tmp_path, sections)


def test_displays_are_known_by_one_that_follows_its_standard(tmp_path: Path) -> None:
    standard = SRGB.replace("\"sRGB: 'Monitor'\"", "sRGB - Display")
    sections = without_role(sections_of_theirs(displays=XYZ + "\n" + standard), "cie_xyz")
    (role,) = ground(tmp_path, sections).entries["roles"]
    assert role.text == "  cie_xyz_d65_interchange: CIE-XYZ-D65\n"
    off = standard.replace("to_sRGB", "to_G2.6-P3-D65")
    for displays in (XYZ, XYZ + "\n" + off):
        sections = without_role(sections_of_theirs(displays=displays), "cie_xyz")
        with pytest.raises(AmbiguousInputError, match=r"NAME.*such as 'CIE-XYZ-D65'"):
            ground(tmp_path, sections)


def test_where_there_are_no_displays_we_begin_them(tmp_path: Path) -> None:
    found = ground(tmp_path, sections_of_theirs(displays="", views=""), version="2")
    names = {key: [entry.name for entry in entries] for key, entries in found.entries.items()}
    assert names == {
        "display_colorspaces": ["CIE-XYZ-D65"],
        "roles": ["cie_xyz_d65_interchange"],
        "view_transforms": ["Un-tone-mapped"],
    }


def test_as_blender_has_it_xyz_is_a_space_of_the_scene(tmp_path: Path) -> None:
    scene = OF_XYZ.replace("name: Linear XYZ", "name: Linear XYZ\n    aliases: [cie-xyz-D65]")
    sections = sections_of_theirs(scene=scene, displays="", views="")
    sections["roles"] += "  cie_xyz_d65_interchange: Linear XYZ\n"
    found = ground(tmp_path, sections, version="2")
    assert [entry.name for entry in found.entries["display_colorspaces"]] == [
        "CIE-XYZ-D65 (ledcal)"
    ]
    assert "roles" not in found.entries
    # With displays of their own it is a mistake of theirs.
    sections = sections_of_theirs(scene=OF_XYZ, views=SHOWS)
    sections["roles"] = sections["roles"].replace(": CIE-XYZ-D65", ": Linear XYZ")
    with pytest.raises(AmbiguousInputError, match="is no display space"):
        ground(tmp_path, sections, version="2")


def test_a_file_that_is_missing_on_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "luts").mkdir()
    scene = ACES.rstrip("\n") + "\n    from_scene_reference: !<FileTransform> {src: gone.spimtx}\n"
    with pytest.raises(InputError, match=r"cannot go to 'ACES2065-1' in it .*gone\.spimtx"):
        ground(tmp_path, sections_of_theirs(scene=scene))


def test_a_tone_curve_is_not_taken_for_none(tmp_path: Path) -> None:
    """Not even one that is right between black and white."""
    held = (
        "  - !<ViewTransform>\n    name: un-tone-mapped\n    from_scene_reference: "
        "!<GroupTransform>\n      children:\n        - !<BuiltinTransform> "
        "{style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}\n        - !<RangeTransform> "
        "{min_in_value: 0, min_out_value: 0, max_in_value: 20, max_out_value: 20}\n"
    )
    found = ground(tmp_path, sections_of_theirs(views=held))
    assert found.view_transform == "Un-tone-mapped (ledcal)"
    assert len(found.notes) == 1
