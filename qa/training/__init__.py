"""The recipe behind qa/models/reader: data, training, calibration, export."""
