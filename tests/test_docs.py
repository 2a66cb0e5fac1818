"""Pages that are generated stand as they would be generated now."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page", ["gallery", "definitions"])
def test_a_generated_page_is_up_to_date(page):
    """If this fails: make docs."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (DOCS / f"{page}.md").read_text() == getattr(generate, page)()
