"""Links of articles to other sites: which there are, and which have led nowhere for a while."""
