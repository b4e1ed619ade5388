"""Banks: networks of one structure, trained together as one batched model.

A bank of K networks holds all their parameters in one matrix, a row a network, and runs each layer of
all of them in one batched product. Every row has its own data order, masks, rates and outcome, and its
numbers do not depend on who else is in the bank.
"""
