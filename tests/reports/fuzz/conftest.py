# SPDX-License-Identifier: Apache-2.0
"""Samples of the parsers' tests are spoilt here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "parsers")]
