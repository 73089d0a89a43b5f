"""The sets that code paints: always there, the same bytes every time."""
