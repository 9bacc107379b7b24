"""The pages of generation: each view consists of a form, one call of the domain, and a response."""
