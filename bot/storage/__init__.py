"""Tables, connections and migrations; the only package that knows SQL dialects."""
