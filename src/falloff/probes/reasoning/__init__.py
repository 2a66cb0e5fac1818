"""Families of the capability *reasoning*."""
