"""The maps of the desk, without a desk."""
