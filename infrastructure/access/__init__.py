"""Who is asking: what stands behind a bearer token."""
