"""All lists at one position, row by row, and the files that DuckDB writes of them."""
