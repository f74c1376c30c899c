# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with a page in a browser, each as a sentence."""

from __future__ import annotations

from browser import Browser

OVERFLOW, CONTRAST, NAMELESS = "wider than the window", "contrast", "has no name"
LEAST = 4.5
"""WCAG 2.2, 1.4.3 (AA): contrast of text to its ground; 3 where it is large."""

_CONTRAST = """
(() => {
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const rect = at.tagName === "svg" ? at.querySelector(":scope > rect") : null;
      const colour = rgba(rect ? getComputedStyle(rect).fill : getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = new Set();
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || node.closest("title, script, noscript") || !node.checkVisibility({ visibilityProperty: true })) {
      continue;
    }
    const style = getComputedStyle(node);
    const [a, b] = [light(rgba(node.namespaceURI.endsWith("svg") ? style.fill : style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : LEAST)) found.add(`contrast ${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...found];
})()
"""
_NAMELESS = """
[...document.querySelectorAll("button, a, input, [role=img], [role=region]")].filter((e) =>
  !(e.textContent.trim() || e.getAttribute("aria-label") || e.ariaLabel || e.closest("label"))).map((e) => e.outerHTML)
"""


def faults(browser: Browser) -> list[str]:
    """Everything that is wrong with the page in sight: errors, requests, overflow, contrast, names."""
    wide, window = browser.run("[document.documentElement.scrollWidth, innerWidth]")
    found = [f"error: {text}" for text in browser.errors]
    found += [f"request: {url}" for url in browser.requests[1:] if not url.startswith("data:")]
    found += [f"{wide} pixels, {OVERFLOW} of {window}"] if wide > window else []
    found += browser.run(_CONTRAST.replace("LEAST", str(LEAST)))
    found += [f"{text} {NAMELESS}" for text in browser.run(_NAMELESS)]
    return found
