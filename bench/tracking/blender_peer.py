"""Blender's own camera tracking of one clip: detect 200, track, solve, clean at 1.5 px, solve again.

Run by blender-peer.ts, as: blender -b --factory-startup --python blender_peer.py -- JOB.json
JOB.json: {clip, footage, frames, sensor_width_mm, start_focal_mm, tripod, radial, refill, tracks_out, result_out}
  footage        a video, or the first picture of a numbered sequence
  refill         detect again in the middle and at the end where fewer than 60 tracks last, for overlap; costs much time
  tracks_out     the 2D tracks, in pixels with a top-left corner origin and frames counted from 0
  result_out     both solves, as Blender has them (camera to world, looking along -Z, y up), and the times; null: track only

It is a plain script, not an artist. It is told what an artist would see at a glance: that the camera stands on a tripod,
that the lens is distorted. Blender 3.4; the API's names move in 4.0.
"""
import json
import sys
import time

import bpy
import numpy as np

PATTERN, SEARCH, TARGET, MIN_DISTANCE, MARGIN, CORRELATION = 21, 91, 200, 30, 16, 0.75
CLEAN_ERROR_PX, CLEAN_FRAMES = 1.5, 6
ENOUGH_ALIVE = 60

job = json.load(open(sys.argv[sys.argv.index("--") + 1]))
clip = bpy.data.movieclips.load(job["footage"])
N = clip.frame_duration
if N != job["frames"]:
    sys.exit("Blender counts %d frames, the truth %d" % (N, job["frames"]))
width, height = clip.size

scene = bpy.context.scene
scene.frame_start, scene.frame_end = 1, N
scene.render.resolution_x, scene.render.resolution_y = width, height
window = bpy.context.window_manager.windows[0]
area = max(window.screen.areas, key=lambda a: a.width * a.height)
area.type = "CLIP_EDITOR"  # factory start-up has none
space = area.spaces.active
space.clip, space.mode = clip, "TRACKING"
region = next(r for r in area.regions if r.type == "WINDOW")
settings, tracks, camera = clip.tracking.settings, clip.tracking.tracks, clip.tracking.camera


def op(fn, *args, **options):
    with bpy.context.temp_override(
        window=window, screen=window.screen, area=area, region=region, space_data=space, scene=scene, edit_movieclip=clip
    ):
        return fn(*args, **options)


def go_to(frame):
    """The clip editor has a clock of its own: without the second line every pass would begin at frame 1."""
    scene.frame_set(frame)
    space.clip_user.frame_current = frame


def select(chosen):
    for t in tracks:
        t.select = chosen(t)


class Clock:
    """Seconds by the wall and of processor time, over all threads."""

    def __init__(self):
        self.wall, self.cpu = time.time(), time.process_time()

    def read(self):
        return {"wall_s": round(time.time() - self.wall, 3), "cpu_s": round(time.process_time() - self.cpu, 3)}


def detect(target):
    """Lowers the threshold until enough corners are found, then keeps a fixed random choice of the target."""
    threshold = 0.5
    while True:
        select(lambda t: True)
        if len(tracks):
            op(bpy.ops.clip.delete_track)
        op(bpy.ops.clip.detect_features, threshold=threshold, min_distance=MIN_DISTANCE, margin=MARGIN, placement="FRAME")
        if len(tracks) >= target or threshold < 1e-5:
            break
        threshold *= 0.4
    found = len(tracks)
    if found > target:
        dropped = set(np.random.default_rng(1).permutation(found)[target:].tolist())
        for i, t in enumerate(tracks):
            t.select = i in dropped
        op(bpy.ops.clip.delete_track)
    return threshold, found


def follow(backwards):
    op(bpy.ops.clip.track_markers, backwards=backwards, sequence=True)


def followed(t):
    return [m for m in t.markers if not m.mute]


def add_tracks(threshold, starts):
    """Second and third detections, so that the solver has overlap over the whole clip."""
    for f in (N // 2, N):
        go_to(f)
        before = {t.name for t in tracks}
        op(bpy.ops.clip.detect_features, threshold=threshold, min_distance=MIN_DISTANCE + 10, margin=MARGIN, placement="FRAME")
        select(lambda t: t.name not in before)
        starts.update({t.name: f for t in tracks if t.name not in before})
        follow(backwards=True)
        if f < N:
            go_to(f)
            follow(backwards=False)


def pixels(m):
    return [round(m.co[0] * width, 5), round((1 - m.co[1]) * height, 5)]


def exported(t, start):
    markers = sorted(followed(t), key=lambda m: m.frame)
    first = next(m for m in t.markers if m.frame == start)
    return {
        "name": t.name,
        "start": [start - 1, *pixels(first)],
        "frames": [m.frame - 1 for m in markers],
        "xy": [pixels(m) for m in markers],
    }


def solve():
    clock = Clock()
    out = {"why": None}
    try:
        op(bpy.ops.clip.solve_camera)
    except RuntimeError as e:  # a failed solve leaves the one before it in place: not a result
        out["why"] = str(e).strip()
    out["time"] = clock.read()
    rec = clip.tracking.reconstruction
    if out["why"] is None and not rec.is_valid:
        out["why"] = "no valid reconstruction"
    if out["why"] is None:
        out["error_px"] = rec.average_error
        out["focal_px"] = camera.focal_length * width / camera.sensor_width
        out["k1"], out["k2"], out["k3"] = camera.k1, camera.k2, camera.k3
        out["bundles"] = sum(t.has_bundle for t in tracks)
        out["cameras"] = [{"frame": c.frame - 1, "cam_to_world": [list(r) for r in c.matrix]} for c in rec.cameras]
    return out


settings.default_pattern_size, settings.default_search_size, settings.default_motion_model = PATTERN, SEARCH, "Loc"
settings.default_pattern_match = "KEYFRAME"
settings.use_default_normalization, settings.use_default_brute = False, True
settings.default_correlation_min, settings.default_frames_limit, settings.default_margin = CORRELATION, 0, MARGIN

go_to(1)
clock = Clock()
threshold, found = detect(TARGET)
times = {"detect": clock.read()}
starts = {t.name: 1 for t in tracks}
clock = Clock()
select(lambda t: True)
follow(backwards=False)
times["track"] = clock.read()
first_pass = len(tracks)
alive = sum(any(m.frame == N for m in followed(t)) for t in tracks)
clock = Clock()
if job["refill"] and alive < ENOUGH_ALIVE:
    add_tracks(threshold, starts)
    times["track_again"] = clock.read()

json.dump(
    {
        "clip": job["clip"],
        "width": width,
        "height": height,
        "blender": bpy.app.version_string,
        "settings": {
            "patternSize": PATTERN, "searchSize": SEARCH, "correlation": CORRELATION, "motionModel": "Loc",
            "patternMatch": "keyframe", "normalize": False,
        },
        "detection": {"threshold": threshold, "minDistance": MIN_DISTANCE, "margin": MARGIN},
        "detected": found,
        "aliveAtEnd": alive,
        "firstPass": first_pass,
        "times": times,
        "tracks": [exported(t, starts[t.name]) for t in tracks],
    },
    open(job["tracks_out"], "w"),
)
if job["result_out"] is None:
    sys.exit(0)

camera.sensor_width, camera.units = job["sensor_width_mm"], "MILLIMETERS"
camera.focal_length = job["start_focal_mm"]
settings.use_tripod_solver, settings.use_keyframe_selection = job["tripod"], not job["tripod"]
settings.refine_intrinsics_focal_length = True
settings.refine_intrinsics_radial_distortion = job["radial"]
result = {"clip": job["clip"], "blender": bpy.app.version_string, "start_focal_mm": job["start_focal_mm"], "times": times}
result["tracks_alive"], result["tracks"] = alive, len(tracks)
result["first_solve"] = solve()
result["after_clean"] = None
if result["first_solve"]["why"] is None:
    op(bpy.ops.clip.clean_tracks, frames=CLEAN_FRAMES, error=CLEAN_ERROR_PX, action="DELETE_TRACK")
    result["tracks_after_clean"] = len(tracks)
    if len(tracks) >= 8:
        result["after_clean"] = solve()
    else:
        result["after_clean"] = {"why": "cleaning left %d tracks, a solve needs 8" % len(tracks), "time": {"wall_s": 0, "cpu_s": 0}}
result["process_cpu_s"] = round(time.process_time(), 3)
json.dump(result, open(job["result_out"], "w"))
