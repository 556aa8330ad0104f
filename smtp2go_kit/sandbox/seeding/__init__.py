"""Invented mail, and what becomes of it: the parts that every simulated account is made of."""
