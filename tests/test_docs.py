"""Pages that are generated stand as they would be generated now."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page", ["gallery", "definitions"])
def test_a_generated_page_is_up_to_date(page):
    """If this fails: make docs."""
    # In a process of its own: tests before this one may have brought families of their own.
    code = f"import runpy; print(runpy.run_path({str(DOCS / 'generate.py')!r})[{page!r}](), end='')"
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == made.stdout
