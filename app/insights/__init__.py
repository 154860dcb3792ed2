"""The figures for staff: what became of needs for help, where help fails, and what to do about it.

Every figure's definition is in docs/insights.md and on /insights/definitions.
"""
