"""What of a config folder is ours to replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledcal.errors import InputError
from ledcal.export.ocio.seal import sealed, sealed_files, written_in

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.ocio.config import ConfigFiles

TEXT = sealed("ocio_profile_version: 2.1\nname: Bühne\n", ["luts/a_65.cube", "a.ocioz"])


def test_a_config_knows_its_files(several: ConfigFiles) -> None:
    folder = several.config.parent
    names = [path.relative_to(folder).as_posix() for path in several.files]
    assert written_in(folder) == names


@pytest.mark.parametrize(
    "text",
    [TEXT, TEXT.rstrip("\n"), TEXT.replace("\n", "\r\n"), TEXT + "\n"],
    ids=["as it was", "no end", "Windows", "one more end"],
)
def test_line_ends_do_not_count(text: str) -> None:
    assert sealed_files(text.encode()) == ["luts/a_65.cube", "a.ocioz"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("2.1", "2.3"),
        TEXT.replace("Bühne", "Buehne"),
        "# mine\n" + TEXT,
        TEXT + "# mine\n",
        TEXT.split("#", maxsplit=1)[0],
        TEXT.replace("sha256 above ", "sha256 above 0"),
        "",
    ],
)
def test_a_change_is_seen(text: str, tmp_path: Path) -> None:
    assert sealed_files(text.encode()) is None
    (tmp_path / "config.ocio").write_text(text, "utf-8")
    with pytest.raises(InputError, match="not written by ledcal, or changed since"):
        written_in(tmp_path)


def test_no_config_is_nobodys(tmp_path: Path) -> None:
    assert written_in(tmp_path) == []
    assert written_in(tmp_path / "not there") == []


def test_names_are_no_globs(tmp_path: Path) -> None:
    (tmp_path / "config.ocio").write_text(sealed("a\n", ["luts/a[1]_65.cube"]), "utf-8")
    assert written_in(tmp_path) == ["config.ocio", "luts/a[[]1]_65.cube"]
