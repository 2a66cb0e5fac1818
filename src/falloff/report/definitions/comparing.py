"""What is said of a student against its teacher, on the same probes."""

from falloff.report.definitions.definition import COUNTED, OWN, Definition

COMPARING = (
    Definition(
        anchor="retention",
        name="Retention R",
        meaning="The share of the teacher's capability volume that the student keeps. Capabilities"
        " weigh the same, fixed beforehand. People who quantise models call it recovery.",
        formula="R = Σ w S(student) / Σ w S(teacher)",
        limits="Families whose centre the teacher does not hold leave both sums. Losses and gains"
        " of different families can cancel out: see them one by one.",
        source=f"{OWN}; as recovery: Kurtic et al. 2024",
        keys=("retention",),
    ),
    Definition(
        anchor="retention-in-u",
        name="Retention uniform in u",
        meaning="Retention if every stretch of an axis' scale counted the same, rather than every"
        " listed level. Far from the headline's, the measure decides more than the models do.",
        formula="R with μ uniform in u",
        limits="From the fitted region; its form's error is not in the interval.",
        source=OWN,
        keys=("retention_in_u",),
    ),
    Definition(
        anchor="measures",
        name="Retention under other measures",
        meaning="The headline, had the measure μ been another: uniform on the scale of every axis;"
        " leaning towards the centre, or towards the top; or with every family weighing the same"
        " rather than every capability. Far apart, the measure decides as much as the models do.",
        formula="R · R(other μ, fitted) / R(μ, fitted); leaning: dμ · 4^(±u) for every dose axis",
        limits="Places are weighed anew in the fitted regions, so it leans on their form where few"
        " probes were asked. The measure is fixed beforehand; this table is not to choose from.",
        source=OWN,
        keys=("measures.*",),
    ),
    Definition(
        anchor="weight",
        name="Weight and covered weight",
        meaning="A family's part in the headline: equal per capability, equal within it. Covered"
        " weight is the part of the suite on which the headline rests.",
        formula="w = 1 / capabilities / families of the capability",
        limits="Families that claim nothing leave it, and the other weights are renormalised.",
        source=OWN,
        keys=("weight", "covered_weight"),
    ),
    Definition(
        anchor="volume-at-ratio",
        name="Ratio of volumes at τ",
        meaning="As retention, for the volume at τ.",
        formula="V(student) / V(teacher)",
        limits="As for the volume at τ. Equal volumes can be different places: see containment.",
        source=OWN,
        keys=("volume_at_ratio",),
    ),
    Definition(
        anchor="centre-ratio",
        name="Centre ratio",
        meaning="What a benchmark at the centre would say of the student.",
        formula="c(0) of the student / c(0) of the teacher",
        limits="As for the centre.",
        source=OWN,
        keys=("centre_ratio",),
    ),
    Definition(
        anchor="illusion",
        name="Benchmark illusion",
        meaning="By how much the centre overstates the student, in percentage points.",
        formula="centre ratio − retention",
        limits="A claim only where its interval excludes 0.",
        source=OWN,
        keys=("illusion",),
    ),
    Definition(
        anchor="shape",
        name="Shape",
        meaning="A scaled copy of the teacher has all its edges moved by one factor and falls as"
        " steeply. “Another shape”: that is rejected at 5 %. “Fits a scaled copy”: it is not"
        " rejected, which is no proof. The factor is the mean over the axes.",
        formula="log(h student / h teacher) less their mean, log ratios of steepness and of ρ,"
        " against 0; Wald's χ²",
        limits="The priors draw both models to one shape, so few probes seldom reject. The factor"
        " says little of another shape, and rests on the priors where edges lie outside the box."
        " No correction for several students or families.",
        source="Wald 1943",
        keys=("shape.factor", "shape.statistic", "shape.p"),
    ),
    Definition(
        anchor="radius",
        name="Radius",
        meaning="By how much one axis shrinks on average, with μ uniform in u: comparable between"
        " families with different numbers of axes.",
        formula="(V(student) / V(teacher))^(1/k), k axes, uniform in u",
        limits="A bound where a region touches the top of the box: what lies outside is not seen."
        " Moves in steps of one place.",
        source=OWN,
        keys=("radius",),
    ),
    Definition(
        anchor="containment",
        name="Containment",
        meaning="The share of the places the teacher holds (c ≥ τ) that the student holds too."
        " Volumes can match where regions differ; containment then falls below 1.",
        formula="μ(A(student) ∩ A(teacher)) / μ(A(teacher))",
        limits="Does not see where the student is better. Undefined where the teacher holds no"
        " place. Moves in steps of one place.",
        source=OWN,
        keys=("containment",),
    ),
    Definition(
        anchor="verdict",
        name="Verdict and its bounds",
        meaning="Pass: the lower one-sided 95 % bound of retention is above the margin. Fail: the"
        " upper one is below it. Otherwise inconclusive, which is no pass. “Collapsed” is said only"
        " where even the upper bound is below one half, “did not collapse” only where even the"
        " lower bound is above it. Further probes would settle it in four cases of five.",
        formula="the 5 % and 95 % quantiles of R against the margin",
        limits="For a run whose size was fixed beforehand. The forecast of further probes knows no"
        " more than the run does.",
        source="one-sided tests as in equivalence testing: Berger 1982",
        keys=("bounds.margin", "bounds.low", "bounds.high", "bounds.further_probes"),
    ),
    Definition(
        anchor="anytime",
        name="Anytime bounds",
        meaning="The bounds to use if a run is continued until it is settled: they hold at all"
        " looks together, so they are wider.",
        formula="log R ± z(n) s,  z(n)² = 2 (nρ² + 1)/(nρ²) · log(1 + √(nρ² + 1)/(2α))",
        limits="Asymptotic: as far as estimates are nearly normal and s shrinks like 1/√n. Tightest"
        " at 600 probes.",
        source="Robbins 1970; Waudby-Smith et al. 2024",
        keys=("anytime.low", "anytime.high"),
    ),
    Definition(
        anchor="worst-cell",
        name="Worst cells",
        meaning="Coordinates where the student is worse than the teacher and the interval of the"
        " difference, corrected for looking at all cells, excludes 0; the largest lower bound comes"
        " first, since a loss that is large only as a point is not sure to be large. The loss is"
        " one of fitted competence, which learns from neighbouring cells too and is shown for both"
        " models; “solved here” is what was seen in this cell alone. Where that contradicts the fit"
        " beyond chance, as it is kinder to the student (the teacher solved fewer or the student"
        " more than the fitted chances lead to expect, p < 5 %), the loss is disputed: no worst"
        " cell, but named beneath.",
        formula="c(teacher) − c(student)",
        limits="Normal intervals of the draws. Rests on the fitted form where a cell has few"
        " probes: one or two answers cannot contradict it. Where nothing is wrong with the form, a"
        " cell is disputed at most one time in twenty. At most eight a student.",
        source="Holm 1979",
        keys=(
            "worst_cells.drop",
            "worst_cells.teacher",
            "worst_cells.student",
            "worst_cells.teacher_solved",
            "worst_cells.student_solved",
            "worst_cells.n",
            "disputed_cells.*",
        ),
    ),
    Definition(
        anchor="churn",
        name="Churn",
        meaning="Probes by who solved them. Lost: only the teacher. Gained: only the student. Same"
        " wrong: both failed with the same answer.",
        formula="lost, gained: the two kinds of flips",
        limits=f"{COUNTED.capitalize()}, on probes that were placed where they teach most, not at"
        " random. Serving is not fully deterministic, so a model asked twice shows some too:"
        " see the null.",
        source="flips: Dutta et al. 2024",
        keys=("churn.*",),
    ),
    Definition(
        anchor="null",
        name="Null: the teacher asked twice",
        meaning="The teacher is asked once more all that it was asked, after everybody else, in the"
        " same way. What it keeps of itself, and how often it flips, is what serving alone does."
        " Churn: the share of draws from μ that one of two askings solves and the other does not."
        " Beyond the null: a student's churn less the null's, on the same probes. “Consistent with"
        " all of it”: the interval of retention holds 1. Where it does not, but chance makes flips"
        " as uneven in a tenth of cases or more (McNemar's exact test), no change is shown.",
        formula="churn(teacher, student) − churn(teacher, teacher again)",
        limits="Chance is not removed. A student steadier than its teacher has less churn; beyond"
        " the null may then be nought or less although they differ. The null speaks of the time"
        " between the two askings. Probes count as independent, also those of one item of a"
        " benchmark.",
        source=OWN,
        keys=("beyond_null.*", "null.*"),
    ),
    Definition(
        anchor="stressors",
        name="Stressors: fall, flips, rejected",
        meaning="On a benchmark of one's own, the share solved as it stands, over all probes of the"
        " original, against the share solved under the stressor, its levels weighing the same."
        " Fall: the one less the other. Beyond teacher's: the student's fall less the teacher's."
        " Broken: items solved as they stand and not under stress; mended: the reverse. Lost and"
        " gained: stressed probes that only the teacher, only the student solved. Rejected: items"
        " on which the stressor cannot keep its rule; they are asked at none of its levels.",
        formula="share solved as it stands − mean over levels of the share solved",
        limits="Paired and clustered by item; intervals are over new items like these. Chance is"
        " not removed. Items whose original was not asked are in no flip.",
        source="Bayesian bootstrap: Rubin 1981",
        keys=("stress.*",),
    ),
    Definition(
        anchor="repeats",
        name="Repeats: pass^k, flips, churn beyond flips",
        meaning="Probes at the centre and draws from μ, asked again at the model's own sampling."
        " pass^k: k askings in a row solve the probe, chance not removed, over μ. Flips: of two"
        " askings one solves it and one does not. Churn: the same of one asking of each model."
        " Beyond flips: churn less the mean of both models' flips, the mean square difference of"
        " their chances to solve a probe; about 0 where a student differs from its teacher no more"
        " than each does from itself.",
        formula="pass^k = C(c, k) / C(n, k), c of n solved",
        limits="An item is one cluster; repeats are never counted as fresh items. Flips are at each"
        " model's sampling, not those of greedy answers.",
        source="Chen et al. 2021; Yao et al. 2024",
        keys=("repeated.*", "repeatability.*"),
    ),
    Definition(
        anchor="fidelity",
        name="Fidelity: agreement, KL, same top token",
        meaning="First answers, over μ. Tokens are compared up to and including the first at which"
        " the texts part. Tokens that both models tell are told apart, all others are one bin;"
        " “seen by both” is the teacher's mass on the former.",
        formula="KL(teacher‖student) = Σ p ln(p / q)",
        limits="KL is a lower bound. Under a dozen probes its interval is too narrow. Undefined"
        " where tokenizers differ or no log-probabilities are given.",
        source=f"Kullback and Leibler 1951; first parting: {OWN}",
        keys=("fidelity.*",),
    ),
)
