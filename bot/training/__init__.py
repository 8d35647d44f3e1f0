"""Releases: trained in a subprocess, registered with their hash, activated and rolled back."""
