"""Language models and sentence encoders, at OpenAI or whoever speaks its API."""
