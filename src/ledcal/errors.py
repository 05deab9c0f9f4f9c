"""Everything that can go wrong for the user, grouped by what they should do next.

Every message is one sentence or two: what, where, value against limit, what to do.
The exit codes are those of DESIGN.md section 4; `cli` is the only place that uses them.
"""

from __future__ import annotations


class LedcalError(Exception):
    """Base of every expected failure. Caught by the command line, never a traceback.

    Attributes
    ----------
    exit_code : int
        What the command line exits with.
    """

    exit_code: int = 1


class SystemFault(LedcalError):
    """It could not be done here: disk full, no permission, a library that will not load."""

    exit_code = 1


class InputError(LedcalError):
    """What was typed or written is wrong: options, stage.toml, plan.json, idt.json, a csv."""

    exit_code = 2


class CaptureError(LedcalError):
    """The capture cannot be used: shoot again."""

    exit_code = 3


class UnreadableFileError(CaptureError):
    """One file cannot be measured safely; names the reason and the transcode that helps."""


class ToleranceError(LedcalError):
    """It was measured, and it is out of tolerance (`--strict`)."""

    exit_code = 4


class AmbiguousInputError(LedcalError):
    """The input can be read in more than one way: names the option that settles it."""

    exit_code = 5


class ProfileError(InputError):
    """A profile folder that is missing, damaged, or newer than this program."""


class ExportError(SystemFault):
    """A file that was written does not read back as it should; it was not kept."""


class BundleMismatchError(LedcalError):
    """A host's copy of a bundle is not whole, was changed, or is of another profile."""

    exit_code = 6
