"""`python -m gan_course`: see cli.py."""

from gan_course.cli import main

raise SystemExit(main())
