"""The documentation site: `make docs` builds it into build/docs, without a warning."""

import falloff

project = "falloff"
author = "The falloff developers"
copyright = author
release = falloff.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
# What the lab's page takes in is no page of its own.
exclude_patterns = ["_build", "lab"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "undoc-members": False}

html_theme = "furo"
html_title = "falloff"
html_show_sphinx = False
