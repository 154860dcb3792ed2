"""Articles of other help centers, as a folder of Markdown that `kb import` takes.

`collecting` reads what a service exports into `Collected`, the same for all of them; `converting`
makes Markdown of its HTML; `writing` puts it into the folder, and says what was left behind.
"""
