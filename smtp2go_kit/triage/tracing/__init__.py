"""One person's mail, or one email: what happened to it, and the safe next step."""
