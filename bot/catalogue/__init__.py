"""The catalogue: every procedure with dated, sourced facts, and the answers made from them."""
