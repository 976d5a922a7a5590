"""Opens USD files with Pixar's library and lets its own camera look at the points.

Reads JSON from standard input: a list of files; prints one result for each.
"""
import json
import sys

from pxr import Gf, Usd, UsdGeom


def read(path):
    stage = Usd.Stage.Open(path)
    camera = next(UsdGeom.Camera(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera))
    cloud = next(UsdGeom.Points(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Points))
    tracks = list(cloud.GetIdsAttr().Get())
    points = [Gf.Vec3d(point) for point in cloud.GetPointsAttr().Get()]
    frames = {}
    for time in camera.GetPrim().GetAttribute("xformOp:transform").GetTimeSamples():
        frustum = camera.GetCamera(time).frustum
        matrix = frustum.ComputeViewMatrix() * frustum.ComputeProjectionMatrix()
        seen = [matrix.Transform(point) for point in points]
        frames[int(time)] = [[point[0], point[1]] for point in seen]
    return {
        "defaultPrim": str(stage.GetDefaultPrim().GetPath()),
        "upAxis": UsdGeom.GetStageUpAxis(stage),
        "range": [stage.GetStartTimeCode(), stage.GetEndTimeCode()],
        "rate": stage.GetTimeCodesPerSecond(),
        "documentation": stage.GetRootLayer().documentation,
        "tracks": tracks,
        "frames": frames,
    }


print(json.dumps([read(path) for path in json.load(sys.stdin)]))
