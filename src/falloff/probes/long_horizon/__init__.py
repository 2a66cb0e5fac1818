"""Families of the capability *long_horizon*."""
