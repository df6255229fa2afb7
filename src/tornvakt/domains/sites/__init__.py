"""Premises (larmobjekt) we watch: customer, site, transmitter (larmsändare) and zone (zon)."""
