# SPDX-License-Identifier: Apache-2.0
"""Errors of reports/: an input that cannot be used is never a number."""

from __future__ import annotations


class ReportError(Exception):
    """A report is missing, empty, truncated, contradictory or not one at all.

    Attributes:
        file: the file, or what stands for it.
        place: field where it was noticed; empty where the whole file is meant.
        text: what is wrong.
        line: where it was noticed, from 1; None where no one line is meant.
    """

    exit_code = 2

    def __init__(self, file: str, text: str, place: str = "", line: int | None = None) -> None:
        where = "" if line is None else f"line {line}"
        super().__init__(": ".join(part for part in (file, where, place, text) if part))
        self.file = file
        self.place = place
        self.text = text
        self.line = line


class UnknownCellError(ReportError):
    """A netlist holds a cell kind whose cost is not known (an unmapped cell, a black box, another family)."""


class SchemaError(ReportError):
    """A report.json breaks its schema."""


class GateInputError(ReportError):
    """A gate was asked for a figure that the report does not hold."""
