"""Fits of the constants that choose what is said, on the evaluation's own labels."""
