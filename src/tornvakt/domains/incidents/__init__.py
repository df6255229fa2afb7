"""What the operators work on: the incident (händelse), its timeline (tidslinje) and its ending."""
