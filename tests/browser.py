"""A headless Chromium for tests, spoken to through two pipes: no driver, no package.

`browser()` starts it; `Browser.open` opens a page, `run` computes in it, `complaints` are what its
console said, `fetched` what it asked a network for, `picture` is what a person sees.

Source: the Chrome DevTools Protocol, chromedevtools.github.io/devtools-protocol.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60  # to wait for an answer


class Browser:
    """One page of one Chromium."""

    def __init__(self, orders: int, answers: int):
        self._orders, self._answers = orders, answers
        self._unread, self._number, self._session = b"", 0, None
        self.complaints: list[str] = []
        self.fetched: list[str] = []
        target = self._say("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._say("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._say(f"{domain}.enable")

    def open(self, address: str, width: int = 1280, dark: bool = False) -> None:
        """Opens an address, and waits until all is there."""
        self.complaints, self.fetched = [], []
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self._say("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._say("Emulation.setEmulatedMedia", features=[scheme])
        self._say("Page.navigate", url=address)
        self.run("new Promise(done => document.readyState == 'complete' ? done() "
                 ": addEventListener('load', () => done()))")  # fmt: skip

    def run(self, code: str):
        """The value of a JavaScript expression, a promise awaited."""
        found = self._say(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise AssertionError(json.dumps(found["exceptionDetails"])[:800])
        return found["result"].get("value")

    def drag(self, *places: tuple[float, float]) -> None:
        """Presses the mouse at the first place, moves it over the others, lets go."""
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
        """A PNG of the whole page."""
        height = self.run("document.documentElement.scrollHeight")
        width = self.run("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        found = self._say("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(found["data"])

    def _say(self, method: str, **parameters) -> dict:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._orders, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._hear(answer.get("method"), answer.get("params", {}))
        assert "error" not in answer, answer
        return answer["result"]

    def _hear(self, event: str, told: dict) -> None:
        if event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"])[:400])
        elif event == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(told["args"])[:400])
        elif event == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(told["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.fetched.append(told["request"]["url"])

    def _next(self) -> dict:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], max(0, end - time.monotonic()))
            if not ready or not (part := os.read(self._answers, 1 << 20)):
                raise AssertionError(f"Chromium has said nothing for {SECONDS} seconds")
            self._unread += part
        answer, self._unread = self._unread.split(b"\0", 1)
        return json.loads(answer)


@contextlib.contextmanager
def browser():
    """A Chromium with a page; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    (read_orders, orders), (answers, write_answers) = os.pipe(), os.pipe()
    words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--remote-debugging-pipe"]  # fmt: skip
    # Chromium listens on 3 and answers on 4, whatever numbers the pipes have here.
    script = f'exec "$@" 3<&{read_orders} 4>&{write_answers}'
    process = subprocess.Popen(
        ["bash", "-c", script, "bash", program, *words],
        pass_fds=(read_orders, write_answers), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
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
