# SPDX-License-Identifier: Apache-2.0
"""HTML from texts: whatever is not made by `element` is escaped, so no name of a report becomes markup."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from reports.table import clean

LONGEST_NAME = 160
_EMPTY = frozenset({"rect", "circle", "line", "polyline", "input"})


class Html(str):
    """A text that is markup already."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str | float | bool | None) -> Html:
    """An element of HTML or SVG; children and attributes are escaped unless they are markup.

    Attributes that are None or False are left out; a `_` in a name is a `-`, one at the end is dropped.

    >>> element("td", "<b>", class_="name", colspan=2)
    '<td class="name" colspan="2">&lt;b&gt;</td>'
    """
    parts = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.removesuffix("_").replace("_", "-")
        parts.append(key if value is True else f'{key}="{escape(str(value))}"')
    if tag in _EMPTY and not children:
        return Html(f"<{' '.join(parts)}/>")
    return Html(f"<{' '.join(parts)}>{join(children)}</{tag}>")


def join(parts: Iterable[str]) -> Html:
    """Parts one after the other, escaped unless they are markup."""
    return Html("".join(part if isinstance(part, Html) else escape(part, quote=False) for part in parts))


def shown(text: str, longest: int = LONGEST_NAME) -> str:
    """A name of a report as the page shows it: no control or bidi characters, and a long one with its middle cut.

    >>> shown("a" * 1000, 20)
    'aaaaaaaaaaaaa… (1,000 characters)'
    """
    kept = text if len(text) <= longest else f"{text[: longest * 2 // 3]}… ({len(text):,} characters)"
    return kept if kept.isprintable() else clean(kept)


def name(text: str, longest: int = LONGEST_NAME) -> Html:
    """A name of a report, apart from the direction of the text around it."""
    return element("bdi", shown(text, longest))


def data_block(identity: str, value: Any) -> Html:
    """JSON for the page's script; nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return element("script", Html(text), type="application/json", id=identity)
