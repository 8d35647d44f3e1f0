"""The gate: the candidate is examined beside the serving release and must not be worse."""
