"""Packs files into a zip that is the same whenever the files are: `zip.py PACKAGE NAME=FILE…`."""

import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "w") as package:
    for argument in sys.argv[2:]:
        name, path = argument.split("=", 1)
        # The first date that a zip can hold.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.create_system = 3  # Unix, where a file can be a program.
        entry.external_attr = (0o755 if name == "bootstrap" else 0o644) << 16
        with open(path, "rb") as file:
            package.writestr(entry, file.read(), zipfile.ZIP_DEFLATED, 9)
