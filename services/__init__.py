"""The five services of the hall. They talk over the bus only and never import one another."""
