"""Who is asking: API keys, the tokens of an identity provider, and the log of access."""
