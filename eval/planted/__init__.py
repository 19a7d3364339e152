"""Instructions planted in reports, and a count of how many are obeyed: ``python -m eval.planted``."""
