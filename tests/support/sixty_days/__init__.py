"""Two stations with sixty days behind them, written by the house's own stages and stores into real databases: a
wastewater station and one of ambient air, for whoever walks through pages or measures them.

Deterministic but for the journal's key: the same days, values and accidents, whenever they are made.
"""
