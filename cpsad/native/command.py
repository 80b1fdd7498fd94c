"""`cpsad cache`: what compiled programs take on the disk, and their removal."""

from __future__ import annotations

import argparse
import sys
from typing import Any

__all__ = ["add_cache"]


def add_cache(commands: Any) -> None:
    cache = commands.add_parser(
        "cache",
        help="show or clear the cache of compiled programs",
        description="Show or clear the cache of programs that backend=\"native\" has compiled.",
        epilog="examples:\n  cpsad cache --info\n  cpsad cache --clear\n\n"
        "It is in $CPSAD_CACHE_DIR, else in the user's cache directory.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    what = cache.add_mutually_exclusive_group()
    what.add_argument("--info", action="store_true", help="where it is, how many programs it holds, and their size (default)")
    what.add_argument("--clear", action="store_true", help="remove all of them")
    cache.set_defaults(run=_cache)


def _cache(options: argparse.Namespace) -> int:
    from ..transforms.errors import CpsadError
    from .compiler import cache_folder, cache_size, clear_cache

    try:
        if options.clear:
            print(f"{clear_cache()} programs removed from {cache_folder()}")
        else:
            count, size = cache_size()
            print(f"{cache_folder()}: {count} programs, {size / 2**20:.1f} MiB")
    except CpsadError as error:
        print(f"cpsad: {error}", file=sys.stderr)
        return 1
    return 0
