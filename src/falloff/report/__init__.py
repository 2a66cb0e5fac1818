"""Showing it: the finding as a page, in a terminal, as Markdown and as JSON.

Knows the results of measuring (``falloff.analysis.estimates``) and the nouns of ``falloff.core``.
Must not know how answers were got: nothing of runs, models, probes or sampling; a caller hands
over everything as :class:`ReportContents`. It computes no estimate of its own: what is shown is
what was measured, and what may be said of it is decided in ``wording`` alone.
"""

from falloff.report.contents import Divergence, ModelAnswer, ReportContents
from falloff.report.export import comparison_as_dict, profile_as_dict
from falloff.report.files import write_text
from falloff.report.html import html_report
from falloff.report.markdown import markdown_report
from falloff.report.notebook import notebook_html
from falloff.report.terminal import render
from falloff.report.wording import headline, verdict_sentence

__all__ = [
    "Divergence",
    "ModelAnswer",
    "ReportContents",
    "comparison_as_dict",
    "headline",
    "html_report",
    "markdown_report",
    "notebook_html",
    "profile_as_dict",
    "render",
    "verdict_sentence",
    "write_text",
]
