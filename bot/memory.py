"""Giving memory back to the system after a large load."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_memory_back() -> None:
    """Collect garbage and hand free pages back, where the C library can (glibc).

    Reading an archive and the catalogue leaves holes of some 35 MB that the allocator would keep for good.
    """
    gc.collect()
    # The process's own symbols: no library has to be searched for.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
