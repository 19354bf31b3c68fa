"""① Camera → packets: one connection to each, by FFmpeg; every refusal named."""
