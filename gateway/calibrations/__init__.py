"""What calibrations showed: results that people and the gateway keep. No measured value is ever corrected by them.

results  the results in the database
ranges   over which range a deviation is told
"""
