"""Places and offices: gazetteer, the library's own names, sub-units."""
