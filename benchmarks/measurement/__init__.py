"""falloff's adaptive measurement against its peers, on simulated models with known truth."""
