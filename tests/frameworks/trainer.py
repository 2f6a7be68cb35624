"""A training of transformers for scripts of these tests, and the points it has to leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.frameworks.conftest import Points

TRAINER = """
    import json
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments, set_seed

    set_seed(7)
    sizes = dict(vocab_size=32, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                 num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=16)
    model = LlamaForCausalLM(LlamaConfig(**sizes))
    data = [{"input_ids": row, "labels": row} for row in torch.randint(0, 32, (16, 8))]

    def training(callbacks=(), **more):
        given = dict(output_dir="out", max_steps=4, logging_steps=1, eval_strategy="steps",
                     eval_steps=2, save_strategy="no", use_cpu=True, disable_tqdm=True)
        args = TrainingArguments(**{**given, **more})
        return Trainer(model, args, train_dataset=data, eval_dataset=data[:4],
                       callbacks=list(callbacks))

    def keep(trainer, **more):
        with open("said.json", "w") as file:
            json.dump({"history": trainer.state.log_history, **more}, file)
"""

SINGLE = {
    "train_runtime",
    "train_samples_per_second",
    "train_steps_per_second",
    "train_loss",
    "total_flos",
}


def said() -> dict[str, Any]:
    """What the script kept."""
    return json.loads(Path("said.json").read_text())


def expected(history: list[dict[str, Any]]) -> Points:
    """The points that the trainer's own history stands for."""
    points: Points = {}
    for entry in history:
        step = entry["step"]
        for name, value in entry.items():
            if name != "step" and not isinstance(value, str):
                if name in SINGLE:
                    key = f"single_value/{name}"
                elif name.startswith("eval_"):
                    key = "eval/" + name.removeprefix("eval_")
                else:
                    key = f"train/{name}"
                points.setdefault(key, []).append((step, float(value)))
                points.setdefault("train/global_step", []).append((step, float(step)))
    return {key: sorted(set(found)) for key, found in points.items()}  # Last value wins.
