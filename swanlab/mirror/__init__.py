"""Recording what a program logs to another tracker: ``swanlab.sync_wandb()`` and the like.

Each file wraps the calls of one library; the library's own work stays as it is. What goes wrong on
our side is said once and never reaches the program.
"""
