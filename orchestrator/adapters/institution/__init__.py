"""An institution's steps and wording, from its file."""
