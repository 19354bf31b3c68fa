"""Charts and sparklines of the page: drawn here as SVG, and the same as numbers for who draws by a script.

They carry no style of their own, for the page allows none but its style sheets: classes and presentation attributes.
"""
