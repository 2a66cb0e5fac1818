"""What tiny experiments begin with: as little training as there can be, a teacher that is there."""

PARTS = """
families = ["rule_chain", "tool_chain"]
seeds = [1, 2]
teacher = "teacher"

[slices.broad]
difficulty = { scale = 1.0, top = 2 }
shift = { scale = 1.0, top = 1 }
[corpora.broad]
slice = "broad"
size = 20
[schedules.quick]
tokens = 300
warmup = 1
max_steps = 2

[models.teacher]
recipe = "checkpoint"
folder = "micro:teacher"
once = true
"""
