"""The language of these reports: quantities, indicators, synonyms, roles, English, pinyin."""
