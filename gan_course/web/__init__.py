"""Pages that a browser opens without Python, and generators for other programs.

In: a run, or nothing. Out: files that need neither this library nor Keras. Nothing here trains.
"""
