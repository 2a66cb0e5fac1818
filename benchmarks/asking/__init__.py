"""How much asking costs, beside peers in the same run."""
