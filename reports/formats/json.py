# SPDX-License-Identifier: Apache-2.0
"""For programs: ASCII only, one object."""

from __future__ import annotations

import json

from reports.document import Document


def write(document: Document) -> str:
    """The data of a document. `##` is written with an escape: some CI servers look for it in any line."""
    return json.dumps(document.data, indent=1, allow_nan=False).replace("##", "#\\u0023") + "\n"
