"""Runs scene scripts in Blender, each in a fresh file, and prints what the scenes hold as one line of JSON.

blender -b --factory-startup --python read_blender_scene.py -- SCRIPT...
"""
import json
import runpy
import sys

import bpy


def read_scene(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    runpy.run_path(path, run_name="__main__")
    scene = bpy.context.scene
    render = scene.render
    camera = scene.camera
    frames = {}
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = camera.evaluated_get(graph)
        projection = evaluated.calc_matrix_camera(
            graph,
            x=render.resolution_x,
            y=render.resolution_y,
            scale_x=render.pixel_aspect_x,
            scale_y=render.pixel_aspect_y,
        )
        matrix = projection @ evaluated.matrix_world.inverted()
        frames[frame] = {"clipFromWorld": [value for row in matrix for value in row]}
    cloud = bpy.data.objects["Hindsight points"]
    tracks = cloud.data.attributes["track"].data
    points = {tracks[i].value: list(cloud.matrix_world @ v.co) for i, v in enumerate(cloud.data.vertices)}
    return {
        "frames": frames,
        "points": points,
        "size": [render.resolution_x, render.resolution_y],
        "pixelAspect": render.pixel_aspect_x / render.pixel_aspect_y,
        "range": [scene.frame_start, scene.frame_end],
        "rate": render.fps / render.fps_base,
        "background": background(camera.data),
    }


def background(data):
    if not data.background_images:
        return None
    image = data.background_images[0]
    inside = image.clip.tracking.camera
    names = [name for name in dir(inside) if name[0] == "k" or name.startswith(("division", "nuke", "brown"))]
    pixels = getattr(inside, "principal_point_pixels", None)
    return {
        "size": list(image.clip.size),
        "start": image.clip.frame_start,
        "undistorted": image.clip_user.use_render_undistorted,
        "lens": {"model": inside.distortion_model, **{n: getattr(inside, n) for n in names if n[-1].isdigit()}},
        "principal": list(pixels if pixels is not None else inside.principal),
    }


print("SCENES " + json.dumps([read_scene(path) for path in sys.argv[sys.argv.index("--") + 1 :]]))
