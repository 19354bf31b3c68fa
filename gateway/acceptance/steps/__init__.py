"""The steps of the checklist, one in each file; `checklist` has their order."""
