"""How fast the lab trains, beside TRL where it is installed."""
