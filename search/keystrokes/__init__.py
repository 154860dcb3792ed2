"""The key index: sorted keystrokes on disk, and what typed words find in them."""
