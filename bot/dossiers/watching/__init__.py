"""Notices: dossiers watched with consent, checked politely, told once for each change."""
