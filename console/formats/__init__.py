"""How each language writes days, moments and numbers, where Berth does not write them as Django does."""
