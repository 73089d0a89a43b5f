"""The commands: what each takes, and what it does.

In: an `argparse` parser to fill; then its arguments. Out: lines on the screen, and files. What a
command needs is imported when it runs, so that `--help` and wrong words answer at once.
"""
