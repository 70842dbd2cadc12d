"""What happens in a call: the interview, understanding, answering, the call's life. Knows domain and ports only."""
