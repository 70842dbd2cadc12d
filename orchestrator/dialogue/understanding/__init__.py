"""From an utterance to its meaning: fixed rules first, then likeness to what is expected."""
