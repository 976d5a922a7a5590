"""Varies a preset of the clip generator: python3 fresh_params.py MAKE_CLIPS.py PRESET SEED > params.json

Path, focal length, shake, length and lens change with the seed, and with it everything that the generator builds from it.
The same seed gives the same clip. `--list` in place of a preset names the presets.
"""
import ast
import json
import random
import sys


def presets(path):
    """The generator needs Blender to be imported: only its table is taken."""
    with open(path) as f:
        tree = ast.parse(f.read())
    wanted = [
        node
        for node in tree.body
        if (isinstance(node, ast.FunctionDef) and node.name == "seg")
        or (isinstance(node, ast.Assign) and node.targets[0].id == "CLIPS")
    ]
    names = {}
    exec(compile(ast.Module(wanted, []), path, "exec"), names)
    return names["CLIPS"]


def vary(name, preset, seed):
    r = random.Random(seed)
    clip = json.loads(json.dumps(preset))
    clip["seed"] = seed
    for segment in clip["segments"]:
        path = segment["path"]
        reach = 0.75 if name == "drone" else 0.25
        for end in ("p0", "p1"):
            if end in path:
                path[end] = [round(v + r.uniform(-0.25, 0.25) * reach / 0.25, 3) for v in path[end]]
        # Not where the view is built round one direction.
        if r.random() < 0.5 and "p1" in path and name not in ("drone", "distorted", "cut", "movers"):
            path["p0"], path["p1"] = path["p1"], path["p0"]
            if isinstance(path.get("yaw"), list):
                path["yaw"] = path["yaw"][::-1]
        lens, f = segment["lens"], r.uniform(0.88, 1.18)
        segment["lens"] = [round(x * f, 1) for x in lens] if isinstance(lens, list) else round(lens * f, 1)
        if isinstance(lens, list) and r.random() < 0.5:
            segment["lens"] = segment["lens"][::-1]
        path["shake"] = round(path.get("shake", 0) * r.uniform(0.7, 1.4), 2)
        segment["frames"] = max(24, int(segment["frames"] * r.uniform(0.85, 1.0)))
    if "k1" in clip:
        clip["k1"], clip["k2"] = round(clip["k1"] * r.uniform(0.6, 1.3), 4), round(clip["k2"] * r.uniform(0.5, 1.2), 4)
    clip["name"], clip["mode"] = "%s-%d" % (name, seed), name
    return clip


generator, name = sys.argv[1:3]
known = presets(generator)
if name == "--list":
    print(json.dumps(list(known)))
else:
    json.dump(vary(name, known[name], int(sys.argv[3])), sys.stdout)
