"""What was asked and what it took: counts, not estimates."""

from falloff.report.definitions.definition import COUNTED, Definition

COUNTING = (
    Definition(
        anchor="probes",
        name="Probes",
        meaning="How many were put to each model; in a family or at a coordinate, how many of the"
        " model's answers were scored.",
        limits="Errors have no score and are left out.",
        source=COUNTED,
        keys=("probes", "calls"),
    ),
    Definition(
        anchor="reasons",
        name="Reasons",
        meaning="Why a probe scored what it scored. An error (endpoint down, time-out) has no score"
        " and is never counted as the model's failure.",
        limits="Shares of reasons depend on where the design asked.",
        source=COUNTED,
        keys=("reasons",),
    ),
    Definition(
        anchor="spending",
        name="Spending",
        meaning="What the answers took. A probe of many turns is many calls. Seconds are the time"
        " in which requests were in flight, queueing included, summed over calls. Cached tokens are"
        " those of the prompts that a provider says it did not compute anew.",
        limits="Tokens are the model's own, so models with different tokenizers are not compared by"
        " them. Seconds depend on the machine and on what else it did.",
        source=COUNTED,
        keys=("spending.*",),
    ),
)
