"""The commands, one a file: the words it takes, what it does, and examples of its use.

In: words. Out: lines on the screen, and files. A new command is a file here that ends in a
`COMMAND` (see command.py), and its name in `_MODULES` of cli.py. What a command computes with is
imported when it runs, so that `--help` and wrong words answer at once.
"""
