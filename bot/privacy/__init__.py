"""Personal data: recognised and replaced by fixed labels before a text is stored, logged or sent on."""
