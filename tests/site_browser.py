"""A headless Chromium, driven over the DevTools protocol; for tests of pages.

In: a folder with pages, which is served at 127.0.0.1. Out: what a reader's browser makes of them:
errors, sizes, the value of an expression, a screenshot. The one package it needs, websocket-client,
comes with JupyterLab.
"""

import base64
import contextlib
import functools
import http.server
import itertools
import json
import shutil
import subprocess
import threading
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60  # for one page, on a machine with other work


def found() -> str | None:
    """The path of the browser, where there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder: Path):
    """Serves a folder; gives its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def opened(profile: Path):
    """A browser with one empty page; `profile` is a folder for what it writes."""
    words = [
        found(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--hide-scrollbars", "--no-first-run", f"--user-data-dir={profile}",
        "--remote-debugging-port=0", "--remote-allow-origins=*", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Page(_address(profile))
    finally:
        process.terminate()
        process.wait()


def _address(profile: Path) -> str:
    """The address of the page's protocol, once the browser has said its port."""
    from urllib.request import urlopen

    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError, StopIteration):
            port = (profile / "DevToolsActivePort").read_text().split()[0]
            with urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = json.load(answer)
            return next(p["webSocketDebuggerUrl"] for p in pages if p["type"] == "page")
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")


class Page:
    """One tab."""

    def __init__(self, address: str):
        import websocket

        self._socket = websocket.create_connection(address, timeout=SECONDS)
        self._numbers = itertools.count(1)
        self._errors, self._loaded = [], False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._do(f"{domain}.enable")

    def visit(self, address: str) -> list[str]:
        """Load a page; gives what it complained of: console errors, files that are not there."""
        self._errors, self._loaded = [], False
        self._do("Page.navigate", url=address)
        while not self._loaded:
            self._note(json.loads(self._socket.recv()))
        return self._errors

    def value(self, expression: str):
        """The value of an expression in the page; of a promise, what it comes to."""
        answer = self._do(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", answer))
        return answer["result"].get("value")

    def wait_for(self, expression: str):
        """Its value, as soon as it is truthy."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if value := self.value(expression):
                return value
            time.sleep(0.05)
        raise TimeoutError(expression)

    def resize(self, width: int, height: int = 900) -> None:
        """The window, in CSS pixels; a narrow one is a phone's."""
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip

    def prefer(self, scheme: str) -> None:
        """Light or dark, as the system of a reader says."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._do("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self, file: Path) -> None:
        """What is in the window, as a PNG."""
        file.write_bytes(base64.b64decode(self._do("Page.captureScreenshot")["data"]))

    def _do(self, method: str, **parameters) -> dict:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _note(self, message: dict) -> None:
        """Remember what an event tells."""
        method, told = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            thrown = told["exceptionDetails"]
            self._errors.append(thrown.get("exception", {}).get("description", thrown["text"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
            self._errors.append(str([a.get("value", a.get("description")) for a in told["args"]]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self._errors.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self._check_request(told["request"]["url"])

    def _check_request(self, address: str) -> None:
        if not address.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            self._errors.append(f"asks another host: {address}")
