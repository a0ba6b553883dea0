"""Everything with a side effect: the store, the codec, settings, the clock."""
