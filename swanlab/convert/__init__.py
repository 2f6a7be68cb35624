"""What other trackers wrote, as runs of ours: ``swanlab convert``. One file for each of them."""
