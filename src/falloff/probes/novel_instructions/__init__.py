"""Families of the capability *novel_instructions*."""
