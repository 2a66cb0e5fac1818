"""Families of the capability *long horizon*."""
