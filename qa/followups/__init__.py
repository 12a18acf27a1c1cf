"""Follow-up questions, made to stand alone by rules."""
