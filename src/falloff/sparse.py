"""How little is too little: one threshold, and one wording of it for plan and finding alike."""

LEAST_SENSIBLE = 16
TOO_FEW_TO_SAY = (
    f"Too few to say: below {LEAST_SENSIBLE} probes a family an interval is mostly what was"
    " believed beforehand"
)
