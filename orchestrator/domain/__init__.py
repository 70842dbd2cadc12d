"""What a consultation is: states, turns, questions, outcome. Imports nothing but the standard library."""
