"""Figures beside peers in one run, as ratios: `python -m bench`. Nothing here is a timed test."""
