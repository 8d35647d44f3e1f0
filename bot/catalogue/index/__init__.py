"""Search over names of procedures, curated and imported: words and pairs of words, without diacritics."""
