"""One module for each part of a run; each has `measure(ground) -> Part`."""
