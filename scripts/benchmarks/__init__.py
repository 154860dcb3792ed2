"""What scripts/bench runs: speed beside peers, speed under load, and where the time goes."""
