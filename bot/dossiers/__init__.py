"""Where a dossier stands in the one-stop system: codes, systems, proof, brakes, notices."""
