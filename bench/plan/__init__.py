"""The plan: trials with content hashes, and the stages that they share."""
