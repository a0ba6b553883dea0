"""What generators make of the OpenAPI document."""
