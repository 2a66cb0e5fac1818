"""Families of the capability *error_recovery*."""
