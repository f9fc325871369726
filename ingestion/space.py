"""Is a disk full? Then it is said which file did not fit, and what to do."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

# Beyond a quota, or beyond the largest file that is allowed, is as good as full.
_WORDS = (
    *map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)),
    "No usable temporary directory",
    "failed to offload",  # DuckDB, of what does not fit into memory
)


class DiskFull(Exception):
    """There is no room for what a load writes; the message says where."""


def is_full(error: Exception) -> bool:
    """Whether this is the reason; DuckDB passes on the words of the system."""
    return any(words in str(error) for words in _WORDS)


@contextmanager
def room_in(store: Path) -> Iterator[None]:
    """Raises DiskFull where what is done inside finds no room in `store`, or for temporary files."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if not is_full(error):
            raise
        names_a_path = re.search(r"['\"]/", str(error))
        raise full(error, "" if names_a_path else f" ({store}, or temporary files)") from None


def full(error: Exception, where: str = "") -> DiskFull:
    return DiskFull(
        f"The disk is full: {str(error).splitlines()[0].rstrip('.')}{where}. Free some space there, or set "
        "DASHBOARD_DATA_DIR (for the store) or TMPDIR (for temporary files) to a larger disk; then load again. "
        "The last published data is still served."
    )
