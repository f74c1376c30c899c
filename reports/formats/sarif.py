# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0 (OASIS): one result a finding, for code-scanning pages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reports.document import Document
from reports.schema import FAIL, PASS
from reports.table import clean
from reports.verdict import ERROR, NOTE, Finding
from reports.version import version

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {PASS: ("pass", "none"), FAIL: ("fail", "error"), ERROR: ("fail", "error"), NOTE: ("informational", "none")}


def write(document: Document) -> str:
    """The findings of a document."""
    rules = list(dict.fromkeys(finding.rule for finding in document.findings))
    run = {
        "tool": {"driver": {"name": "reports", "version": version(), "rules": [_rule(rule) for rule in rules]}},
        "invocations": [{"executionSuccessful": not any(f.status == ERROR for f in document.findings)}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.rule)) for finding in document.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1).replace("##", "#\\u0023") + "\n"


def _rule(rule: str) -> dict[str, Any]:
    return {"id": clean(rule), "shortDescription": {"text": f"{clean(rule)}: docs/reports.md"}}


def _result(finding: Finding, index: int) -> dict[str, Any]:
    kind, level = _KINDS[finding.status]
    identity = "\n".join((finding.file, finding.rule, finding.subject or ""))
    place = {"artifactLocation": {"uri": _uri(finding.file)}, "region": {"startLine": finding.line or 1}}
    return {
        "ruleId": clean(finding.rule),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": clean(finding.text)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode(errors="replace")).hexdigest()},
    }


def _uri(file: str) -> str:
    path = Path(file)
    if path.is_absolute():
        return "file://" + quote(str(path), errors="replace")
    return quote(path.as_posix(), errors="replace")
