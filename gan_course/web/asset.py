"""What pages are made of: HTML, CSS and JavaScript in assets/, and the blanks in them."""

import re
from importlib.resources import files


def asset(name: str) -> str:
    """The text of that file in assets/."""
    return files("gan_course.web").joinpath("assets", name).read_text("utf-8")


def filled(name: str, parts: dict[str, str]) -> str:
    """The asset with each {{word}} replaced by the part of that name."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], asset(name))
