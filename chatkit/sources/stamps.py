"""The stamp that generated data carries: without it, data is taken for real."""

from __future__ import annotations

from pathlib import Path

STAMP = "FICTION.txt"


def is_fictional(path: Path) -> bool:
    """Whether a folder, or the folder of a file, bears the stamp of generated data."""
    return ((path if path.is_dir() else path.parent) / STAMP).exists()
