# SPDX-License-Identifier: Apache-2.0
"""`report_utilization -hierarchical -format xml` of Vivado, which FINN keeps as post_synth_resources.xml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from reports.errors import ReportError
from reports.parsed import Draft
from reports.parsers.vivado_hier import TITLE, HierarchyReader
from reports.parsers.vivado_text import stage_of
from reports.source import Source

KIND = "finn_post_synth_resources_xml"
LARGEST = 64 * 2**20


def recognise(source: Source) -> str | None:
    """`finn_post_synth_resources_xml` or None."""
    head = source.head
    return KIND if "<RptDoc" in head and TITLE in head else None


def read(source: Source, draft: Draft) -> None:
    """The same table as the text report's, cell by cell."""
    try:
        if source.path.stat().st_size > LARGEST:
            raise ReportError(source.name, f"is larger than {LARGEST} bytes; not a report of FINN")
        _read(source, draft)
    except (ParseError, DefusedXmlException, UnicodeError, ValueError, LookupError) as error:  # unknown encoding
        raise ReportError(source.name, f"is not whole XML ({str(error)[:100]})") from error
    except OSError as error:
        raise ReportError(source.name, f"cannot be read ({error.strerror})") from error


def _read(source: Source, draft: Draft) -> None:
    draft.tool = "FINN+Vivado"
    reader: HierarchyReader | None = None
    for number, cells in enumerate(_rows(source, draft), 1):
        if reader is None:
            reader = HierarchyReader([cell.strip() for cell in cells], draft, number, source.name)
        elif cells:
            reader.row(cells, number)
    if reader is None:
        raise ReportError(source.name, "has no table of the hierarchy")
    reader.finish()


def _rows(source: Source, draft: Draft) -> Iterator[list[str]]:
    """Texts of each row; the header first."""
    tables = 0
    root: Any = None
    with source.open() as file:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start":
                if root is None:
                    root = element
                    _head(element, draft)
                elif element.tag == "table":
                    tables += 1
                    if tables > 1:
                        raise ReportError(source.name, "has a second table; two designs in one file?")
            elif element.tag == "tablerow":
                cells = [cell for cell in element if cell.tag in ("tableheader", "tablecell")]
                yield [cell.get("contents", "") for cell in cells]
                element.clear()


def _head(root: Any, draft: Draft) -> None:
    if root.tag != "RptDoc":
        raise ValueError("its root is not RptDoc")
    draft.top, draft.device, draft.state = root.get("designname"), root.get("partname"), root.get("designstate")
    draft.stage = stage_of(draft.state or "")
    for key, value in (("designname", draft.top), ("partname", draft.device), ("designstate", draft.stage)):
        if not value:
            draft.problem("is missing or not known", field=key)
