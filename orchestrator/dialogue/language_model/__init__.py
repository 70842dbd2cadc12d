"""What a language model is told and asked, and what of its words may be used."""
