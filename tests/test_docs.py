"""Pages that are generated stand as they would be generated now."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_gallery_is_up_to_date():
    """If this fails: make docs."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (DOCS / "gallery.md").read_text() == generate.gallery()
