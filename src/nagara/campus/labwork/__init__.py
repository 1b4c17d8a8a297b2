"""Labs in a batch: variation, answers, grades with evidence, the class, offline packs."""
