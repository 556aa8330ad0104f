"""The detector: what of an account's mail is out of the ordinary, and what explains it."""
