"""The automatic sampler: requests kept in the database, told to the device once, and never twice within an interval.

store    requests and their outcomes
sampler  the clerk's stage between the requests and the device
"""
