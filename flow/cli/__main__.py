# SPDX-License-Identifier: Apache-2.0
import sys

from flow.cli import main

sys.exit(main())
