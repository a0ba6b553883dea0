"""The edge: what wires everything, the application and its document, its addresses, the command line."""
