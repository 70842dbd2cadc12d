"""All that is kept, in Redis: consultations and campaigns, caches, permits, news."""
