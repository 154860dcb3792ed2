"""Reading what authors write: Markdown in several tools' dialects, made into safe HTML."""
