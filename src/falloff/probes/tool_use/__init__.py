"""Families of the capability *tool use*."""
