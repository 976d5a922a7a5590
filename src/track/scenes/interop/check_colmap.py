"""Opens COLMAP text models with pycolmap and projects every point into every image that saw it.

Reads JSON from standard input: a list of folders; prints one result for each.
"""
import json
import math
import sys

import numpy as np
import pycolmap


def check(folder):
    model = pycolmap.Reconstruction(folder)
    squares, behind = [], 0
    for point in model.points3D.values():
        for element in point.track.elements:
            image = model.images[element.image_id]
            pixel = image.project_point(point.xyz)
            if pixel is None:
                behind += 1
            else:
                squares.append(float(np.sum((pixel - image.points2D[element.point2D_idx].xy) ** 2)))
    images = sorted(model.images.values(), key=lambda image: image.image_id)
    return {
        "images": [image.name for image in images],
        "registered": model.num_reg_images(),
        "cameras": sorted({camera.model.name for camera in model.cameras.values()}),
        "cameraCount": model.num_cameras(),
        "points": model.num_points3D(),
        "observations": model.compute_num_observations(),
        "keypoints": sum(len(image.points2D) for image in images),
        "errorPx": math.sqrt(sum(squares) / len(squares)),
        "largestErrorPx": math.sqrt(max(squares)),
        "behind": behind,
    }


print(json.dumps([check(folder) for folder in json.load(sys.stdin)]))
