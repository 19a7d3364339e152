"""Marks of punctuation: where sentences, clauses and the parts of a list end, and what is quoted."""

from __future__ import annotations

import re

SENTENCE_END = re.compile("[。；;！!？?]")
CLAUSE_END = re.compile("[，,：:。；;！!？?]")
PART_END = re.compile("[、，,：:。；;！!？?]")
QUOTED = re.compile("[“\"'《「‘]([^“”\"'《》「」‘’]{2,30})[”\"'》」’]")
