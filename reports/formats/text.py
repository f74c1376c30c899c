# SPDX-License-Identifier: Apache-2.0
"""For the terminal."""

from __future__ import annotations

from reports.document import Document
from reports.table import clean, harmless, to_text


def write(document: Document) -> str:
    """The title and the tables."""
    return "\n\n".join([harmless(clean(document.title)), *map(to_text, document.tables)]) + "\n"
