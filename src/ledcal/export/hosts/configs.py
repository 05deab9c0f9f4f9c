"""What the pages of hosts that take an OCIO config say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts.tables import either
from ledcal.export.ocio.names import encoding_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledcal.export.ocio.config import ConfigFiles
    from ledcal.values.export import WallCorrection


def config_words(config: ConfigFiles, walls: Sequence[WallCorrection]) -> dict[str, str]:
    """Words for `page_of`: the displays and tables of a config, and what goes in and out.

    Parameters
    ----------
    config : ConfigFiles
        The config in the host's folder.
    walls : sequence of WallCorrection
        The corrections in it.

    Returns
    -------
    dict
        ``calibrated``, ``uncalibrated``, ``view``, ``corrections`` (names in the config),
        ``tables`` (files), ``content`` (the codes that the tables take), ``wall_eotf``; each as
        part of a sentence.
    """
    tables = config.files[1 : 1 + len(walls)]
    folder = config.config.parent
    return {
        "calibrated": _either(f"'{names.calibrated}'" for names in config.displays),
        "uncalibrated": _either(f"'{names.uncalibrated}'" for names in config.displays),
        "corrections": _either(f"'{names.correction}'" for names in config.displays),
        "view": f"'{config.displays[0].view}'",
        "tables": _either(path.relative_to(folder).as_posix() for path in tables),
        "content": _either(encoding_words(wall.target) for wall in walls),
        "wall_eotf": _either(wall.wall.eotf for wall in walls),
    }


def _either(texts: Iterable[str]) -> str:
    """Each once, in one line, as part of a sentence."""
    return either([" ".join(text.split()) for text in dict.fromkeys(texts)])
