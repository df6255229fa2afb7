"""What the wire said (signal) and what it means (larm). Reads the sites below, nothing above."""
