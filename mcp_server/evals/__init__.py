"""Tasks with exact answers on the sandbox account, replayed by script or given to a model."""
