"""Train a small classifier on real handwritten digits and watch it learn.

The data are the 1,797 scans of 8 by 8 pixels that scikit-learn ships; the network, its gradients
and the optimiser are plain numpy. Takes some tens of seconds: python examples/digits.py
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

import swanlab


def load(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Training and validation images (n, 8, 8; 0 to 1) and labels, shuffled."""
    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    images, labels = images[order].reshape(-1, 8, 8) / 16.0, labels[order]
    return images[:1400], labels[:1400], images[1400:], labels[1400:]


def shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The images, each moved by up to one pixel, with a little noise: augmentation."""
    down, right = rng.integers(-1, 2, 2)
    return np.roll(images, (down, right), (1, 2)) + rng.normal(0, 0.08, images.shape)


class Network:
    """Two hidden layers with ReLU, dropout, softmax cross-entropy, Adam."""

    def __init__(self, width: int, dropout: float, rng: np.random.Generator) -> None:
        sizes = [64, width, width, 10]
        self.weights = [
            rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
            for fan_in, fan_out in pairwise(sizes)
        ]
        self.weights += [np.zeros(size) for size in sizes[1:]]
        self.dropout, self.rng = dropout, rng
        self.first = [np.zeros_like(weight) for weight in self.weights]
        self.second = [np.zeros_like(weight) for weight in self.weights]
        self.steps = 0

    def forward(self, x: np.ndarray, training: bool) -> tuple[np.ndarray, list[np.ndarray]]:
        """Class probabilities (n, 10) and the input of every layer."""
        inputs = [x.reshape(len(x), 64)]
        for layer in range(2):
            hidden = np.maximum(inputs[-1] @ self.weights[layer] + self.weights[3 + layer], 0)
            if training:
                hidden *= (self.rng.random(hidden.shape) >= self.dropout) / (1 - self.dropout)
            inputs.append(hidden)
        logits = inputs[-1] @ self.weights[2] + self.weights[5]
        odds = np.exp(logits - logits.max(1, keepdims=True))
        return odds / odds.sum(1, keepdims=True), inputs

    def gradients(self, probabilities: np.ndarray, inputs: list, labels: np.ndarray) -> list:
        """Of the mean cross-entropy by every weight."""
        error = probabilities.copy()
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        matrices, biases = [], []
        for layer in (2, 1, 0):
            matrices.insert(0, inputs[layer].T @ error)
            biases.insert(0, error.sum(0))
            error = (error @ self.weights[layer].T) * (inputs[layer] > 0)
        return matrices + biases

    def step(self, gradients: list, rate: float) -> None:
        """One step of Adam (Kingma & Ba, 2015, algorithm 1)."""
        self.steps += 1
        for weight, first, second, gradient in zip(
            self.weights, self.first, self.second, gradients, strict=True
        ):
            np.add(first, 0.1 * (gradient - first), out=first)
            np.add(second, 0.001 * (gradient**2 - second), out=second)
            mean = first / (1 - 0.9**self.steps)
            spread = np.sqrt(second / (1 - 0.999**self.steps))
            np.subtract(weight, rate * mean / (spread + 1e-8), out=weight)


def loss_of(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean cross-entropy."""
    return float(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean())


def main() -> None:
    """Train, log every step, validate every epoch."""
    run = swanlab.init(
        project="digits",
        tags=["numpy", "mlp", "example"],
        description="A small classifier of handwritten digits, in plain numpy.",
        config={
            "epochs": 100, "batch_size": 32, "width": 384, "dropout": 0.2,
            "learning_rate": 1e-3, "seed": 7,
        },
    )  # fmt: skip
    config = run.config
    rng = np.random.default_rng(config.seed)
    images, labels, test_images, test_labels = load(rng)
    network = Network(config.width, config.dropout, rng)
    total = config.epochs * (len(images) // config.batch_size)
    for epoch in range(config.epochs):
        order = rng.permutation(len(images))
        for batch in np.array_split(order, len(images) // config.batch_size):
            rate = config.learning_rate * 0.5 * (1 + np.cos(np.pi * network.steps / total))
            probabilities, inputs = network.forward(shifted(images[batch], rng), training=True)
            gradients = network.gradients(probabilities, inputs, labels[batch])
            network.step(gradients, rate)
            norm = np.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
            swanlab.log(
                {
                    "train/loss": loss_of(probabilities, labels[batch]),
                    "train/accuracy": (probabilities.argmax(1) == labels[batch]).mean(),
                    "train/learning_rate": rate,
                    "train/gradient_norm": norm,
                }
            )
        probabilities, _ = network.forward(test_images, training=False)
        loss = loss_of(probabilities, test_labels)
        accuracy = float((probabilities.argmax(1) == test_labels).mean())
        swanlab.log(
            {"val/loss": loss, "val/accuracy": accuracy, "epoch": epoch}, step=network.steps
        )
        print(f"epoch {epoch + 1}/{config.epochs}  val loss {loss:.4f}  accuracy {accuracy:.3f}")
    swanlab.finish()


if __name__ == "__main__":
    main()
