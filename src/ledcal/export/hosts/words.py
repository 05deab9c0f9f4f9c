"""What a host's page says, kept as text beside the code: ``templates/NAME-page.template``.

Such a file has paragraphs of the form ``key: text``; lines that follow and are indented by two
spaces go on with it (by more: a command, kept as it stands). ``step`` and ``trap`` come as often
as needed, the other keys of `Page` once. ``$words`` are filled in; ``#`` lines are remarks.
"""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from ledcal.export.hosts.host import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONCE = ("takes", "gives", "interpolation", "interpolates", "check")
_OFTEN = ("step", "trap")


def read_template(name: str) -> Template:
    """A text of ``templates/``, to be filled."""
    return Template(
        files("ledcal.export.hosts").joinpath("templates", f"{name}.template").read_text("utf-8")
    )


def page_of(host: str, words: Mapping[str, str], *, is_scene_linear: bool = False) -> Page:
    """The page of a host, from its text.

    Parameters
    ----------
    host : str
        Whose ``HOST-page.template`` it is.
    words : mapping of str to str
        What is filled in; beside it the sentences that all hosts share.
    is_scene_linear : bool
        As `Page` has it.

    Returns
    -------
    Page
        Filled.

    Raises
    ------
    KeyError
        If the text asks for a word that is not given.
    ValueError
        If it has a key that no page has, or lacks one.
    """
    text = read_template(f"{host}-page").substitute({**_shared(), **words})
    parts = parse_paragraphs(text)
    unknown = {key for key, _ in parts} - {*_ONCE, *_OFTEN}
    once = {key: paragraph for key, paragraph in parts if key in _ONCE}
    if unknown or len(once) != len(_ONCE):
        message = f"{host}-page.template: unknown {sorted(unknown)}, found {sorted(once)}"
        raise ValueError(message)
    step, trap = (tuple(text for key, text in parts if key == name) for name in _OFTEN)
    return Page(
        takes=once["takes"],
        gives=once["gives"],
        interpolation=once["interpolation"],
        steps=step,
        traps=trap,
        check=once["check"],
        is_scene_linear=is_scene_linear,
        interpolates=once["interpolates"],
    )


def parse_paragraphs(text: str) -> list[tuple[str, str]]:
    r"""Take a page's text apart.

    Examples
    --------
    >>> parse_paragraphs("# remark\nstep: copy\n  it:\n\n      cp a b\n  and\n  so on\ntrap: no")
    [('step', 'copy it:\n    cp a b\nand so on'), ('trap', 'no')]
    """
    parts: list[tuple[str, str]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            key, _, rest = line.partition(":")
            parts.append((key.strip(), rest.strip()))
            continue
        key, before = parts[-1]
        if line.startswith("   "):
            parts[-1] = (key, f"{before}\n    {line.strip()}")
        else:
            is_behind_command = before.rpartition("\n")[2].startswith(" ")
            parts[-1] = (key, f"{before}{chr(10) if is_behind_command else ' '}{line.strip()}")
    return parts


def _shared() -> dict[str, str]:
    """Sentences that more than one host has."""
    return dict(parse_paragraphs(read_template("shared").template))
