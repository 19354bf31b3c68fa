"""The file itself: bytes → nodes → plain values with their lines; and what is wrong in it, in sentences for people."""
