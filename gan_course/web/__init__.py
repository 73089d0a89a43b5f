"""Pages that a browser opens without a network and without Python: one file each."""
