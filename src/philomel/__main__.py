"""`python -m philomel` is the program `philomel`."""

import sys

from philomel.app.cli import main

sys.exit(main())
