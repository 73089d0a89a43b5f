"""A headless Chromium for the tests, spoken to through the two pipes of its DevTools protocol.

No driver and no package is needed. The fixture `chromium` (conftest.py) is one for all tests of a
file: `open` shows a page, `run` computes in it, `complaints` are what its console said, `requests`
what it asked for, `picture` is what a person sees. `served` gives a folder an address.

Source: the Chrome DevTools Protocol, chromedevtools.github.io/devtools-protocol.
"""

import base64
import contextlib
import functools
import http.server
import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
AXE = Path(__file__).parents[1] / "build/npm/node_modules/axe-core/axe.min.js"
SECONDS = 60  # to wait, on a machine with other work
LOUD = ("error", "warning", "assert")  # the levels that are complaints


class Browser:
    """One tab of one Chromium."""

    def __init__(self, orders: int, answers: int):
        self._orders, self._answers = orders, answers
        self._unread, self._number, self._session = b"", 0, None
        self._forget()
        target = self._say("Target.createTarget", url="about:blank")["targetId"]
        attached = self._say("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._say(f"{domain}.enable")

    def open(
        self, where: Path | str, width: int = 1280, height: int = 900, dark: bool = False
    ) -> None:
        """Shows a file or an address, and waits until it is loaded.

        Args:
          width, height: of the window, in CSS pixels.
          dark: what the system of the reader prefers.
        """
        self.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._say("Emulation.setEmulatedMedia", features=[scheme])
        self._forget()
        address = where.as_uri() if isinstance(where, Path) else where
        found = self._say("Page.navigate", url=address)
        assert "errorText" not in found, (address, found["errorText"])
        while not self._loaded:
            self._hear(self._next())

    def resize(self, width: int, height: int = 900) -> None:
        """The window, in CSS pixels; a narrow one is a phone's."""
        self._size = width, height
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._say("Emulation.setDeviceMetricsOverride", **size)

    def run(self, code: str):
        """The value of a JavaScript expression; of a promise, what it comes to."""
        found = self._say(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, json.dumps(found["exceptionDetails"])[:800]
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        """Waits for an expression to become true."""
        end = time.monotonic() + SECONDS
        while not self.run(condition):
            assert time.monotonic() < end, f"not true within {SECONDS} seconds: {condition}"
            time.sleep(0.03)

    def drag(self, *places: tuple[float, float]) -> None:
        """Presses the mouse at the first place, moves it over the others, lets go at the last."""
        kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 2), "mouseReleased"]
        for kind, (x, y) in zip(kinds, places, strict=True):
            at = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            self._say("Input.dispatchMouseEvent", type=kind, **at)

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, and lets them go in the opposite order."""
        for kind, order in (("keyDown", keys), ("keyUp", keys[::-1])):
            for key in order:
                self._say("Input.dispatchKeyEvent", type=kind, key=key)

    def picture(self) -> bytes:
        """A PNG of the whole page, in a window that is as high for a moment.

        The protocol's own `captureBeyondViewport` shifts pages whose sidebar slides in and out.
        """
        width, height = self._size
        self.resize(width, max(height, self.run("document.documentElement.scrollHeight")))
        found = self._say("Page.captureScreenshot")
        self.resize(width, height)
        return base64.b64decode(found["data"])

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings since the page was opened, and files that were not there."""
        self.run("0")  # what came before the answer has been heard
        return self._complaints

    @property
    def requests(self) -> list[str]:
        """The addresses that the page asked a network or a disk for, its own the first."""
        self.run("0")
        return [address for address in self._requests if not address.startswith("data:")]

    def _forget(self) -> None:
        self._complaints, self._requests, self._loaded = [], [], False

    def _say(self, method: str, **parameters) -> dict:
        """One order, and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._orders, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._hear(answer)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _hear(self, event: dict) -> None:
        name, told = event.get("method"), event.get("params", {})
        if name == "Page.loadEventFired":
            self._loaded = True
        elif name == "Runtime.exceptionThrown":
            thrown = told["exceptionDetails"]
            self._complaints.append(thrown.get("exception", {}).get("description", thrown["text"]))
        elif name == "Runtime.consoleAPICalled" and told["type"] in LOUD:
            said = [each.get("value", each.get("description")) for each in told["args"]]
            self._complaints.append(f"{told['type']}: {said}")
        elif name == "Log.entryAdded" and told["entry"]["level"] in LOUD:
            self._complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        elif name == "Network.requestWillBeSent":
            self._requests.append(told["request"]["url"])

    def _next(self) -> dict:
        """The next message: an answer, or an event."""
        end = time.monotonic() + SECONDS
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], max(0, end - time.monotonic()))
            assert ready, f"Chromium has said nothing for {SECONDS} seconds"
            part = os.read(self._answers, 1 << 20)
            assert part, "Chromium has ended"
            self._unread += part
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)


@contextlib.contextmanager
def started() -> Iterator[Browser]:
    """A Chromium with an empty page; skips the test, with a line, where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)}): no page opened")
    (read_orders, orders), (answers, write_answers) = os.pipe(), os.pipe()
    # Chromium listens on 3 and answers on 4, whatever numbers the pipes have here.
    script = f'exec "$@" 3<&{read_orders} 4>&{write_answers}'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["bash", "-c", script, "bash", program, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(read_orders, write_answers), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(read_orders)
        os.close(write_answers)
        try:
            yield Browser(orders, answers)
        finally:
            os.close(orders)  # Chromium ends when nobody can order any more
            os.close(answers)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, for as long as the block lasts."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def barriers(chromium) -> list[list]:
    """What axe-core finds serious in a page, which is not whole any more afterwards: name of the
    rule, how often, an example."""
    chromium.run(f"{AXE.read_text('utf-8')}; {_ONE_OF_EACH}; 0")
    return chromium.run(_SERIOUS)


# JavaScript: of coloured words in code one of each kind, since their contrast takes axe-core long;
# what it finds.
_ONE_OF_EACH = """{
  const kinds = new Set();
  for (const word of document.querySelectorAll(".highlight pre span, dt.sig span")) {
    let kind = "";
    for (let it = word, up = 0; it && up < 6; it = it.parentElement, up++) {
      kind += `${it.className} ${it.style.cssText}/`;
    }
    if (kinds.has(kind)) word.replaceWith(...word.childNodes);
    else kinds.add(kind);
  }
}"""
_SERIOUS = """axe.run({resultTypes: ["violations"]}).then(found => found.violations
  .filter(v => ["serious", "critical"].includes(v.impact))
  .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"""
