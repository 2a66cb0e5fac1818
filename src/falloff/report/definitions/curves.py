"""What is said of one model along one axis."""

from falloff.report.definitions.definition import OWN, Definition

CURVES = (
    Definition(
        anchor="edge",
        name="Edge and threshold τ",
        meaning="The dose at which competence first falls below τ, all other axes at their centre."
        " “> L”: not within the box, whose top is L.",
        formula="e = inf{x : c(x) < τ}",
        limits="The fitted region only falls: a rise after a dip shows in the raw results and the"
        " steps, not in the edge. Between two doses that can be asked, only the form tells.",
        source="a threshold as in psychophysics: Wichmann and Hill 2001",
        keys=("edges", "threshold"),
    ),
    Definition(
        anchor="contour",
        name="Contour",
        meaning="Over two axes at once, others at their centre: where fitted competence falls to τ."
        " It meets each axis at that axis' edge, and its corner shows how the two stresses add up.",
        formula="{(x, y) : c(x, y) = τ}",
        limits="Rests on the fitted form of the region, above all away from the axes where few"
        " probes lie; its band is pointwise. Along nominal axes it is that of the first label.",
        source="pooling of stresses: Quick 1974",
    ),
    Definition(
        anchor="steepness",
        name="Steepness",
        meaning="How fast competence falls in log u at half its ceiling.",
        formula="−d log[c / (c(0) − c)] / d log u",
        limits="Undefined where half the ceiling is not reached in the box. A difference between"
        " models says something only where their centres match, and depends on the scale u.",
        source="slope of the log-odds: Berkson 1944",
        keys=("steepness",),
    ),
    Definition(
        anchor="cliff",
        name="Cliff index",
        meaning="1 is a sheer cliff, near 0 a slope. From the u where competence crosses ¾ and ¼"
        " of its ceiling.",
        formula="1 − (x¼ − x¾) / (x¼ + x¾)",
        limits="Undefined where a crossing lies outside the box.",
        source=OWN,
        keys=("cliff",),
    ),
    Definition(
        anchor="compounding",
        name="Against compounding",
        meaning="On an axis that counts dependent steps, competence falls without any edge if every"
        " step succeeds with the same accuracy a. Only a fall that is steeper than that, at 5 %,"
        " is a finding. The exponent β is 1 for compounding, larger for steeper.",
        formula="c = c(0) aⁿ⁻ⁿ⁰ against c = c(0) exp(−(k(n − n₀))^β); likelihood ratio, χ² with 1"
        " degree of freedom",
        limits="Needs three doses on the axis, other axes at their centre; else undefined. No"
        " interval is given. a describes the curve only where it is not steeper. β is sought"
        " between ¼ and 8. No correction for several models or axes.",
        source="likelihood ratio: Wilks 1938; compounding errors: Dziri et al. 2023",
        keys=(
            "compounding.step_accuracy",
            "compounding.exponent",
            "compounding.statistic",
            "compounding.p",
        ),
    ),
    Definition(
        anchor="monotone",
        name="Monotone steps",
        meaning="The non-increasing competence nearest to the raw results of an axis, with no form"
        " assumed: thin steps beside the fitted curve. Where the two part, trust neither blindly.",
        formula="min Σ n (rate − m)² over non-increasing m",
        limits="One value per dose asked, no interval, and rough where few probes stand behind a"
        " dose. Only the axis itself counts; the fitted curve learns from the whole box.",
        source="pool adjacent violators: Ayer et al. 1955",
        keys=("monotone.competence",),
    ),
)
