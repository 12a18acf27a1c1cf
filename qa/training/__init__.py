"""What is made beside the reader: its calibrator and its int8 form."""
