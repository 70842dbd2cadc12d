"""A call in real time: two streams of audio, over the same exchanges as a call that goes turn by turn."""
