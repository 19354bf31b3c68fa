"""Calibrations: zero and span gas that the gateway lets in, and what they and people's own showed. No measured value is
ever corrected by them.

plan      the configuration → gases, valves, times
sequence  one instrument, valve by valve, held at 01 until it is known to measure again
runs      who asked for a sequence, and its journal
results   what calibrations and comparisons showed
ranges    over which range a deviation is told
"""
