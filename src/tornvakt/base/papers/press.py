"""The press: a program of its own that turns one template and its data into one PDF.

Run as ``python -I press.py``. It reads one JSON object on standard input (template, root, fonts,
paper) and writes the PDF to standard output, or one line about what is wrong to standard error.
A process of its own because the compiler is written in another language: a text that trips it up
ends this program and nothing else, and it can be stopped when it takes too long.
Exit code 0 printed, 1 the template does not fit the data, anything else: the compiler fell over.
Imports nothing of ours, so that it starts in a tenth of a second.
"""

import json
import os
import resource
import sys
from pathlib import Path

MEMORY = 2 * 1024**3
"""Address space, bytes. A paper of 2,000 rows takes a tenth of it."""


def main() -> int:
    """Print what standard input asks for."""
    os.nice(10)  # an alarm goes before a paper
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = json.load(sys.stdin)
    import typst

    try:
        pdf = typst.compile(
            Path(order["template"]),
            root=order["root"],
            font_paths=order["fonts"],
            ignore_system_fonts=True,
            sys_inputs={"paper": order["paper"]},
            pdf_standards=["ua-1"],
            timestamp=order["at"],
        )
    except typst.TypstError as error:
        print(str(error).replace("\n", " ")[:500], file=sys.stderr)
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
