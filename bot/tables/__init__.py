"""Comparisons, matrices and their exports."""
