"""How things are found and kept: reviews, the days that their limits follow, numbers of papers, stand-ins."""
