"""Reading and comparing final answers: lenient in form, strict in value (docs/answers.md).

Pure functions on text, which a model wrote: any bytes at all, of any length. Knows no task.
"""

from falloff.probes.answers.final import Final, final_answer
from falloff.probes.answers.refusals import refusal
from falloff.probes.answers.values import Kind, same

__all__ = ["Final", "Kind", "final_answer", "refusal", "same"]
