"""What plain rules know of answers, where a reader guesses: their kinds and ends, what is corrected, what is new."""
