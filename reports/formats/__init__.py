# SPDX-License-Identifier: Apache-2.0
"""One format a file: a document to text. Whatever a report calls its modules, no format lets it drive a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.document import Document
from reports.formats import github, json, junit, markdown, sarif, text

FORMATS: Mapping[str, Callable[[Document], str]] = {
    "text": text.write,
    "markdown": markdown.write,
    "json": json.write,
    "junit": junit.write,
    "sarif": sarif.write,
    "github": github.write,
}
