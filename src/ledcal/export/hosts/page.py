"""README.md of a host's folder, one page for whoever sets the host up in the dark, and trouble."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ledcal.export.check_pictures import picture_names
from ledcal.export.hosts.linear709 import ACESCG, in_space
from ledcal.values.export import code_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledcal.export.check_colours import Mistake
    from ledcal.export.hosts.host import Host, Page
    from ledcal.export.ocio.names import DisplayNames
    from ledcal.values.export import CheckColour, WallCorrection

    Triple = tuple[float, float, float]

_WIDTH = 100


def format_page(
    host: Host,
    page: Page,
    walls: Sequence[WallCorrection],
    checks: Sequence[Sequence[CheckColour]],
    *,
    displays: Mapping[int, DisplayNames],
    made: str,
    files: Iterable[str],
) -> str:
    """Write the page.

    Parameters
    ----------
    host : Host
        Whose folder it is.
    page : Page
        What its module says.
    walls : sequence of WallCorrection
        The corrections in it.
    checks : sequence of sequence of CheckColour
        For each wall.
    displays : mapping of int to DisplayNames
        What walls are called in the config that is among the files, by their place in `walls`.
    made : str
        When and by what.
    files : iterable of str
        What the host's module wrote, relative paths.

    Returns
    -------
    str
        Markdown that reads well as plain text.
    """
    parts = [
        f"# LED wall correction: {host.title}",
        *(_wall(wall, displays.get(i), made) for i, wall in enumerate(walls)),
        _colours_in_and_out(page),
        _section("First: is this copy whole?", _WHOLE),
        _section("Steps", _numbered(page.steps)),
        _section("Check", _check(page, walls, checks)),
        _section("What is here", _files(files)),
    ]
    return "\n\n".join(parts) + "\n"


def format_trouble(
    host: Host,
    page: Page,
    walls: Sequence[WallCorrection],
    checks: Sequence[Sequence[CheckColour]],
    wrong: Sequence[Mistake],
    *,
    has_displays: bool,
) -> str:
    """Write the other page: what goes wrong on a host, and what check colours become then.

    Parameters
    ----------
    host, page, walls, checks
        As `format_page` takes them.
    wrong : sequence of Mistake
        What the second check colour of the first wall becomes by mistakes.
    has_displays : bool
        Whether the correction is chosen by a config's displays.

    Returns
    -------
    str
        Markdown that reads well as plain text.
    """
    text = _wrong(page, walls, checks, wrong, has_displays=has_displays)
    return f"# If it looks wrong: {host.title}\n\n{text}\n"


_WHOLE = """\
    python3 check_bundle.py         (Windows: py check_bundle.py)

on the host, before anything is loaded, and on every backup: it needs nothing but Python 3.7 or
later, says what is missing or was changed, and leaves with exit code 6 then. In the folder that
holds calibration_profiles, `ledcal bundle check PATH --profile NAME` also says whether the copy is
of that profile. Do not edit files here: export again. The folder may be moved as a whole."""


def _wall(wall: WallCorrection, displays: DisplayNames | None, made: str) -> str:
    its, target, identity = wall.wall, wall.target, wall.identity
    size = f"{its.width_px} x {its.height_px}"
    lines = [
        ("Wall", f"{its.name}: {size}, {its.eotf}, peak {its.peak_nits:g} nits, {its.gamut.name}"),
        ("Camera", wall.camera.model or "not stated"),
        ("Content", f"{target.gamut.name}, {target.eotf}, full range"),
        ("", f"light above {target.peak_nits:g} nits is held there"),
        ("Profile" if identity.kind == "profile" else "From", f"{identity.name}{_origin(wall)}"),
    ]
    if wall.quality is not None:
        before, after = wall.quality.before, wall.quality.after
        figures = f"{before.median:.2f} before, {after.median:.2f} after (median), "
        figures += f"{before.p95:.2f} and {after.p95:.2f} (95 %)"
        lines.append(("Fit", f"delta E ITP {figures}"))
    if displays is not None:
        lines.append(("Displays", f"{displays.calibrated}"))
        lines.append(("", f"{displays.uncalibrated} (for comparison)"))
        lines.append(("View", displays.view))
    lines.append(("Written", made))
    return "\n".join(f"    {name:<9} {text}" for name, text in lines)


def _origin(wall: WallCorrection) -> str:
    identity = wall.identity
    fitted = f", fitted {identity.created[:16].replace('T', ' ')}" if identity.created else ""
    return f"{fitted}, sha256 {identity.sha256[:16]}"


def _colours_in_and_out(page: Page) -> str:
    return "\n".join(
        _wrapped(text)
        for text in (
            f"In: {page.takes}",
            f"Out: {page.gives}",
            f"Interpolation: {page.interpolation}",
        )
    )


def _check(
    page: Page, walls: Sequence[WallCorrection], checks: Sequence[Sequence[CheckColour]]
) -> str:
    linear = page.is_scene_linear
    light = page.light.partition(" (")[0]
    head = (f"enter {light}", "uncalibrated", "calibrated") if linear else ("enter", "comes out")
    tables = []
    for number, (wall, colours) in enumerate(zip(walls, checks, strict=True), 1):
        rows = [("", *head)]
        for colour in colours:
            entered = [_linear(colour, page.light)] if linear else []
            codes = [_code(code) for code in (colour.content, _expected(page, colour))]
            rows.append((colour.name, *entered, *codes))
        pictures = " and ".join(picture_names(number, is_scene_linear=linear))
        named = f"{wall.wall.name} ({wall.label.name}), {pictures}:\n\n"
        tables.append((named if len(walls) > 1 else "") + _table(rows))
    shown, how = (text[linear].format(light=light) for text in (_PICTURES, _HOW_TO_READ))
    return "\n\n".join([_wrapped(page.check), _wrapped(shown), *tables, _wrapped(how)])


_PICTURES = {
    True: "check_in.exr holds the three colours side by side as light in {light}, "
    "check_out.png the calibrated codes that must come out.",
    False: "check_in.png holds the three colours to enter side by side, 16 bit; check_out.png what "
    "must come out.",
}


_CODES = "Codes are 0..1, then full-range 10 bit, where one step off is rounding."
_HOW_TO_READ = {
    True: f"{{light}}: light, 1.0 = 100 nits. {_CODES} Uncalibrated: the correction is off.",
    False: f"{_CODES} With the correction off, what is entered comes out.",
}


def _wrong(
    page: Page,
    walls: Sequence[WallCorrection],
    checks: Sequence[Sequence[CheckColour]],
    wrong: Sequence[Mistake],
    *,
    has_displays: bool,
) -> str:
    lines = [_bullet(trap) for trap in page.traps]
    if wrong:
        colour = checks[0][1]
        which = f"{colour.name} of {walls[0].wall.name}" if len(walls) > 1 else colour.name
        right = _code(_expected(page, colour))
        lines += [_bullet(f"If {which} comes out as below, and not as {right}:"), ""]
        rows = [(_code(one.code), one.cause) for one in wrong]
        if page.is_scene_linear and has_displays:
            rows.append(("what was entered", "no transform at all: its file was not found"))
        lines.append(_table(rows))
    return "\n".join(lines)


def _files(files: Iterable[str]) -> str:
    own = (
        ("README.md", "this page"),
        ("IF_IT_LOOKS_WRONG.md", "what goes wrong on this host, and how it looks"),
        ("ledcal-bundle.json", "the same for programs: wall, profile, check colours"),
        ("check_bundle.py", "tells whether this copy is whole"),
        ("ascmhl/", "ASC MHL: hashes of all files, for offload tools"),
    )
    return _table([*((name, "") for name in sorted(files)), *own])


def _expected(page: Page, colour: CheckColour) -> Triple:
    return colour.trilinear if page.interpolates == "trilinear" else colour.wall


def _linear(colour: CheckColour, space: str) -> str:
    """What is entered: exact in ACEScg, which has three decimals; four of any other space."""
    if space == ACESCG:
        return " ".join(f"{value:.3f}" for value in colour.acescg)
    value = in_space(colour, space)
    if min(value) < 0.0:
        return "(not in this space)"
    return " ".join(f"{part:.4f}" for part in value)


def _code(code: Triple) -> str:
    """Code 0..1 and as 10 bit.

    Examples
    --------
    >>> _code((0.0, 0.5, 1.0))
    '0.0000 0.5000 1.0000  0 512 1023'
    """
    steps = " ".join(str(value) for value in code_values(code))
    return f"{' '.join(f'{value:.4f}' for value in code)}  {steps}"


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _numbered(steps: Sequence[str]) -> str:
    return "\n".join(_hanging(f"{number}. ", step) for number, step in enumerate(steps, 1))


def _bullet(text: str) -> str:
    return _hanging("- ", text)


def _hanging(mark: str, text: str) -> str:
    """Wrap a text behind a mark; lines of it that are indented (commands) stay as they are."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        if paragraph.startswith(" "):
            lines.append(" " * len(mark) + paragraph)
            continue
        first = mark if not lines else " " * len(mark)
        lines += textwrap.wrap(
            paragraph,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return _hanging("", text)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns as preformatted text: read in Notepad as on a web page."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "    " + "   ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
