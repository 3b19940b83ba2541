"""Starts the pinned AWS emulator with its gaps mended, in one process and in the foreground.

Settings, all by environment variable besides the emulator's own:
  CURFEW_MENDS   "all" (default), "none" for the stock emulator, or the names of single mends, comma-separated.
  CURFEW_FUNCTION_LIMIT   how many function processes may work at once; default 64.
"""

import os
import sys

import mends


def main() -> None:
    wanted = os.environ.get("CURFEW_MENDS", "all")
    names = {"all": mends.NAMES, "none": ()}.get(wanted) or tuple(filter(None, wanted.replace("none", "").split(",")))
    mends.apply(names)
    sys.argv = sys.argv[:1]  # the emulator parses the command line too, and no option of it is ours

    from ministack import app

    app.main()


if __name__ == "__main__":
    main()
