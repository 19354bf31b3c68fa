"""What cameras say of themselves over ONVIF, asked by short-lived commands only: which there are, their streams, their
clocks. The recorder needs none of it."""
