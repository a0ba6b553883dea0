"""What is asked of histories: state, clocks, metrics, the audit."""
