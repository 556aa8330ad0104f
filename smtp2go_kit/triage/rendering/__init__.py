"""A triage's report as text, markdown, HTML and a frame; all four say the same.

What others wrote is made harmless by whoever shows it, so it stays as it was until then.
"""
