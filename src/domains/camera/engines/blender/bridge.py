"""Lets another program drive Blender's tracker and solver: one request a line on standard input, one answer a line.

Run as: blender -b --factory-startup --python bridge.py
Request: {"id": 1, "do": "open", "with": {...}}      answer: @hindsight {"id": 1, "value": ...} or {"id": 1, "error": "..."}

All that decides is on the other side of the pipe; this file only calls the API. Frames are Blender's (the first is 1),
positions Blender's too (0 to 1, lower-left corner). Blender 3.2 or later for temp_override; tested with 3.4. What is named
differently from 4.0 on is looked for by its attributes.
"""
import json
import math
import os
import sys

import bpy

# Blender and its libraries print what they like: answers get the standard output for themselves, the rest the error output.
ANSWERS = os.dup(1)
os.dup2(2, 1)

SENSOR_MM = 36.0

scene = bpy.context.scene
window = bpy.context.window_manager.windows[0]
area = max(window.screen.areas, key=lambda a: a.width * a.height)
area.type = "CLIP_EDITOR"  # factory start-up has none
space = area.spaces.active
space.mode = "TRACKING"
region = next(r for r in area.regions if r.type == "WINDOW")

followed = {}
"""Blender's tracks by the caller's ids. Their structures stay where they are when others are deleted."""


def op(clip, operator, **options):
    space.clip = clip
    with bpy.context.temp_override(
        window=window, screen=window.screen, area=area, region=region, space_data=space, scene=scene, edit_movieclip=clip
    ):
        return operator(**options)


def go_to(frame):
    """The clip editor has a clock of its own: without the second line every pass would begin at frame 1."""
    scene.frame_set(frame)
    space.clip_user.frame_current = frame


def tracks_of(clip):
    return clip.tracking.objects[0].tracks  # the first object is the camera


def delete(clip, tracks):
    chosen = {track.as_pointer() for track in tracks}
    for track in tracks_of(clip):
        track.select = track.as_pointer() in chosen
    if chosen:
        op(clip, bpy.ops.clip.delete_track)


# --- following ----------------------------------------------------------------------------------------------------------


def open_clip(path):
    global the_clip
    the_clip = bpy.data.movieclips.load(path)
    width, height = the_clip.size
    scene.frame_start, scene.frame_end = 1, the_clip.frame_duration
    space.clip = the_clip
    return {"frames": the_clip.frame_duration, "width": width, "height": height}


def detect(frame, threshold, distance):
    """Corners as Blender finds them; the tracks it makes of them are deleted again."""
    go_to(frame)
    before = len(tracks_of(the_clip))
    op(the_clip, bpy.ops.clip.detect_features, threshold=threshold, min_distance=distance, margin=0, placement="FRAME")
    found = list(tracks_of(the_clip))[before:]
    corners = [list(track.markers[0].co) for track in found]
    delete(the_clip, found)
    return corners


def add(frame, tracks, pattern, search, settings):
    """tracks: {id: [x, y]}; pattern and search: half sides, as shares of width and height."""
    (px, py), (sx, sy) = pattern, search
    for name, co in tracks.items():
        track = tracks_of(the_clip).new(name=name, frame=frame)
        marker = track.markers.insert_frame(frame, co=co)
        marker.pattern_corners = [[-px, -py], [px, -py], [px, py], [-px, py]]
        marker.search_min, marker.search_max = (-sx, -sy), (sx, sy)
        track.margin, track.frames_limit, track.use_brute, track.use_mask = 0, 0, True, False
        for key, value in settings.items():
            setattr(track, key, value)
        followed[name] = track


def step(frame, to, ids):
    """Follows tracks by one frame; where they are then, null for those that were lost."""
    if not ids:
        return []
    going = [followed[name] for name in ids]
    for track in tracks_of(the_clip):
        track.select = False
    for track in going:
        track.select = True
    go_to(frame)
    op(the_clip, bpy.ops.clip.track_markers, backwards=to < frame, sequence=False)
    return [place(track, to) for track in going]


def place(track, frame):
    marker = track.markers.find_frame(frame, exact=True)
    return None if marker is None or marker.mute else list(marker.co)


def remove(ids):
    delete(the_clip, [followed.pop(name) for name in ids])


# --- solving ------------------------------------------------------------------------------------------------------------


def solve(tracks, focal_share, pixel_aspect, principal, lens, tripod, keyframes, refine):
    """tracks: [[[frame, x, y], ...], ...]; focal_share: focal length over width; principal: pixels, lower-left corner.

    On a clip of its own, so that the tracks that are followed stay as they are.
    """
    clip = bpy.data.movieclips.load(the_clip.filepath)
    try:
        own = [write(clip, number, markers) for number, markers in enumerate(tracks)]
        camera, settings, camera_object = clip.tracking.camera, clip.tracking.settings, clip.tracking.objects[0]
        camera.sensor_width, camera.units, camera.pixel_aspect = SENSOR_MM, "MILLIMETERS", pixel_aspect
        camera.focal_length = focal_share * SENSOR_MM
        set_principal(clip, principal)
        for key, value in lens.items():
            setattr(camera, key, value)
        settings.use_tripod_solver, settings.use_keyframe_selection = tripod, keyframes is None and not tripod
        if keyframes is not None:
            camera_object.keyframe_a, camera_object.keyframe_b = keyframes
        set_refined(settings, refine)
        try:
            op(clip, bpy.ops.clip.solve_camera)
        except RuntimeError as error:
            return {"why": str(error).strip()}
        reconstruction = camera_object.reconstruction
        if not reconstruction.is_valid:
            return {"why": "no valid reconstruction"}
        cameras = [(view.frame, [value for row in view.matrix for value in row]) for view in reconstruction.cameras]
        return {
            "why": None,
            "focal_share": camera.focal_length / SENSOR_MM,
            "principal": get_principal(clip),
            "lens": {key: getattr(camera, key) for key in lens if key != "distortion_model"},
            "cameras": [{"frame": frame, "cam_to_world": pose} for frame, pose in cameras if all_finite(pose)],
            "points": [list(t.bundle) if t.has_bundle and all_finite(t.bundle) else None for t in own],
        }
    finally:
        space.clip = the_clip
        bpy.data.movieclips.remove(clip)


def write(clip, number, markers):
    track = tracks_of(clip).new(name="%d" % number, frame=markers[0][0])
    for frame, x, y in markers:
        track.markers.insert_frame(frame, co=(x, y))
    return track


def all_finite(numbers):
    return all(map(math.isfinite, numbers))


def set_refined(settings, refine):
    """refine: the names of 3.4 without their prefix; 'focal_length', 'principal_point', 'radial_distortion'."""
    for key in ("focal_length", "principal_point", "radial_distortion", "tangential_distortion"):
        if hasattr(settings, "refine_intrinsics_" + key):
            setattr(settings, "refine_intrinsics_" + key, key in refine)


def set_principal(clip, pixels):
    camera, (width, height) = clip.tracking.camera, clip.size
    if hasattr(camera, "principal_point_pixels"):
        camera.principal_point_pixels = pixels
    elif hasattr(camera, "principal_point"):
        camera.principal_point = (2 * pixels[0] / width - 1, 2 * pixels[1] / height - 1)
    else:
        camera.principal = pixels


def get_principal(clip):
    camera, (width, height) = clip.tracking.camera, clip.size
    if hasattr(camera, "principal_point_pixels"):
        return list(camera.principal_point_pixels)
    if hasattr(camera, "principal_point"):
        x, y = camera.principal_point
        return [(x + 1) * width / 2, (y + 1) * height / 2]
    return list(camera.principal)


# --- talking ------------------------------------------------------------------------------------------------------------

commands = {"open": open_clip, "detect": detect, "add": add, "step": step, "remove": remove, "solve": solve}


def answer(message):
    # Begins with a new line, since what was printed before the hand-over may have no end.
    data = ("\n@hindsight " + json.dumps(message, allow_nan=False) + "\n").encode()
    while data:
        data = data[os.write(ANSWERS, data) :]


def serve():
    hello = {"version": list(bpy.app.version), "text": bpy.app.version_string, "tracking": bpy.app.build_options.libmv}
    answer({"id": 0, "value": hello})
    # The end of the input is the end of the caller: Blender must not outlive it.
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line)
        try:
            answer({"id": request["id"], "value": commands[request["do"]](**request["with"])})
        except Exception as error:
            answer({"id": request["id"], "error": "%s: %s" % (type(error).__name__, error)})


serve()
