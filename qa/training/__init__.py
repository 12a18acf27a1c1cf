"""How the reader is made: its data, its training, its calibrator and its int8 form."""
