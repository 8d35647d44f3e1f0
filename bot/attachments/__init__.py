"""Files between citizens and officers: taken in, checked, kept for a while, served by signed links."""
