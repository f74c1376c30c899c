# SPDX-License-Identifier: Apache-2.0
"""Names that try to drive a terminal, a page, an XML reader or a CI server."""

NAMES = (
    "\x1b[2J\x1b]0;title\x07", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "::set-output name=a::b",
    "\n::error::injected", "\r\n::add-mask::x", "##[error]injected", "##vso[task.setvariable variable=a]b", "]]>",
    "<!--",
    "&lt;b&gt;&amp;&#60;", "`code`", "[x](javascript:alert(1))", "![i](http://example.invalid/i)", "| a | b |", "a|b",
    "@everyone", "%0A::error::x", "'\"", "\u202egnitset\u202c", "\ud800", "\ufffe", "\x00", "\x85\u2028\u2029", "=1+1",
    "a" * 5000,
)  # fmt: skip
