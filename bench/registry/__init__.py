"""The registry: what a plugin may offer, and how plugins are found, isolated and looked up."""
