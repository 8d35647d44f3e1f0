"""The demo site: a ward's one-stop office with the assistant on its pages."""
