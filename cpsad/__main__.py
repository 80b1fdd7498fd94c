"""`python -m cpsad` is the command `cpsad`."""

import sys

from cpsad.cli import main

if __name__ == "__main__":
    sys.exit(main())
