"""What the pages of the editor need beside the use cases of `app.editing`: lists, forms, advice."""
