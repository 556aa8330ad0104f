"""What Gmail, Yahoo, Microsoft and Apple ask of senders, and whether an account does it."""
