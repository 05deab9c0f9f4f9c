"""Configs as people and programs write them: one content in many forms of YAML."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from ledcal.export.ocio._yaml import as_flow

XYZ_TO_AP0 = (
    "[1.0634954914942, 0.00640891019711789, -0.0158067866319043, 0, "
    "-0.492074127923892, 1.36822340747333, 0.0913370883144736, 0, "
    "-0.00281646163925351, 0.00464417105680067, 0.916418574593656, 0, 0, 0, 0, 1]"
)
ACES = "  - !<ColorSpace>\n    name: ACES2065-1\n    encoding: scene-linear\n"
# The scene is XYZ, as in Blender: ACES2065-1 is a step away from it.
OF_XYZ = (
    "  - !<ColorSpace>\n    name: Linear XYZ\n\n  - !<ColorSpace>\n    name: ACES2065-1\n"
    f"    from_scene_reference: !<MatrixTransform> {{matrix: {XYZ_TO_AP0}}}\n"
)
# Nothing in it is the reference itself.
NO_REFERENCE = (
    "  - !<ColorSpace>\n    name: ACES2065-1\n"
    f"    from_scene_reference: !<MatrixTransform> {{matrix: {XYZ_TO_AP0}}}\n"
)
RAW = (
    "  - !<ColorSpace>\n    name: Raw\n    isdata: true\n    description: |\n      # no comment\n\n"
)
SHOWS = (
    "  - !<ViewTransform>\n    name: Un-tone-mapped\n    from_scene_reference: "
    "!<BuiltinTransform> {style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}\n"
)
OTHER = (
    "  - !<ViewTransform>\n    name: Un-tone-mapped\n    from_scene_reference: "
    "!<MatrixTransform> {offset: [0.1, 0.1, 0.1, 0]}\n"
)
TONE = (
    "  - !<ViewTransform>\n    name: tone\n    from_scene_reference: "
    "!<RangeTransform> {min_in_value: 0, min_out_value: 0}\n"
)
XYZ = "  - !<ColorSpace>\n    name: CIE-XYZ-D65\n    description: the reference\n"
# Displays start from XYZ where 1.0 = 10 000 nits.
OF_TENTHS = (
    "  - !<ColorSpace>\n    name: tenths\n\n  - !<ColorSpace>\n    name: CIE-XYZ-D65\n"
    "    from_display_reference: !<MatrixTransform> {matrix: "
    "[100, 0, 0, 0, 0, 100, 0, 0, 0, 0, 100, 0, 0, 0, 0, 1]}\n"
)
SRGB = (
    "  - !<ColorSpace>\n    name: \"sRGB: 'Monitor'\"\n    from_display_reference: "
    "!<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_sRGB}\n"
)
CURVE = (
    '  - !<NamedTransform>\n    name: curve\n    aliases: [c, "a # b"]\n'
    "    transform: !<ExponentTransform> {value: 2.2}\n"
)
LISTS = {"active_displays": ["desk", "\"sRGB: 'Monitor'\""], "active_views": ["Raw"]}


@dataclass(frozen=True)
class Form:
    """How a config is written."""

    order: tuple[int, ...] = ()
    newline: str = "\n"
    mark: str = ""
    ends: bool = True
    indent: dict[str, int] = field(default_factory=dict)
    flow: frozenset[str] = frozenset()
    comments: frozenset[str] = frozenset()
    lists: str = "flow"
    root: int = 0
    last: str = ""


def sections_of_theirs(
    *, scene: str = ACES, displays: str = XYZ, views: str = SHOWS, transforms: str = "",
    roles: str = "",
) -> dict[str, str]:  # fmt: skip
    """Section to its text, indented by two."""
    made = {
        "roles": f"  aces_interchange: ACES2065-1\n  default: Raw\n{roles}",
        "displays": (
            "  desk:\n    - !<View> {name: Raw, colorspace: Raw}\n"
            "  \"sRGB: 'Monitor'\":\n    - !<View> {name: Raw, colorspace: Raw}\n"
        ),
        "colorspaces": scene + "\n" + RAW,
    }
    if displays:
        made["display_colorspaces"] = displays + "\n" + SRGB
        made["roles"] += "  cie_xyz_d65_interchange: CIE-XYZ-D65\n"
    if views:
        made["view_transforms"] = views
    if transforms:
        made["named_transforms"] = transforms
    return made


def write_config(
    sections: dict[str, str],
    form: Form = Form(),
    *,
    search_path: str = "search_path: luts",
    lists: tuple[str, ...] = (),
    version: str = "2.1",
) -> bytes:
    """The bytes of a config in a form."""
    parts = [_section(key, text, form) for key, text in sections.items()]
    parts += [_list(key, form) for key in lists]
    parts += [f"{search_path}\n"] if search_path else []
    parts.append("family_separator: '|'  # theirs\n")
    parts = [parts[i % len(parts)] for i in form.order if i < len(parts)] + [
        part for i, part in enumerate(parts) if i not in form.order
    ]
    text = f"# somebody's\nocio_profile_version: {version}\n\n{''.join(parts)}{form.last}"
    if form.root:
        pad = " " * form.root
        text = "".join(
            pad + line if line.strip() and not line.startswith("...") else line
            for line in text.splitlines(keepends=True)
        )
    if not form.ends:
        text = text.rstrip("\n")
    return (form.mark + text).replace("\n", form.newline).encode()


def _section(key: str, text: str, form: Form) -> str:
    if key in form.flow:
        dedented = "".join(line[2:] if line.strip() else line
                           for line in text.splitlines(keepends=True))  # fmt: skip
        return f"{key}: {as_flow(dedented)}" + ("  # one line\n" if key in form.comments else "\n")
    space = " " * form.indent.get(key, 2)
    if key in {"roles", "displays"}:
        space = space or " "
    lines = [f"{space}{line[2:]}" if line.strip() else line
             for line in text.splitlines(keepends=True)]  # fmt: skip
    note = "  # their section" if key in form.comments else ""
    tail = f"{space}# the end of it\n\n# and of all\n" if key in form.comments else ""
    return f"{key}:{note}\n{''.join(lines)}{tail}"


def _list(key: str, form: Form) -> str:
    names = LISTS[key]
    if form.lists == "block":
        return f"{key}:\n" + "".join(f"  - {name}\n" for name in names) + "\n"
    if form.lists == "lines":
        return (
            f"{key}: [  # shown\n" + ",\n  # and\n".join(f"  {name}" for name in names) + ",\n]\n"
        )
    return f"{key}: [{', '.join(names)}]\n"


_KEYS = ("roles", "displays", "colorspaces", "display_colorspaces", "view_transforms")
FORMS = st.builds(
    Form,
    order=st.permutations(range(9)).map(tuple),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    ends=st.booleans(),
    indent=st.dictionaries(st.sampled_from(_KEYS), st.sampled_from([0, 2, 4, 7])),
    flow=st.frozensets(st.sampled_from(_KEYS), max_size=2),
    comments=st.frozensets(st.sampled_from(_KEYS)),
    lists=st.sampled_from(["flow", "lines", "block"]),
    root=st.sampled_from([0, 0, 0, 2]),
    last=st.sampled_from([
        "", "\n\n", "# the end\n", "...\n", "description: |\n  two\n\n  # lines\n\n",
        "description: |+\n  two\n\n\n", "description: 'x'\t# tab\n", "name: \u821e\u53f0\n",
    ]),
)  # fmt: skip
CONTENTS = st.builds(
    sections_of_theirs,
    scene=st.sampled_from([ACES, OF_XYZ, NO_REFERENCE]),
    displays=st.sampled_from([XYZ, OF_TENTHS]),
    views=st.sampled_from([SHOWS, OTHER, TONE, SHOWS + "\n" + TONE]),
    transforms=st.sampled_from(["", CURVE]),
    roles=st.sampled_from(["", "  # for hosts\n  scene_linear: ACES2065-1\n"]),
) | st.builds(
    # No displays of light at all: these are for us to begin.
    sections_of_theirs,
    scene=st.sampled_from([ACES, OF_XYZ]),
    displays=st.just(""),
    views=st.just(""),
)
SEARCH_PATHS = st.sampled_from([
    "", "search_path: luts", 'search_path: ""', "search_path:", "search_path: 'luts:more'",
    "search_path: /nowhere/at/all:luts", "search_path: [/nowhere, luts]",
    "search_path:\n  - /nowhere  # gone\n  - luts", "search_path: /nowhere", "search_path: [/tmp]",
    "search_path:\n  - /tmp", 'search_path: "/tmp"  # quoted',
])  # fmt: skip
