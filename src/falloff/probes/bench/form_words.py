"""Words of form: they are no names, also where they have a capital."""

from __future__ import annotations

FORM_WORDS = frozenset(
    """a after all an and are as at before between but by can choose did do does during each every
    find for from given had has have he her here his how however i if in is it its let most my now of
    on one or our over please she so some suppose than that the their then there these they this
    those to under was we were what when where which while who whom whose why will with would you
    your""".split()
)
