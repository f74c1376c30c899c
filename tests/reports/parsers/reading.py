# SPDX-License-Identifier: Apache-2.0
"""What the fixture `read` is."""

from __future__ import annotations

from collections.abc import Callable

from reports.parsed import Parsed

Read = Callable[[str], Parsed]
