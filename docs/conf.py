"""The documentation site: `make docs` builds it into build/docs, without a warning."""

import falloff

project = "falloff"
author = "The falloff developers"
copyright = author
release = falloff.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
# The figure of the demo, and the examples, stand where the repository has them.
exclude_patterns = ["_build"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "undoc-members": False}

html_theme = "furo"
html_title = "falloff"
html_show_sphinx = False
