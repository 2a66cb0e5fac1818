"""What is said of one model on one family."""

from falloff.report.definitions.definition import OWN, Definition

REGIONS = (
    Definition(
        anchor="competence",
        name="Competence c",
        meaning="Success with chance taken out. Chance g is known from the probe (1 in m for a"
        " choice of m, otherwise 0) and never estimated. It is not clipped, so noise can push it"
        " below 0.",
        formula="c = (p − g) / (1 − g)",
        limits="Where a model gives no readable answer it cannot even guess, and c falls below 0.",
        source="the correction for guessing; Abbott 1925",
        keys=("chance",),
    ),
    Definition(
        anchor="interval",
        name="Intervals",
        meaning="Every estimate comes with its 90 % interval, from joint draws over the same probes"
        " for teacher and student. “>” marks a value beyond the box, of which only a bound is"
        " known; “–” means undefined.",
        formula="the 5 % and 95 % quantiles of 500 draws",
        limits="Adaptive runs: as far as the fitted region has the right form; the audit checks it."
        " Tried against simulated models with a known truth, less so beyond three axes. A quantity"
        " that counts places of the box moves in steps of one place, so its interval can have no"
        " width. No correction for the number of intervals that one looks at.",
        source="posterior draws: Chopin 2002; fixed designs: the Bayesian bootstrap by item, Rubin"
        " 1981",
    ),
    Definition(
        anchor="axis",
        name="Axis, dose and u",
        meaning="An axis leads outward from the centre, its doses in its own unit. Curves are"
        " fitted and drawn on its scale u: 0 at the centre, 1 at the top of the box. Difficulty"
        " (more of the same task) and shift (away from training data) are different things.",
        formula="u = log₂((1 + dose) / (1 + centre)), normalised, unless the axis declares another",
        limits="Distances in u of different axes cannot be compared: each ends at its own top.",
        source=OWN,
        keys=("worst_cells.coordinate", "monotone.dose"),
    ),
    Definition(
        anchor="centre",
        name="Centre c(0)",
        meaning="Competence where nothing is stressed, measured by direct calls there, without a"
        " fitted form.",
        formula="c(0)",
        limits="Below τ there is nothing to fall off from, and the family claims nothing.",
        source="Jeffreys' interval: Brown, Cai and DasGupta 2001",
        keys=("centre",),
    ),
    Definition(
        anchor="volume",
        name="Capability volume S",
        meaning="Mean competence over the family's box under its measure μ, from the fitted region."
        " Over several families: the mean of those whose centre is held, each"
        " capability weighing the same.",
        formula="S = ∫ c dμ",
        limits="There is no volume without a measure: it compares only within one suite, version"
        " and μ.",
        source=f"{OWN}; region: Quick 1974, Burr 1942",
        keys=("volume", "teacher_volume"),
    ),
    Definition(
        anchor="audit",
        name="Audit, misfit",
        meaning="Are probes that were drawn at random from μ solved as often as the fitted region"
        " says? The correction is by how much more (+) or less (−) often. Beyond two standard"
        " errors it is flagged as a misfit of the region's form, and the interval of S is widened."
        " “Would have flagged” is the error of S that these probes find four times in five.",
        formula="d = mean (y − p̂) / (1 − g)",
        limits="Few audit probes see only gross errors. One alarm in twenty is false. It checks the"
        " mean over the box: errors that cancel out in it stay unseen, and edges are not checked."
        " None in a fixed design.",
        source="posterior predictive checks: Gelman, Meng and Stern 1996",
        keys=(
            "audit.probes",
            "audit.correction",
            "audit.standard_error",
            "audit.detectable",
        ),
    ),
    Definition(
        anchor="wordings",
        name="Wordings",
        meaning="Does it matter which of a family's wordings (surface templates, by number) a probe"
        " has? Beyond expected: the mean of score less the success expected at the probe's"
        " coordinate, over one wording, compared with all of the family's. Further off than chance"
        " explains: by Holm's procedure over all of the model's wordings, at 5 %.",
        formula="d = mean over one wording (y − p̂) − mean over all (y − p̂)",
        limits="Of two wordings one is off by as much as the other. Under five probes nothing is"
        " judged; with few, only gross effects are seen. Not known where the family's code is not"
        " here.",
        source=f"{OWN}; Holm 1979, clusters: Kish 1965",
        keys=("wordings.*",),
    ),
    Definition(
        anchor="volume-at",
        name="Volume at τ",
        meaning="The share of the box in which competence reaches the threshold τ.",
        formula="V = μ{x : c(x) ≥ τ}",
        limits="Moves in steps of one place of the box; says nothing of how far above τ.",
        source="excursion sets: Bect et al. 2012",
        keys=("volume_at",),
    ),
    Definition(
        anchor="volume-relative",
        name="Volume at τ of its own centre",
        meaning="The share of the box that keeps τ of what the model can do at the centre. A lower"
        " ceiling lowers the volume at τ alone, a nearer edge lowers both.",
        formula="μ{x : c(x) ≥ τ c(0)}",
        limits="With the centre from the fitted region, not from direct calls. Moves in steps.",
        source=OWN,
        keys=("volume_relative",),
    ),
    Definition(
        anchor="interaction",
        name="Interaction ρ",
        meaning="How the axes of a family act together, from the fitted region: large, and any"
        " single axis breaks it; small, and the stresses trade off.",
        formula="O = (Σᵢ ((uᵢ/hᵢ)^bᵢ)^q)^(1/q),  q = ρ / geomean(b)",
        limits="Known only as well as probes off the axes tell; meaningless with one axis.",
        source="Quick 1974",
        keys=("interaction",),
    ),
    Definition(
        anchor="status",
        name="Status",
        meaning="“ok”, or why a family is to be read with care. Saturated: the model solves nearly"
        " the whole box; it counts, but its edge lies outside. A family whose centre the teacher"
        " does not hold, or with too few scored probes, claims nothing.",
        formula="saturated: the lower bound of S is above 97 %",
        limits="A family that claims nothing leaves the headline; the covered weight says so.",
        source=OWN,
    ),
)
