"""② Packets → segments: cut on key frames, written as they come, synced each second."""
