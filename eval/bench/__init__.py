"""Benchmarks anyone can run: ``python -m eval.bench`` (the bars), ``python -m eval.bench.scale``."""
