"""A config and its tables in one file: OpenColorIO's .ocioz, a zip that is the folder as it is."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# A zip has dates; the same content shall be the same file.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(path: Path, *, folder: Path, files: Sequence[Path]) -> None:
    """Pack files of a folder, paths with forward slashes, config.ocio at the top.

    OpenColorIO's own archiver writes the config anew, without its comments, and before 2.5
    writes paths with backslashes on Windows, which other systems cannot read.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
