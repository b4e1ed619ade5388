"""How the peers run a pruning experiment, re-enacted: own loops after what theirs do, none of their code.

Both hand each sample through PIL in a DataLoader and multiply masks into the weights in every forward
pass. ShrinkBench (Blalock et al., MLSys 2020) also waits for the device three times a step, reports each
step to a progress bar, finds its threshold by `np.quantile`, counts operations over copied activations,
and evaluates once more at the end. OpenLTH (Frankle) trains anew from rewound weights at every level and
saves model and optimiser each epoch. Their loaders' worker processes are left out unless asked for: they
would only add to the peers' processor time.
"""

from __future__ import annotations

import copy
import io

import numpy as np
import torch
from PIL import Image
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from tqdm import tqdm


class PilImages(Dataset):
    """Images (n, c, h, w) as uint8 and their labels, handed out through PIL."""

    def __init__(self, images, labels, *, augmented):
        channels = images.shape[1]
        steps = [transforms.RandomCrop(images.shape[2], padding=4), transforms.RandomHorizontalFlip()]
        self.images = images.permute(0, 2, 3, 1).squeeze(3).numpy()
        self.labels = labels
        self.transform = transforms.Compose(
            [
                *(steps if augmented else []),
                transforms.ToTensor(),
                transforms.Normalize((0.5,) * channels, (0.25,) * channels),
            ]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def pil_epoch(images, labels, batch_size, *, augmented):
    """Batches of one epoch, shuffled, loaded in this process."""
    loader = DataLoader(PilImages(images, labels, augmented=augmented), batch_size, shuffle=True)
    torch.manual_seed(0)
    return iter(loader)


class Masked(torch.nn.Module):
    """A linear layer or a convolution that multiplies its mask in at every forward pass."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.register_buffer("mask", torch.ones_like(layer.weight))

    def forward(self, x):
        weight = self.layer.weight * self.mask
        if isinstance(self.layer, torch.nn.Linear):
            return functional.linear(x, weight, self.layer.bias)
        return self.layer._conv_forward(x, weight, self.layer.bias)


def masked(model):
    """A copy of `model` whose linear layers and convolutions are `Masked`, and those by name."""
    model = copy.deepcopy(model)
    found = {}
    for name, layer in list(model.named_modules()):
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
            parent, _, own = name.rpartition(".")
            found[name] = Masked(layer)
            setattr(model.get_submodule(parent), own, found[name])
    return model, found


class PeerTask:
    """A task's splits as the peers' data sets, and how to train: batch size, rate, workers, device."""

    def __init__(self, data, lr, *, augmented=False, workers=0, device="cpu", batch_size=128):
        self.train = PilImages(data.train.inputs, data.train.targets, augmented=augmented)
        self.test = PilImages(data.test.inputs, data.test.targets, augmented=False)
        self.lr, self.workers, self.device, self.batch_size = lr, workers, device, batch_size

    def loader(self, split, *, shuffle):
        return DataLoader(split, self.batch_size, shuffle=shuffle, num_workers=self.workers)

    def optimizer(self, model):
        return torch.optim.SGD(model.parameters(), self.lr, momentum=0.9, foreach=False)


def shrinkbench_pass(model, task, optimizer=None):
    """One pass over the training split with `optimizer`, else over the test split; mean batch accuracy."""
    split, training = (task.train, True) if optimizer else (task.test, False)
    model.train(training)
    accuracies = []
    bar = tqdm(task.loader(split, shuffle=training), file=io.StringIO())
    with torch.set_grad_enabled(training):
        for inputs, targets in bar:
            images, labels = inputs.to(task.device), targets.to(task.device)
            outputs = model(images)
            loss = functional.cross_entropy(outputs, labels)
            if training:
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
            top = outputs.topk(5, 1).indices.eq(labels[:, None])
            top1, top5 = top[:, :1].sum().item() / len(labels), top.sum().item() / len(labels)
            accuracies.append(top1)
            bar.set_postfix(loss=loss.item(), top1=top1, top5=top5)
    return float(np.mean(accuracies))


def shrinkbench_dense(model, task, epochs):
    """A dense network trained as ShrinkBench trains, evaluated after each epoch."""
    model = copy.deepcopy(model)
    optimizer = task.optimizer(model)
    for _ in range(epochs):
        shrinkbench_pass(model, task, optimizer)
        shrinkbench_pass(model, task)
    return model


def shrinkbench_trial(dense, task, sparsity, epochs):
    """One trial: the dense state loaded, masked by magnitude, fine-tuned, counted, evaluated, saved."""
    state = io.BytesIO()
    torch.save(dense.state_dict(), state)
    state.seek(0)
    model = copy.deepcopy(dense)
    model.load_state_dict(torch.load(state, weights_only=True))
    model, layers = masked(model)
    next(iter(task.loader(task.train, shuffle=True)))
    weights = {name: layer.layer.weight.detach().cpu().numpy() for name, layer in layers.items()}
    limit = np.quantile(np.concatenate([np.abs(weight).ravel() for weight in weights.values()]), sparsity)
    for name, layer in layers.items():
        layer.mask.copy_(torch.from_numpy((np.abs(weights[name]) > limit).astype(np.float32)))
    _count_operations(model, layers, task)
    optimizer = task.optimizer(model)
    for _ in range(epochs):
        shrinkbench_pass(model, task, optimizer)
        shrinkbench_pass(model, task)
    accuracy = shrinkbench_pass(model, task)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, io.BytesIO())
    return accuracy


def _count_operations(model, layers, task):
    seen = {}
    hooks = [
        layer.register_forward_hook(lambda _, given, out, name=name: seen.update({name: out.cpu().numpy()}))
        for name, layer in layers.items()
    ]
    images, _ = next(iter(task.loader(task.test, shuffle=False)))
    with torch.no_grad():
        model(images.to(task.device))
    for hook in hooks:
        hook.remove()
    return {name: out.size * int(layers[name].mask.sum()) for name, out in seen.items()}


def openlth_lottery(initial, task, levels, epochs):
    """The accuracies of OpenLTH's levels 0 … `levels`: 20 % of what is left goes, and all trains anew."""
    model, layers = masked(initial)
    start = copy.deepcopy(model.state_dict())
    accuracies = []
    for level in range(levels + 1):
        if level:
            _prune_a_fifth(layers)
            masks = {f"{name}.mask": layer.mask for name, layer in layers.items()}
            model.load_state_dict({**start, **masks})
            torch.save({name: mask.int() for name, mask in masks.items()}, io.BytesIO())
        openlth_training(model, task, epochs)
        accuracies.append(_openlth_evaluation(model, task))
    return accuracies


def openlth_training(model, task, epochs):
    """Train as OpenLTH does: the test split first and after each epoch, everything saved each epoch."""
    optimizer = task.optimizer(model)
    _openlth_evaluation(model, task)
    for _ in range(epochs):
        openlth_pass(model, task, optimizer)
        _openlth_evaluation(model, task)
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, io.BytesIO())


def openlth_pass(model, task, optimizer):
    """One pass over the training split."""
    model.train()
    for images, labels in task.loader(task.train, shuffle=True):
        optimizer.zero_grad()
        functional.cross_entropy(model(images.to(task.device)), labels.to(task.device)).backward()
        optimizer.step()


def _openlth_evaluation(model, task):
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in task.loader(task.test, shuffle=False):
            correct += (model(images.to(task.device)).argmax(1).cpu() == labels).sum().item()
    return correct / len(task.test)


def _prune_a_fifth(layers):
    weights = {name: (layer.layer.weight * layer.mask).detach().abs() for name, layer in layers.items()}
    left = np.concatenate([weight[layers[name].mask > 0].numpy() for name, weight in weights.items()])
    limit = np.sort(left)[round(0.2 * len(left)) - 1]
    for name, weight in weights.items():
        layers[name].mask.copy_((weight > limit).float())
