"""Lists going out: what departments hear of their signals, the numbers of a month."""
