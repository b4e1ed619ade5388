"""The engine: data, training, pruning and fine-tuning of one trial; the only part that computes."""
