"""How each number is defined, in a few words: what the headings of every table link to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One number: its anchor, its name, its meaning and, where it has one, its formula."""

    anchor: str
    name: str
    meaning: str
    formula: str = ""


def _define(anchor: str, name: str, meaning: str, formula: str = "") -> Definition:
    return Definition(anchor=anchor, name=name, meaning=meaning, formula=formula)


DEFINITIONS = (
    _define(
        "competence",
        "Competence",
        "Success with chance taken out. Chance g is known from the probe (1 in m for a choice of"
        " m, otherwise 0) and never estimated. It is not clipped, so noise can push it below 0.",
        "c = (p − g) / (1 − g)",
    ),
    _define(
        "interval",
        "Intervals",
        "Every number comes with its 90 % interval. Ratios come from joint draws over the same"
        " probes for teacher and student. “>” marks a value that lies beyond the box: only its"
        " bound is known. “–” means undefined.",
    ),
    _define(
        "axis",
        "Axis, dose and u",
        "An axis leads outward from the centre, its doses in its own unit. Curves are fitted and"
        " drawn on its scale u: 0 at the centre, 1 at the top of the box. Difficulty (more of the"
        " same task) and shift (away from training data) are different things.",
        "u = log₂((1 + dose) / (1 + centre)), normalised, unless the axis declares another",
    ),
    _define(
        "centre",
        "Centre",
        "Competence where nothing is stressed, measured by direct calls there.",
        "c(0)",
    ),
    _define(
        "volume",
        "Capability volume S",
        "Mean competence over the family's box. It needs no criterion. It depends on the measure"
        " μ, so it is always given with its suite and its μ.",
        "S = ∫ c dμ",
    ),
    _define(
        "volume-at",
        "Volume at τ",
        "The share of the box in which competence reaches the threshold τ.",
        "V = μ{x : c(x) ≥ τ}",
    ),
    _define(
        "edge",
        "Edge",
        "The dose at which competence first falls below τ, all other axes at their centre. “> L”:"
        " not within the box, whose top is L.",
        "e = inf{x : c(x) < τ}",
    ),
    _define(
        "steepness",
        "Steepness",
        "How fast competence falls in log u at half its ceiling. A difference between models says"
        " something only where their centres match.",
        "−d log[c / (c(0) − c)] / d log u",
    ),
    _define(
        "cliff",
        "Cliff index",
        "1 is a sheer cliff, near 0 a slope. From the doses (in u) where competence crosses ¾ and"
        " ¼ of its ceiling; undefined where a crossing lies outside the box.",
        "1 − (x¼ − x¾) / (x¼ + x¾)",
    ),
    _define(
        "interaction",
        "Interaction ρ",
        "How the axes of a family act together, from the fitted region: large, and any single"
        " axis breaks it; small, and the stresses trade off.",
    ),
    _define(
        "retention",
        "Retention",
        "The share of the teacher's capability volume that the student keeps. Capabilities weigh"
        " the same, fixed beforehand. Families whose centre the teacher does not hold leave both"
        " sums. People who quantise models call it recovery.",
        "R = Σ w S(student) / Σ w S(teacher)",
    ),
    _define(
        "volume-at-ratio",
        "Ratio of volumes at τ",
        "As retention, for the volume at τ.",
        "V(student) / V(teacher)",
    ),
    _define(
        "centre-ratio",
        "Centre ratio",
        "What a benchmark at the centre would say of the student.",
        "c(0) of the student / c(0) of the teacher",
    ),
    _define(
        "illusion",
        "Benchmark illusion",
        "By how much the centre overstates the student.",
        "centre ratio − retention",
    ),
    _define(
        "covered-weight",
        "Covered weight",
        "The share of the suite's weight on which the headline rests. Families that claim nothing"
        " leave it, and the other weights are renormalised.",
    ),
    _define(
        "verdict",
        "Verdict",
        "Pass: the lower one-sided 95 % bound of retention is above the margin. Fail: the upper"
        " one is below it. Otherwise inconclusive, which is no pass. “Collapsed” is said only"
        " where even the upper bound is below one half, “did not collapse” only where even the"
        " lower bound is above it.",
    ),
    _define(
        "status",
        "Status",
        "A family claims nothing where the teacher does not hold its centre, where competence is"
        " at floor or ceiling throughout, or where too few probes were scored.",
    ),
    _define(
        "worst-cell",
        "Worst cells",
        "Coordinates where the student is worse than the teacher and the interval of the"
        " difference, corrected for looking at all cells (Holm), excludes 0. The loss is one of"
        " fitted competence, which learns from neighbouring cells too; “solved” is what was seen"
        " in this cell alone.",
        "c(teacher) − c(student)",
    ),
    _define(
        "churn",
        "Churn",
        "Probes by who solved them. Lost: only the teacher. Gained: only the student. Same wrong:"
        " both failed with the same answer. Serving is not fully deterministic, so a model asked"
        " twice also shows some churn.",
    ),
    _define(
        "repeats",
        "Repeats",
        "Probes at the centre and draws from μ, asked again at the model's own sampling. pass^k:"
        " k askings in a row solve the probe, chance not removed, over μ. Flips: of two askings one"
        " solves it and one does not. Churn: the same of one asking of each model. Beyond flips:"
        " churn less the mean of both models' flips, the mean square difference of their chances to"
        " solve a probe; about 0 where a student differs from its teacher no more than each does"
        " from itself. An item is one cluster; repeats are never counted as fresh items.",
        "pass^k = C(c, k) / C(n, k), c of n solved",
    ),
    _define(
        "fidelity",
        "Fidelity",
        "First answers, over μ. Tokens are compared up to and including the first at which the"
        " texts part. KL is a lower bound: tokens that both models tell are told apart, all others"
        " are one bin; “seen by both” is the teacher's mass on the former. Under a dozen probes"
        " its interval is too narrow.",
        "KL(teacher‖student) = Σ p ln(p / q)",
    ),
    _define(
        "reasons",
        "Reasons",
        "Why a probe scored what it scored. An error (endpoint down, time-out) has no score and is"
        " never counted as the model's failure.",
    ),
    _define(
        "spending",
        "Spending",
        "What the answers took. A probe of many turns is many calls. Seconds are the time in"
        " which requests were in flight, queueing included, summed over calls.",
    ),
)
