"""Lets Blender's compositor undistort and distort pictures of coordinates, and compares with ST-maps of ours.

blender -b --factory-startup --python undistort_in_blender.py -- IDENTITY.exr SCRIPT...

The picture holds the ST-map of no distortion. Beside each script of a scene lie UNDISTORT.bin and DISTORT.bin, the map that
is expected: red and green of each pixel from the top, as 32-bit floats. Prints distances in pixels as one line of JSON.
"""
import json
import os
import runpy
import sys

import bpy
import numpy as np


def load(path):
    picture = bpy.data.images.load(path)
    picture.colorspace_settings.name = "Non-Color"
    return picture


def warped(identity, direction, path):
    scene = bpy.context.scene
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    source = tree.nodes.new("CompositorNodeImage")
    source.image = load(identity)
    lens = tree.nodes.new("CompositorNodeMovieDistortion")
    lens.clip = bpy.data.movieclips[0]
    lens.distortion_type = direction
    target = tree.nodes.new("CompositorNodeComposite")
    tree.links.new(source.outputs[0], lens.inputs[0])
    tree.links.new(lens.outputs[0], target.inputs[0])
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)
    result = load(path)
    width, height = result.size
    return np.array(result.pixels[:]).reshape(height, width, 4)[::-1, :, :2]


def compare(identity, script, direction):
    folder = os.path.dirname(script)
    found = warped(identity, direction, os.path.join(folder, direction + ".exr"))
    height, width, _ = found.shape
    expected = np.fromfile(os.path.join(folder, direction + ".bin"), dtype=np.float32).reshape(height, width, 2)
    # At the edges Blender mixes in what lies outside the picture.
    inside = (slice(height // 8, -height // 8), slice(width // 8, -width // 8))
    off = np.hypot(*np.moveaxis((found - expected)[inside] * (width, height), 2, 0))
    return {"direction": direction, "medianPx": float(np.median(off)), "largestPx": float(np.max(off))}


def read(identity, script):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    runpy.run_path(script, run_name="__main__")
    return [compare(identity, script, direction) for direction in ("UNDISTORT", "DISTORT")]


identity, *scripts = sys.argv[sys.argv.index("--") + 1 :]
print("LENSES " + json.dumps([read(identity, script) for script in scripts]))
