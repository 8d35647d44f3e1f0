"""The sandbox as each of the three real systems would answer."""
