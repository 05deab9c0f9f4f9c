"""What the numbers of a picture or clip mean: as declared, else as the file says, else refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.encoding import ENCODINGS, Encoding, canonical_encoding, decode
from ledcal.colorimetry.space import gamut
from ledcal.errors import AmbiguousInputError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is likely where nothing says more: for messages only, by the maker that the file names.
_LIKELY = {
    "sony": "--encoding S-Log3 --camera-space S-Gamut3.Cine",
    "arri": "--encoding LogC4 (ALEXA 35 and later) or --encoding 'LogC3 EI 800'",
    "red": "--encoding Log3G10",
    "panasonic": "--encoding V-Log",
    "canon": "--encoding 'Canon Log 2' or --encoding 'Canon Log 3'",
    "blackmagic": "--encoding 'Blackmagic Film Gen 5'",
    "nikon": "--encoding N-Log",
    "fujifilm": "--encoding F-Log2 or --encoding F-Log",
}
_ANY = "--encoding LogC4, or --encoding S-Log3 --camera-space S-Gamut3.Cine"
_GREY = 0.18


@dataclass(frozen=True, slots=True)
class Declared:
    """What was typed, or stands in stage.toml.

    Attributes
    ----------
    encoding : Encoding or None
        None where nothing was said.
    space : str or None
        Gamut, as `colorimetry.space.gamut` spells it.
    """

    encoding: Encoding | None = None
    space: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of its numbers.

    Attributes
    ----------
    encoding : str
        Name of an encoding; empty where it names none that can be undone.
    space : str
        Name of a gamut; empty where it names none.
    by : str
        Where it says so, for the report.
    display : str
        Encoding for a display that it names, such as ``BT.709``; empty where it names none.
    make : str
        Maker of the camera; empty where unknown.
    """

    encoding: str = ""
    space: str = ""
    by: str = ""
    display: str = ""
    make: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How to read the numbers.

    Attributes
    ----------
    encoding : Encoding
        Signal to light.
    space : str
        Gamut of the light.
    assumptions : tuple of str
        What was declared, read or assumed; printed.
    """

    encoding: Encoding
    space: str
    assumptions: tuple[str, ...]


def declared(image_space: str | None, encoding: str | None) -> Declared:
    """Check what was typed.

    Parameters
    ----------
    image_space : str or None
        Name of a gamut.
    encoding : str or None
        Name of an encoding.

    Returns
    -------
    Declared
        With both as this program spells them.

    Raises
    ------
    InputError
        If one of them is unknown; the message names the option and the nearest.
    """
    try:
        found = None if encoding is None else canonical_encoding(encoding)
    except ValueError as error:
        raise InputError(f"--encoding: {error}") from error
    try:
        space = None if image_space is None else gamut(image_space).name
    except ValueError as error:
        raise InputError(f"--camera-space: {error}") from error
    return Declared(found, space)


def likely(make: str) -> str:
    """The options that a maker's cameras most often need."""
    folded = make.casefold()
    return next((options for word, options in _LIKELY.items() if word in folded), _ANY)


def settle(name: str, said: Declared, stated: Stated, *, kind: str) -> Meaning:
    """Decide what the numbers of a file mean.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    said : Declared
        Wins over what the file says.
    stated : Stated
        What the file says.
    kind : str
        What to call it: ``clip``, ``TIFF``, ...

    Returns
    -------
    Meaning
        Encoding, gamut, and how they are known.

    Raises
    ------
    AmbiguousInputError
        If either is unknown; the message names the options that settle it.
    """
    file_encoding = canonical_encoding(stated.encoding) if stated.encoding else None
    encoding = said.encoding or file_encoding
    if encoding is None:
        raise AmbiguousInputError(_unknown(name, said, stated, kind))
    agrees = file_encoding is not None and file_encoding.curve == encoding.curve
    if said.encoding is not None and agrees and file_encoding is not None:
        # 'LogC3' alone leaves open what the file may say: its exposure index.
        encoding = file_encoding if said.encoding.remark else said.encoding
    how = "as declared" if said.encoding is not None else f"as the file says ({stated.by})"
    usable = stated.space if agrees or encoding.curve in {"linear", "PQ", "HLG"} else ""
    if said.space is not None:
        space, why = said.space, "as declared"
    elif usable:
        space, why = gamut(usable).name, f"as the file says ({stated.by})"
    elif len(encoding.spaces) == 1:
        space, why = encoding.spaces[0], "the gamut that goes with it"
    else:
        raise AmbiguousInputError(_no_space(name, encoding))
    lines = [f"captures: {encoding.name}, {how}, in {space}, {why}"]
    if said.encoding is not None and stated.display:
        lines.append(
            f"the {stated.display} that the file names is left aside, for --encoding says "
            f"{encoding.name}; cameras write it on log too"
        )
    elif said.encoding is not None and file_encoding is not None and not agrees:
        lines.append(
            f"the {file_encoding.name} that the file names ({stated.by}) is left aside, for "
            f"--encoding says {encoding.name}"
        )
    if encoding.remark:
        lines.append(encoding.remark)
    return Meaning(encoding, space, tuple(lines))


def _unknown(name: str, said: Declared, stated: Stated, kind: str) -> str:
    options = likely(stated.make)
    if said.space is not None:
        return (
            f"{name}: --camera-space says which gamut this {kind} is in, but not how its numbers "
            f"encode light: add --encoding NAME ({', '.join(ENCODINGS)})"
        )
    if stated.display:
        what = (
            f"says that its numbers are {stated.display}, made for a display; cameras write that "
            "on log too"
        )
    else:
        what = "does not say how its numbers encode light"
    return (
        f"{name}: this {kind} {what}. If it was recorded in log, say in which, such as {options}; "
        "a Rec.709 look that is baked in cannot be undone: record log or raw"
    )


def _no_space(name: str, encoding: Encoding) -> str:
    if len(encoding.spaces) > 1:
        choices = " or ".join(f"--camera-space {space}" for space in encoding.spaces)
        return f"{name}: {encoding.name} is recorded in more than one gamut; say which: {choices}"
    such = {"linear": "ACES2065-1 or P3-D65"}.get(encoding.curve, "BT.2020")
    return (
        f"{name}: {encoding.name} does not say in which gamut the light is; add --camera-space "
        f"NAME, such as {such}"
    )


def code_remark(encoding: Encoding) -> str:
    """What is taken for granted where a curve of 10-bit codes is read from narrow-range video."""
    if not encoding.is_code_value:
        return ""
    code = np.arange(64.0, 941.0)
    light = decode(encoding, (code - 64.0) / 876.0, is_narrow=True)
    grey = round(float(np.interp(_GREY, light, code)))
    return (
        f"{encoding.name} stands in 10-bit codes as the maker's table has them (18 % grey is "
        f"{grey}); a clip that a grading tool wrote anew may need --encoding '{encoding.name} full'"
    )


def once(lines: Sequence[str]) -> tuple[str, ...]:
    """Every line once, in order, without empty ones."""
    return tuple(dict.fromkeys(line for line in lines if line))
