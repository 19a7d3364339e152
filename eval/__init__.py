"""The benchmark: cases, metrics and rivals, looking at the product from outside."""
