"""Calibrations: zero and span gas that the gateway lets in, and what they and people's own showed. No measured value is
ever corrected by them.

plan         the configuration → gases, valves, times
sequence     one instrument, valve by valve, held at 01 until it is known to measure again
requests     who wants a sequence, and whether it may begin
valves       opened once, closed until they show it, each thing written down
step_clock   the time in a step, and pauses that outlast it
declaration  what the gateway declares of the parameters meanwhile
gas_checks   what was read while a gas flowed → results
orphans      sequences of instruments that have no valves any more
runs         who asked for a sequence, and its journal
results      what calibrations and comparisons showed
due          when each instrument is due, and which deviations are too great
ranges       over which range a deviation is told
"""
