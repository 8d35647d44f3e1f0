"""Một Cửa: an assistant for public services in Vietnamese."""
