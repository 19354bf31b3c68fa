"""What Prometheus is told of a station: a pure function of its status and of what was counted of its deliveries.

Names end in their unit, in base units (seconds, bytes, ratios from 0 to 1), counters in `_total`; a parameter's value
stays in the unit in which it is sent, which is a label. Labels come from the configuration or are words of ours: their
number is bounded. What nobody knows has no sample: never 0, never NaN.
"""
