"""The rooms. Each keeps its own tables; only its own services write in them."""
