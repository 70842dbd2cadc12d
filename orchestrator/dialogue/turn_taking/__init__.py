"""Who has the floor in a live call: pure decisions about sound, words and time, without audio, clock or tasks."""
