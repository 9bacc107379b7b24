"""The pages of generation: each view is a form, one call of the domain, and an answer."""
