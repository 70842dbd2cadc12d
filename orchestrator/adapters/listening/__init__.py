"""What is heard in audio besides words: voices, their level, beeps."""
