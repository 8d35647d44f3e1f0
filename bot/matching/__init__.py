"""Text features, linear models and nearest names: plain NumPy and SciPy, no Rasa, no I/O but save and load."""
