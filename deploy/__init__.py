"""Ways to run the house: everything in one process (embedded), or the same services as processes on real parts."""
