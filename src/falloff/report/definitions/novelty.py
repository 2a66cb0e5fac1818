"""What is said of probes and traffic by their distance from the student's training data."""

from falloff.report.definitions.definition import OWN, Definition

NOVELTY = (
    Definition(
        anchor="novelty",
        name="Novelty",
        meaning="How far a prompt lies from its nearest training prompt, in units in which 1 is the"
        " rim: as far as all but 5 % of the distinct training prompts lie from each other. A probe"
        " nearer than .05 in distance is a near-duplicate of a training prompt.",
        formula="ν = (1 − max cos(probe, training prompt)) / 95th percentile of the same among"
        " training prompts, each to the others",
        limits="One view beside the axes, not the whole picture: n-grams see wording, embeddings"
        " see topic, none sees bigger numbers. Templates have no rim. Only what the user says"
        " before the first reply is compared, up to 8,000 letters.",
        source=f"{OWN}; nearest neighbours as a measure of novelty: Sun et al. 2022",
        keys=("novelty.*",),
    ),
    Definition(
        anchor="novelty-zones",
        name="Inside, at and beyond the rim",
        meaning="Novelty below 1, from 1 to 1.5, and more. Retention in a zone is the ratio of mean"
        " competence on the probes there that both models answered, families weighing as in the"
        " headline; intervals by resampling items, paired.",
        formula="R(zone) = Σ w c(student) / Σ w c(teacher), over probes of the zone",
        limits="Probes were placed for the axes, not for novelty, and a zone can be of other"
        " families and levels than the next. Undefined below eight probes, or where the teacher's"
        " competence is below .1.",
        source=OWN,
        keys=("zones.*",),
    ),
    Definition(
        anchor="novelty-edge",
        name="Edge in novelty",
        meaning="The novelty at which competence falls to τ, by a falling logistic curve over"
        " novelty. Its lower bound is where the safe region ends. After > stands how far was"
        " asked without finding one.",
        formula="inf{ν : c(ν) < τ}",
        limits="The curve can only fall, and is of the probes that were asked. Chance is taken as"
        " one number, the mean of the families.",
        source=OWN,
        keys=("novelty.edge",),
    ),
    Definition(
        anchor="traffic",
        name="Traffic",
        meaning="What users ask, placed on the same scale: shares by zone; before the student's"
        " edge, within its interval and past it; and retention with each strip of novelty weighing"
        " what it weighs in traffic. In a strip a probe counts with its fitted competence, moved by"
        " a straight trend over novelty, and for the part of the box to which it is the nearest.",
        formula="Σ share(strip) c(student) / Σ share(strip) c(teacher), c a mean of ĉ over μ",
        limits="Strips with fewer than eight probes are left out; covered says how much of the"
        " traffic is left. A prompt as novel as a probe need not be as hard: retention is read once"
        " as if users asked what the box has at the same novelty, and once as if they kept as much"
        " nearer to the centre on all axes as their novelty says. The second is the estimate, the"
        " interval covers both, and readings five points apart are said not to be trusted.",
        source=OWN,
        keys=("traffic.*",),
    ),
)
