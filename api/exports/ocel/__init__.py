"""The log as OCEL 2.0 (ocel-standard.org): events with all objects that they are about, for process mining."""
