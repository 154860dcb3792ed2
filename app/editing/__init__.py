"""What editors do with articles. Each use case is one transaction, and leaves a record of itself.

Customers see a change only by `publishing`; everything else happens beside what they see.
"""
