"""An authority: servers that take files in, the receiver that reads them, the rules that judge them, the score."""
