"""The words every room shares, with their bounds; amounts of money; how values are changed."""
