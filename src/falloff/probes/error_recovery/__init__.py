"""Families of the capability *error recovery*."""
