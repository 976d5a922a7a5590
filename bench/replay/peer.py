"""Optuna's tree-structured Parzen estimator on the table of a replay: as many runs on the same training clips as the learner has.

Reads one JSON object from standard input: {"kinds": [{"clips": [{key: worth}...]}...], "parts": {key: {name: value}}, "runs": 20,
"seeds": 20}. For each seed and kind it runs one study over the named parts (a combination that was not run counts as the key
that shares most of them), each trial on the next clip of a shuffled deck, and writes the best trial's key, and the key with the best
mean: {"best": [[key...]...], "mean": [[key...]...]}.
"""
import json
import random
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.CRITICAL)


def deck(clips, rng):
    while True:
        order = list(range(len(clips)))
        rng.shuffle(order)
        yield from order


def study_of(clips, parts, runs, seed):
    rng = random.Random(seed)
    order = deck(clips, rng)
    names = sorted({name for values in parts.values() for name in values})
    choices = {name: sorted({values.get(name, "as is") for values in parts.values()}, key=str) for name in names}
    seen = {}

    def nearest(asked):
        return max(parts, key=lambda key: (sum(parts[key].get(n, "as is") == asked[n] for n in names), key == "default"))

    def objective(trial):
        key = nearest({name: trial.suggest_categorical(name, choices[name]) for name in names})
        trial.set_user_attr("key", key)
        value = clips[next(order)].get(key, 0)
        seen.setdefault(key, []).append(value)
        return value

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial({name: "as is" for name in names})
    study.optimize(objective, n_trials=runs)
    mean = max(seen, key=lambda key: sum(seen[key]) / len(seen[key]))
    return study.best_trial.user_attrs["key"], mean


def main():
    asked = json.load(sys.stdin)
    found = [
        [study_of(kind["clips"], asked["parts"], asked["runs"], 1000 * seed + i) for i, kind in enumerate(asked["kinds"])]
        for seed in range(asked["seeds"])
    ]
    print(json.dumps({"best": [[b for b, _ in row] for row in found], "mean": [[m for _, m in row] for row in found]}))


main()
