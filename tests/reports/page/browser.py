# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over its debugging pipe: real pages, keys, sizes and colours, no library needed.

Protocol: https://chromedevtools.github.io/devtools-protocol, one JSON object and a NUL byte a message.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Any

_PATIENCE = 30.0
_SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One Chromium with one tab.

    Attributes:
        requests: addresses that the page asked for, the page itself first.
        errors: errors of the console, of scripts and of the Content-Security-Policy.
    """

    def __init__(self, profile: Path) -> None:
        program = shutil.which("chromium")
        if program is None:
            raise RuntimeError("chromium is missing; install it (Debian: apt-get install chromium)")
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        self._buffer = b""
        self._number = 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        high_in, high_out = (_high(fd) for fd in (theirs_in, theirs_out))
        log = profile / "log"
        actions = [
            (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, high_in, 3),
            (os.POSIX_SPAWN_DUP2, high_out, 4),
        ]
        arguments = [program, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"]
        self._process = os.posix_spawn(program, arguments, os.environ, file_actions=actions, setpgroup=0)
        for fd in (high_in, high_out):
            os.close(fd)
        target = self._send("Target.createTarget", url="about:blank")["targetId"]
        self._session: str | None = None
        self._session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._send(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._session = None
            self._send("Browser.close")
        finally:
            os.close(self._out)
            os.close(self._in)
            deadline = time.monotonic() + 10
            while os.waitpid(self._process, os.WNOHANG) == (0, 0):
                if time.monotonic() > deadline:
                    os.killpg(self._process, signal.SIGKILL)
                    os.waitpid(self._process, 0)
                    break
                time.sleep(0.05)

    def show(self, page: Path, width: int, height: int, *, dark: bool = False, script: bool = True) -> None:
        """Open a file at a size in CSS pixels, in light or dark colours, with or without scripts."""
        self.requests.clear()
        self.errors.clear()
        self._send("Emulation.setScriptExecutionDisabled", value=not script)
        self._send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.prefer(dark=dark)
        self._loaded = False
        self._send("Page.navigate", url=page.as_uri())
        deadline = time.monotonic() + _PATIENCE
        while not self._loaded:
            self._receive(deadline)
        if script:
            self.settle()

    def prefer(self, *, dark: bool, medium: str = "screen") -> None:
        """What the system prefers: light or dark; `print` instead of a screen."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", media=medium, features=[feature])

    def settle(self) -> None:
        """Wait until what changed is drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def run(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page.

        Raises:
            RuntimeError: it threw.
        """
        found = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"].get("exception", found["exceptionDetails"])))
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key of the keyboard, such as `Tab`, `Enter` or `ArrowDown`."""
        codes = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, " ": 32}
        letters = {"Enter": "\r", " ": " "}
        common = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        self._send("Input.dispatchKeyEvent", type="keyDown", **common, text=letters.get(key, ""))
        self._send("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        self._send("Input.insertText", text=text)

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of what is in sight, or of the whole page."""
        return base64.b64decode(self._send("Page.captureScreenshot", captureBeyondViewport=whole)["data"])

    def _send(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _receive(self, deadline: float) -> dict[str, Any]:
        """The next message; notes requests and errors."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self._in, 2**20) if ready else b""
            if not data:
                raise RuntimeError("chromium does not answer")
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, given: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        elif method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
            self.errors.append(given["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
            self.errors.append(str(given["args"]))


def _high(fd: int) -> int:
    """The same pipe under a number beyond 9, so that moving it to 3 or 4 overwrites nothing."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD, 10)
    os.close(fd)
    return moved
