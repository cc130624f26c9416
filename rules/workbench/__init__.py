"""What a rule author does with packs: check, prove, score, explain, measure."""
