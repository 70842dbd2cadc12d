"""Work that is due, on docket: what wakes workers, and the workers."""
