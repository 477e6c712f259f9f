"""The country's tables as the servers read them, and how a server knows that it has already rendered them."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)


def table_path(directory: Path, registry: str, dataset: str) -> Path:
    """Return the Parquet file of a data set."""
    return directory / "tables" / f"{registry}_{dataset}.parquet"


def fingerprint(directory: Path, registry: str, *sources: str) -> str:
    """Return a text that changes when the registry's tables change, or the code that renders them.

    Args:
        sources: `__file__` of the modules that render the tables.
    """
    digest = hashlib.sha256()
    # A leading underscore marks what the servers need to know beside the data sets.
    for path in sorted(directory.glob(f"tables/{registry}_*.parquet")) + sorted(
        directory.glob(f"tables/_{registry}_*")
    ):
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()


def refresh(target: Path, mark: str, render: Callable[[Path], None]) -> bool:
    """Render into the folder `target`, unless it holds what `mark` names; one rename swaps old for new.

    Returns:
        Whether something was rendered.
    """
    stamp = target.with_name(f"{target.name}.fingerprint")
    if target.is_dir() and stamp.exists() and stamp.read_text() == mark:
        return False
    stamp.unlink(missing_ok=True)
    scratch = target.with_name(f"{target.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    render(scratch)
    shutil.rmtree(target, ignore_errors=True)
    scratch.rename(target)
    stamp.write_text(mark)
    _log.info("Rendered %s.", target)
    return True
