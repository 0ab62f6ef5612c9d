"""The learned readout: predict and say why. The frozen population."""
