"""What the files of a profile say of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledcal.values.export import Label

if TYPE_CHECKING:
    from ledcal.values.profile import Profile
    from ledcal.values.stage import Target, Wall

# How the lines of our files begin, by which they are known again.
OURS = "LED wall correction by ledcal"
INVERSE = "INVERSE of an LED wall correction"
REPACKAGED = "table from elsewhere, repackaged by ledcal"


def label_of(profile: Profile) -> Label:
    """Say in a few lines whose a correction is, what it takes and what it gives."""
    camera, made = profile.stage.camera, profile.provenance
    takes, gives = takes_and_gives(profile.stage.wall, profile.stage.target)
    return Label(
        name=profile.name,
        takes=takes,
        gives=gives,
        lines=(
            f"{OURS} {made.ledcal_version}",
            f"profile: {profile.name}",
            f"camera: {camera.model or 'not stated'}; made {made.created}",
            "interpolate tetrahedrally; last step before the LED processor; apply once",
        ),
    )


def takes_and_gives(wall: Wall, target: Target) -> tuple[str, str]:
    """The codes that go into a correction, and those that come out."""
    held = f"held at {target.peak_nits:g} nits"
    return (
        f"content code, {target.gamut.name}, {target.eotf}, full range, {held}",
        f"code for wall {wall.name}, {wall.eotf}, full range, peak {wall.peak_nits:g} nits",
    )


def inverse_label(label: Label, *, lost: float) -> Label:
    """What a file says of itself that leads from wall code back to content code.

    Parameters
    ----------
    label : Label
        Of the correction.
    lost : float
        Share of the content's codes, 0..1, that the wall cannot make.

    Examples
    --------
    >>> back = inverse_label(Label("north", "content", "wall", ("made today",)), lost=0.052)
    >>> back.name, back.takes, back.gives, back.lines[0]
    ('north-inverse', 'wall', 'content', 'INVERSE of an LED wall correction: never for the wall')
    """
    lines = (line for line in label.lines if not line.startswith("interpolate"))
    return replace(
        label,
        name=f"{label.name}-inverse",
        takes=label.gives,
        gives=label.takes,
        lines=(
            f"{INVERSE}: never for the wall",
            *lines,
            f"{100.0 * lost:.1f} % of the content's codes, beyond the wall, do not come back",
            "interpolate tetrahedrally",
        ),
    )
