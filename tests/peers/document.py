"""docs/benchmarks.md: its sections, its tables, and what they were measured on."""

import datetime
import os
import pathlib
import platform
import sys

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def table(head, rows):
    """Lines of a Markdown table, padded so that it reads well as text; all but the first column on the right."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    line = lambda row: "| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return [line(head), rule, *map(line, cells[1:])]


def machine():
    """The date, the processor and the versions, in a line."""
    model = platform.processor() or platform.machine()
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    import lightgbm
    import sklearn

    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.date.today().isoformat()}, {os.cpu_count()} cores of {model}{load}, "
        f"scikit-learn {sklearn.__version__}, LightGBM {lightgbm.__version__}, Python {platform.python_version()}"
    )


def replace_section(name, text):
    """Puts the text between the section's two marks, which the document must hold."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    document = DOCUMENT.read_text()
    if begin not in document or end not in document:
        sys.exit(f"    {DOCUMENT} has no section {name}")
    before, rest = document.split(begin, 1)
    _, after = rest.split(end, 1)
    DOCUMENT.write_text(f"{before}{begin}{text.rstrip()}\n{end}{after}")
    print(f"    written to {DOCUMENT}")
