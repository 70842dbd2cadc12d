"""What the callee asks, answered: from stored questions, else by a language model within bounds."""
