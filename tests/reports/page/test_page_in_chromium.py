# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: light and dark, on a phone and at a desk, by mouse and keys, with and without scripts."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from page_checks import CONTRAST, NAMELESS, OVERFLOW, faults
from page_samples import HOSTILE, broken, many, of_report, vivado
from PIL import Image

from reports.page import write_page
from reports.parsed import Figures, Module, Parsed

pytestmark = pytest.mark.system

PHONE, DESK = (360, 740), (1440, 900)
Show = Callable[..., Browser]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Show:
    """Open the page of reports, at a desk in light colours unless told otherwise; `spoil` changes its text before."""

    def opened(
        reports: list[Parsed], size: tuple[int, int] = DESK, spoil: Callable[[str], str] = str, **how: bool
    ) -> Browser:
        path = tmp_path / "page.html"
        write_page(path, reports)
        path.write_text(spoil(path.read_text()))
        chromium.show(path, *size, **how)
        return chromium

    return opened


def sample(kind: str, data: dict[str, Any]) -> list[Parsed]:
    """Reports by name."""
    if kind == "one build":
        return [of_report(data)]
    if kind == "history":
        return [vivado(file=f"{i}.rpt", figures=Figures(lut=100 + i, ff=20, bram18=1.5, dsp=i % 2)) for i in range(30)]
    if kind == "several designs":
        return [of_report(data), of_report(data), vivado(), broken()]
    modules = tuple(Module(f"{above}{text}", Figures(lut=5), text) for text in HOSTILE for above in ("", "top/"))
    return [vivado(top=text, device=text, file=text, modules=modules) for text in HOSTILE[:3]] + [broken(HOSTILE[8])]


@pytest.mark.parametrize("kind", ["one build", "history", "several designs", "hostile names"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wrong(kind: str, size: tuple[int, int], dark: bool, data: dict[str, Any], show: Show) -> None:
    browser = show(sample(kind, data), size, dark=dark)
    assert faults(browser) == []
    picture = Image.open(io.BytesIO(browser.picture(whole=True))).convert("L")
    assert picture.width == size[0] and picture.height > size[1] // 2
    shades = picture.histogram()
    ground = shades.index(max(shades))
    assert (ground < 60) if dark else (ground > 200)
    assert sum(count > 0 for count in shades) > 50, "blank"


SPOILERS = {
    "overflow": (OVERFLOW, lambda text: text.replace("<main", '<hr width="2000"><main')),
    "request": ("request", lambda text: text.replace("<main", '<img src="https://example.invalid/x.png"><main')),
    "script": ("error", lambda text: text.replace("theme();", "theme(); missing();")),
    "contrast": (CONTRAST, lambda text: text.replace("<h1>", '<h1><font color="#aaaaaa">pale</font>')),
    "nameless": (NAMELESS, lambda text: text.replace("<main", '<button type="button"></button><main')),
}


@pytest.mark.parametrize("fault", SPOILERS)
def test_each_fault_is_noticed(fault: str, show: Show) -> None:
    """The checks of the test above see what they look for: a page is spoilt, its policy left out of the way."""
    said, spoil = SPOILERS[fault]
    without = show([vivado()], spoil=lambda text: text.replace("Content-Security-Policy", "off"))
    assert faults(without) == []
    found = faults(show([vivado()], spoil=lambda text: spoil(text.replace("Content-Security-Policy", "off"))))
    assert any(said in text for text in found), found


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine: its address, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}", asked
        found.shutdown()


@pytest.mark.parametrize("policy", [True, False])
def test_the_policy_keeps_foreign_code_and_requests_out(
    policy: bool, show: Show, server: tuple[str, list[str]]
) -> None:
    """Markup that came through would still do nothing; the same markup without the policy does."""
    address, asked = server
    foreign = f'<script>document.title="owned"</script><img src="{address}/x.png"><main'

    def spoil(text: str) -> str:
        return (text if policy else text.replace("Content-Security-Policy", "off")).replace("<main", foreign)

    browser = show([vivado()], spoil=spoil)
    assert browser.run("document.title") == ("top: no gate" if policy else "owned")
    assert asked == ([] if policy else ["/x.png"])
    assert len([error for error in browser.errors if "Content Security Policy" in error]) == (2 if policy else 0)


def labels(browser: Browser) -> list[str]:
    found: list[str] = browser.run("[...document.querySelectorAll('.tree tbody th bdi')].map((e) => e.textContent)")
    return found


def click(browser: Browser, text: str) -> None:
    browser.run(f"[...document.querySelectorAll('button')].find((e) => e.textContent.startsWith({text!r})).click()")


def test_sorting_the_tree_keeps_children_below_their_parents(show: Show) -> None:
    browser = show([vivado()])
    assert labels(browser) == ["top", "core", "mac", "ctl", "io"]
    sort = "document.querySelectorAll('.tree thead button')[{}].click()"
    browser.run(sort.format(2))
    assert labels(browser) == ["top", "core", "mac", "ctl", "io"]
    browser.run(sort.format(2))
    assert labels(browser) == ["top", "io", "core", "ctl", "mac"]
    browser.run(sort.format(0))
    assert labels(browser) == ["top", "core", "ctl", "mac", "io"]
    states = "[...document.querySelectorAll('.tree thead th')].map((e) => e.getAttribute('aria-sort'))"
    assert browser.run(states) == ["ascending", None, None, None, None]


def test_a_figure_that_is_missing_sorts_last_in_both_directions(show: Show) -> None:
    rows = [("a", 5), ("b", None), ("c", 0), ("d", 7)]
    browser = show([vivado(modules=tuple(Module(path, Figures(lut=lut)) for path, lut in rows))])
    for expected in (["d", "a", "c", "b"], ["c", "a", "d", "b"]):
        browser.run("document.querySelectorAll('.tree thead button')[2].click()")
        assert labels(browser) == expected


def test_flat_tables_sort_by_value_not_by_text(show: Show) -> None:
    builds = [vivado(file=f"{lut}.rpt", figures=Figures(lut=lut), modules=()) for lut in (900, 10_000, 1_500)]
    browser = show(builds)
    table = "[...document.querySelectorAll('table')].find((t) => t.caption.textContent.startsWith('Figures'))"
    browser.run(f"{table}.querySelectorAll('thead button')[2].click()")
    rows = browser.run(f"[...{table}.tBodies[0].rows].map((row) => row.cells[0].textContent)")
    assert rows == ["10000.rpt", "1500.rpt", "900.rpt"]


def test_the_filter_finds_names_kinds_and_paths(show: Show) -> None:
    browser = show([vivado()])
    field = "document.querySelector('.controls input')"
    for typed, expected in (("mac", ["top", "core", "mac"]), ("core/c", ["top", "core", "ctl"]), ("nothing", [])):
        browser.run(f"{field}.value = ''; {field}.focus()")
        browser.write(typed)
        assert labels(browser) == expected
    assert "0 of 5 modules shown, 0 found" in browser.run("document.querySelector('.tree [role=status]').textContent")
    browser.run(f"{field}.value = ''; {field}.dispatchEvent(new Event('input'))")
    assert len(labels(browser)) == 5


def test_the_tree_opens_and_closes_by_mouse_and_by_keys(show: Show) -> None:
    browser = show([vivado()])
    click(browser, "Collapse all")
    assert labels(browser) == ["top"]
    browser.run("document.querySelector('.toggle').focus()")
    browser.press("Enter")
    assert labels(browser) == ["top", "core", "io"]
    state = "[document.activeElement.getAttribute('aria-label'), document.activeElement.getAttribute('aria-expanded')]"
    assert browser.run(state) == ["top, 2 below", "true"]
    browser.press("ArrowDown")
    browser.press("ArrowRight")
    assert browser.run(state) == ["core, 2 below", "true"] and len(labels(browser)) == 5
    browser.press("ArrowLeft")
    assert browser.run(state) == ["core, 2 below", "false"] and len(labels(browser)) == 3
    click(browser, "Expand all")
    assert len(labels(browser)) == 5


def test_twenty_thousand_rows_stay_usable(show: Show) -> None:
    browser = show([vivado(modules=many(20_000))])
    assert 1 <= len(labels(browser)) <= 40
    started = time.monotonic()
    click(browser, "Expand all")
    assert len(labels(browser)) == 200
    browser.run("document.querySelectorAll('.tree thead button')[2].click()")
    browser.run("document.querySelector('.controls input').focus()")
    browser.write("leaf_7")
    assert len(labels(browser)) == 200
    assert "1,000 found" in browser.run("document.querySelector('.tree [role=status]').textContent")
    click(browser, "Show 200 more of")
    assert len(labels(browser)) == 400
    assert time.monotonic() - started < 5


def test_the_map_shows_the_figure_that_is_chosen(show: Show) -> None:
    browser = show([vivado()])
    shown = "[...document.querySelectorAll('.figure')].filter((e) => e.offsetHeight).map((e) => e.className)"
    assert browser.run(shown) == ["figure lut"]
    browser.run("document.querySelector('.choice input').focus()")
    browser.press("ArrowRight")
    assert browser.run(shown) == ["figure bram18"]


def test_colours_follow_the_system_until_a_person_chooses(show: Show) -> None:
    browser = show([vivado()])
    ground = "getComputedStyle(document.body).backgroundColor"
    light = browser.run(ground)
    browser.prefer(dark=True)
    dark = browser.run(ground)
    browser.settle()
    assert light != dark and browser.run("document.getElementById('theme').textContent") == "☀ Light"
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) == light
    browser = show([vivado()], dark=True)
    assert browser.run(ground) == light, "the choice is kept"
    browser.run("localStorage.clear()")


def test_without_a_script_everything_can_be_read(show: Show, data: dict[str, Any]) -> None:
    browser = show([of_report(data), of_report(data), vivado()], script=False)
    assert browser.errors == []
    count = "document.querySelectorAll('{}').length"
    assert browser.run(count.format(".tree tbody tr")) == 8 and browser.run(count.format(".chart")) > 5
    hidden = "[...document.querySelectorAll('.controls, #theme, .more')].every((e) => !e.offsetHeight)"
    assert browser.run(hidden) and browser.run(count.format("table button")) == 0
    browser.run("document.querySelector('.choice input[value=bram18]').click()")
    assert browser.run("document.querySelector('.figure.bram18').offsetHeight") > 100


def test_focus_is_seen_on_every_stop_of_the_tab_key(show: Show, data: dict[str, Any]) -> None:
    browser = show([of_report(data)])
    outlined = (
        "((e) => [e.tagName, [e, e.nextElementSibling].some((x) => x && getComputedStyle(x).outlineStyle !== 'none')])"
        "(document.activeElement)"
    )
    seen = []
    for _ in range(25):
        browser.press("Tab")
        seen.append(browser.run(outlined))
    assert {tag for tag, _ in seen} >= {"A", "BUTTON", "INPUT", "DIV", "SUMMARY"}
    assert [tag for tag, visible in seen if not visible] == []


def test_print_leaves_out_what_only_a_screen_can_use(show: Show) -> None:
    browser = show([vivado()], dark=True)
    browser.prefer(dark=True, medium="print")
    assert browser.run("[...document.querySelectorAll('.controls, .choice, #theme')].every((e) => !e.offsetHeight)")
    assert browser.run("document.querySelector('.map').getBoundingClientRect().height") > 100
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.run("[...document.querySelectorAll('details')].every((e) => e.open)")
