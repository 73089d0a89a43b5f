"""What a check says: the `Mismatch`, and errors of the student's code as one of these.

In: an exception out of TensorFlow's machinery. Out: one line with the student's own line in it.
"""

import linecache
import re
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_TEACHING = Path(__file__).parent
# Frames of these are not the student's. Autograph runs a translation that it writes to a file of
# its own; the frames of the original are in the text of the error then.
_OTHERS = (
    *(sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(_TEACHING.parent),
    "<frozen ",
    "<__array_function__",
)
_GENERATED = "__autograph_generated_file"
_FRAME = re.compile(r'File "([^"\n]+)", line (\d+)')
# What TensorFlow and Keras put around the sentence that says what is wrong.
_NOISE = re.compile(
    r"\x1b\[\d*m|\{\{function_node [^}]*\}\} ?| for '\{\{node .*?' with| \[Op:.*$|^\w+Error: "
)
_NO_REASON = re.compile(
    r"Exception encountered when calling|Graph execution error|Detected at node|in user code:|"
    r"<stack traces unavailable>"
)
_HINTS = {
    "Unknown variable": "state.g_optimizer knows the generator's weights alone, state.d_optimizer "
    "the discriminator's",
    "No gradients provided": "the loss does not depend on these weights, or was not computed "
    "inside the tape",
}


class Mismatch(AssertionError):
    """What a student wrote behaves differently."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: a page of traceback would say less."""
        return [f"✗ {self}"]


class NotWritten(Mismatch):
    """The blank is still a blank."""


@contextmanager
def own_errors(function: Callable, name: str | None = None) -> Iterator[None]:
    """Around a call of the student's function: its errors become a Mismatch.

    Args:
      name: what to call it, where its own name says less.

    Raises:
      NotWritten: where it comes upon a blank, `raise NotImplementedError`.
      Mismatch: with file or cell, number and text of the innermost line that the student wrote,
        and the first line of the error; without the traceback of TensorFlow.
    """
    try:
        yield
    except Mismatch:
        raise
    except NotImplementedError:
        raise NotWritten from None
    except Exception as error:  # whatever a student's code can raise
        stops = f"{name or name_of(function)} stops{_own_line(error)}"
        raise Mismatch(f"{stops}: {_reason(error)}") from None


def name_of(function: Callable) -> str:
    """What the student called it; a lambda and an object have only a description."""
    name = getattr(function, "__name__", None) or type(function).__name__
    return "your lambda" if name == "<lambda>" else name


def _own_line(error: Exception) -> str:
    """in Cell In[5], line 3, `the source`, or nothing where no line of the student's is known."""
    called = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    told = [(file, int(line)) for file, line in _FRAME.findall(str(error))]
    own = [frame for frames in (called, told) for frame in _inside(frames) if _is_own(frame[0])]
    if not own:
        return ""
    file, line = own[-1]
    source = linecache.getline(file, line).strip()
    return f" in {_place(file)}, line {line}" + (f", `{source}`" if source else "")


def _inside(frames: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The frames that the check called: those before it belong to the cell that calls it."""
    ours = [n for n, (file, _) in enumerate(frames) if _TEACHING in Path(file).parents]
    return frames[ours[-1] + 1 :] if ours else frames


def _is_own(file: str) -> bool:
    return not file.startswith(_OTHERS) and _GENERATED not in file


def _place(file: str) -> str:
    """A cell as Jupyter numbers it, a file by its name."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    cell = shell.compile.format_code_name(file) if shell else None
    return " ".join(cell) if cell else Path(file).name


def _reason(error: Exception) -> str:
    """Type and first line of the error, and a hint where a known slip leads to it."""
    # After the last frame, and its source line, comes what the error says itself.
    said = re.split(r'File "[^\n]*\n[^\n]*\n', str(error))[-1].splitlines()
    lines = (_NOISE.sub(_kept, line.strip()).strip() for line in said)
    line = next((line for line in lines if line and not _NO_REASON.search(line)), "")
    for words, hint in _HINTS.items():
        if words in line:
            line = f"{line.split('. ')[0].rstrip('.')}; {hint}"
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _kept(noise: re.Match) -> str:
    return " with" if noise[0].endswith("' with") else ""
