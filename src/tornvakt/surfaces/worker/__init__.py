"""The worker: carries signals from the inbox into the database, and does what follows later."""
