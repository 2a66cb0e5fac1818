"""The table of all stressors, by name."""

from __future__ import annotations

from falloff.probes.bench.stressor import Stressor
from falloff.probes.bench.stressors.answer_form import ANSWER_FORM
from falloff.probes.bench.stressors.container import CONTAINER
from falloff.probes.bench.stressors.context import DISTRACTORS, NEEDLE, SAME_TOPIC
from falloff.probes.bench.stressors.framing import FRAMING, REGISTER
from falloff.probes.bench.stressors.instructions import INSTRUCTIONS
from falloff.probes.bench.stressors.names import NAMES
from falloff.probes.bench.stressors.numbers import NUMBERS
from falloff.probes.bench.stressors.options import EXTRA_OPTIONS, OPTIONS
from falloff.probes.bench.stressors.paraphrase import PARAPHRASE
from falloff.probes.bench.stressors.surface import SURFACE
from falloff.probes.bench.stressors.surroundings import EXAMPLES, SYSTEM_LOAD
from falloff.probes.bench.stressors.turns import TURNS
from falloff.probes.bench.stressors.typos import TYPOS

# In the order in which they are shown.
STRESSORS: dict[str, Stressor] = {
    stressor.name: stressor
    for stressor in (
        TYPOS,
        SURFACE,
        FRAMING,
        REGISTER,
        DISTRACTORS,
        SAME_TOPIC,
        NEEDLE,
        CONTAINER,
        ANSWER_FORM,
        OPTIONS,
        EXTRA_OPTIONS,
        NAMES,
        NUMBERS,
        INSTRUCTIONS,
        TURNS,
        EXAMPLES,
        SYSTEM_LOAD,
        PARAPHRASE,
    )
}
