"""A generator that leaves Python: a page to play with, ONNX and TensorFlow Lite.

In: a run. Out: files that need neither this library nor Keras. Nothing here trains.
"""

from gan_course.web import formats
from gan_course.web.facts import generator_of
from gan_course.web.pages import Page, page

__all__ = ["Page", "formats", "generator_of", "page"]
