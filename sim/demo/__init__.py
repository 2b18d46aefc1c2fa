"""The standard day (示范日): citizens, clerks, departments, payers and the superior authority, played over HTTP."""
