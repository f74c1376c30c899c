# SPDX-License-Identifier: Apache-2.0
"""For pull requests, job summaries and files."""

from __future__ import annotations

from reports.document import Document
from reports.table import escape, to_markdown


def write(document: Document) -> str:
    """A heading and tables."""
    return "\n\n".join([f"# {escape(document.title)}", *map(to_markdown, document.tables)]) + "\n"
