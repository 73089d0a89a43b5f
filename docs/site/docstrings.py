"""The docstrings of the house, as the reStructuredText that Sphinx reads.

They are written for `help()`: a picture in words is indented, a dataclass names its fields one a
line, a source is a number of arXiv. Here the first becomes a literal block, the second a list, the
third a link. Napoleon then reads `Args:`, `Returns:` and `Raises:`.
"""

import dataclasses
import inspect
import re

_SECTION = re.compile(r"(Args|Returns|Raises|Yields|Attributes|Source):")
_FIELD = re.compile(r"([a-z_]\w*(?:, \w+)*): ")
_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
_ITEM = re.compile(r"[*-] ")


def fields_as(section: str, lines: list[str]) -> list[str]:
    """Paragraphs of lines such as `clip: after each update ...` become a section, or a list."""
    made, inside = [], False
    for before, line in zip(["", *lines], lines, strict=False):
        starts = bool(_FIELD.match(line)) and (inside or not before)
        if starts and not inside and section:
            made += [f"{section}:"]
        ends = inside and not starts and not line.startswith("  ")
        inside = starts or (inside and not ends)
        if ends and line:
            made.append("")
        if section:
            made.append(f"  {line}" if inside else line)
        else:
            made.append(_FIELD.sub(r"* **\1**: ", line) if starts else line)
    return made


def pictures_as_literals(lines: list[str]) -> list[str]:
    """Indented lines outside of sections and lists become literal blocks."""
    made, owner, literal = [], "", False
    for line in lines:
        indented = line.startswith("  ")
        if line and not indented:
            if literal and made[-1]:
                made.append("")
            owner, literal = line, False
        if indented and not literal and not (_SECTION.match(owner) or _ITEM.match(owner)):
            made += ["", "::", ""] if not made or made[-1] else ["::", ""]
            literal = True
        made.append(line)
    return made


def sources_as_links(lines: list[str]) -> list[str]:
    """A number of arXiv leads to the paper; a bar, as in |x|, stays a bar."""
    bars = [line if "`" in line else line.replace("|", "\\|") for line in lines]
    return [_ARXIV.sub(r"`arXiv:\1 <https://arxiv.org/abs/\1>`__", line) for line in bars]


def _read(app, what: str, name: str, thing: object, options, lines: list[str]) -> None:
    section = ""
    if inspect.isclass(thing):
        section = "Args" if dataclasses.is_dataclass(thing) else "Attributes"
    lines[:] = pictures_as_literals(sources_as_links(fields_as(section, lines)))
    if what == "property":  # in whose first line Napoleon would take what is before ":" for a type
        lines.insert(0, "")


def _skip(app, what: str, name: str, thing: object, skipped: bool, options) -> bool | None:
    """The function that a field of a dataclass has as its default is no method."""
    is_default = what == "class" and inspect.isfunction(thing) and "." not in thing.__qualname__
    return True if is_default else None


def setup(app) -> dict:
    app.connect("autodoc-process-docstring", _read, priority=400)  # before Napoleon, at 500
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}
