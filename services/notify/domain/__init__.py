"""What is told to whom, in which words, and which addresses may be called: values and pure functions."""
