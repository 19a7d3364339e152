"""Language models behind one protocol: endpoint, budget, prompts, drafts, the fake."""
