"""``python -m smtp2go_kit``: the command line, as ``smtp2go-kit``."""

import sys

from smtp2go_kit.cli import main

if __name__ == "__main__":
    sys.exit(main())
