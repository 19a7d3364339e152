"""Paragraphs over whole reports: their pieces, their prose, and what was left out."""
