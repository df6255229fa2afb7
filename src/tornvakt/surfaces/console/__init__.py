"""The operator's door: sign-in and the desk. One file per page; texts live in the catalogues."""
