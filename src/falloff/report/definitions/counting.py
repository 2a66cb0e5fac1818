"""What was asked and what it took: counts, not estimates."""

from falloff.report.definitions.definition import COUNTED, Definition

COUNTING = (
    Definition(
        anchor="probes",
        name="Probes",
        meaning="How many were put to each model; in a family or at a coordinate, how many of the"
        " model's answers were scored.",
        limits="Errors have no score and are left out. Where answers lack, every"
        " format of the report says how many.",
        source=COUNTED,
        keys=("probes", "calls"),
    ),
    Definition(
        anchor="geometry",
        name="Geometry of hidden states",
        meaning="Of the states that a layer has for the last token of new prompts, the same for all"
        " models: participation ratio and effective rank, how many directions they use; TwoNN, the"
        " dimension of the surface that they lie on; CKA, how alike they are to the teacher's.",
        formula="(Σλ)² / Σλ²; exp of the entropy of the singular values; TwoNN; linear CKA",
        limits="There only where falloff lab geometry has measured it, of open weights. No"
        " interval, and no measure of a capability: estimator and token decide much of it.",
        source="Roy and Vetterli 2007; Facco et al. 2017; Kornblith et al. 2019",
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
        " those of the prompts that a provider says it did not compute anew. Money is tokens, and"
        " hours at work, times the prices in falloff.toml when the report is written; of a model"
        " without a price it is unknown.",
        limits="Tokens are the model's own, so models with different tokenizers are not compared by"
        " them. Seconds depend on the machine and on what else it did.",
        source=COUNTED,
        keys=("spending.*",),
    ),
    Definition(
        anchor="saving",
        name="Saving",
        meaning="What an answer takes the student, as a share of what it takes the teacher: money,"
        " the median time of an answer, the size of the weights, tokens written. Of several"
        " students one is worth its price if no other keeps more for no more, by the first of these"
        " that is known of all.",
        limits="By estimates: where intervals of retention overlap, the order may be chance. Times"
        " were measured under the load of the run.",
        source=COUNTED,
        keys=("saving.*",),
    ),
)
