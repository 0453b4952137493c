"""An independent oracle: what Jintang does with a list when nobody acts, by docs/rules.md alone.

Nothing of the house is imported here; a test looks at the syntax trees to be sure.
"""
