# SPDX-License-Identifier: Apache-2.0
"""Errors of reports/: an input that cannot be used is never a number."""

from __future__ import annotations


class ReportError(Exception):
    """A report is missing, empty, truncated, contradictory or not one at all.

    Attributes:
        file: the file, or what stands for it.
        place: line or field where it was noticed; empty where the whole file is meant.
        text: what is wrong.
    """

    exit_code = 2

    def __init__(self, file: str, text: str, place: str = "") -> None:
        super().__init__(": ".join(part for part in (file, place, text) if part))
        self.file = file
        self.place = place
        self.text = text


class UnknownCellError(ReportError):
    """A netlist holds a cell kind whose cost is not known (an unmapped cell, a black box, another family)."""


class SchemaError(ReportError):
    """A report.json breaks its schema."""


class GateInputError(ReportError):
    """A gate was asked for a figure that the report does not hold."""
