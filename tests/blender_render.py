"""Runs inside Blender, or in a Python with bpy: renders known light, and writes what comes out.

No part of ledcal is imported here. ``LEDCAL_TEST_JOB`` leads to a JSON document: ``script``
(ledcal_blender.py, where no start script has run it), ``patches`` and ``few`` (EXR pictures of
ACEScg), ``out`` (folder), ``do`` (which of the methods below), ``open`` (a .blend to open before
the script).
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
from pathlib import Path
from typing import Any

# Pixels along an edge of a patch in what Cycles renders.
PATCH = 8


class Render:
    """What a job can ask for."""

    def __init__(self, bpy: Any, job: dict[str, Any]) -> None:
        self.bpy = bpy
        self.job = job
        self.out = Path(job["out"])

    def load(self, name: str) -> Any:
        """A picture of scene-linear ACEScg."""
        image = self.bpy.data.images.load(self.job[name])
        image.colorspace_settings.name = "ACEScg"
        return image

    def as_file(self, scene: Any, file_format: str) -> None:
        """What is written from here on: 16-bit RGB."""
        written = scene.render.image_settings
        written.file_format, written.color_mode, written.color_depth = file_format, "RGB", "16"
        if file_format == "TIFF":
            written.tiff_codec = "NONE"

    def saved(self, scene: Any) -> None:
        """The picture of patches, saved as a render: PNG and TIFF."""
        image = self.load("patches")
        for file_format, suffix in (("PNG", "png"), ("TIFF", "tif")):
            self.as_file(scene, file_format)
            image.save_render(str(self.out / f"saved.{suffix}"), scene=scene)

    def exposed(self, scene: Any) -> None:
        """The same with an exposure that somebody has left there."""
        scene.view_settings.exposure = 0.1
        self.as_file(scene, "PNG")
        self.load("patches").save_render(str(self.out / "exposed.png"), scene=scene)
        scene.view_settings.exposure = 0.0

    def composited(self, scene: Any) -> None:
        """The picture of patches through the compositor, as a rendered frame."""
        image = self.load("patches")
        scene.render.resolution_x, scene.render.resolution_y = image.size
        scene.render.resolution_percentage = 100
        scene.use_nodes = True
        if hasattr(scene, "compositing_node_group"):
            tree = self.bpy.data.node_groups.new("patches", "CompositorNodeTree")
            scene.compositing_node_group = tree
            tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            end = tree.nodes.new("NodeGroupOutput")
        else:
            tree = scene.node_tree
            tree.nodes.clear()
            end = tree.nodes.new("CompositorNodeComposite")
        source = tree.nodes.new("CompositorNodeImage")
        source.image = image
        tree.links.new(source.outputs["Image"], end.inputs[0])
        scene.render.engine = "CYCLES"
        scene.cycles.samples = 1
        self.write(scene, "composited.png")

    def traced(self, scene: Any) -> None:
        """A plane that emits a few patches, seen by a camera, path-traced by Cycles."""
        for thing in list(self.bpy.data.objects):
            self.bpy.data.objects.remove(thing)
        image = self.load("few")
        scene.render.use_compositing = False
        width, height = image.size
        scene.render.resolution_x, scene.render.resolution_y = width * PATCH, height * PATCH
        scene.render.resolution_percentage = 100
        mesh = self.bpy.data.meshes.new("wall")
        x, y = width / 2, height / 2
        mesh.from_pydata([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)], [], [(0, 1, 2, 3)])
        layer = mesh.uv_layers.new()
        for corner, place in zip(layer.data, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
            corner.uv = place
        mesh.materials.append(self.emitting(image))
        scene.collection.objects.link(self.bpy.data.objects.new("wall", mesh))
        camera = self.bpy.data.cameras.new("camera")
        camera.type, camera.ortho_scale = "ORTHO", max(width, height)
        eye = self.bpy.data.objects.new("camera", camera)
        eye.location = (0, 0, 10)
        scene.collection.objects.link(eye)
        scene.camera = eye
        scene.render.engine = "CYCLES"
        cycles = scene.cycles
        cycles.samples, cycles.use_denoising, cycles.use_adaptive_sampling = 1, False, False
        cycles.pixel_filter_type = "BOX"
        self.write(scene, "traced.png")

    def emitting(self, image: Any) -> Any:
        """A material that is its texture's light and nothing else."""
        material = self.bpy.data.materials.new("light")
        material.use_nodes = True
        tree = material.node_tree
        tree.nodes.clear()
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image, texture.interpolation = image, "Closest"
        light = tree.nodes.new("ShaderNodeEmission")
        end = tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(texture.outputs["Color"], light.inputs["Color"])
        tree.links.new(light.outputs["Emission"], end.inputs["Surface"])
        return material

    def refused(self, scene: Any) -> None:
        """A render with an exposure that was left on: the script must end Blender before."""
        scene.view_settings.exposure = 0.1
        self.write(scene, "refused.png")

    def light(self, scene: Any) -> None:
        """A render into a file that holds light: the script must end Blender before."""
        scene.render.image_settings.file_format = self.job["format"]
        scene.render.filepath = str(self.out / "light")
        self.bpy.ops.render.render(write_still=True)

    def eight_bit(self, scene: Any) -> None:
        """A small render of 8 bit."""
        self.small(scene)
        written = scene.render.image_settings
        written.file_format, written.color_mode, written.color_depth = "PNG", "RGB", "8"
        scene.render.filepath = str(self.out / "eight.png")
        self.bpy.ops.render.render(write_still=True)

    def small(self, scene: Any) -> None:
        """What takes no time to render."""
        scene.render.resolution_x = scene.render.resolution_y = 8
        scene.render.resolution_percentage = 100
        scene.render.engine = "CYCLES"
        scene.cycles.samples, scene.cycles.use_denoising = 1, False

    def file_of_others(self, scene: Any) -> None:
        """A .blend of a Blender with its own colours, whose scenes have settings of their own."""
        for one in (scene, self.bpy.data.scenes.new("second")):
            one.view_settings.exposure = 2.0
            one.view_settings.gamma = 1.5
            one.render.dither_intensity = 2.0
            one.render.image_settings.color_management = "OVERRIDE"
            one.render.image_settings.file_format = "OPEN_EXR"
            self.small(one)
        self.bpy.ops.wm.save_as_mainfile(filepath=str(self.out / "others.blend"))

    def opened(self, scene: Any) -> None:
        """The .blend of others, while Blender runs."""
        del scene
        self.bpy.ops.wm.open_mainfile(filepath=str(self.out / "others.blend"))

    def said(self, scene: Any) -> None:
        """What every scene is set to."""
        del scene
        document = {
            one.name: {
                "display": one.display_settings.display_device,
                "view": one.view_settings.view_transform,
                "exposure": one.view_settings.exposure,
                "gamma": one.view_settings.gamma,
                "dither": one.render.dither_intensity,
                "color_management": one.render.image_settings.color_management,
            }
            for one in self.bpy.data.scenes
        }
        (self.out / "said.json").write_text(json.dumps(document), "utf-8")

    def write(self, scene: Any, name: str) -> None:
        """Render a frame into a PNG file."""
        self.as_file(scene, "PNG")
        scene.render.filepath = str(self.out / name)
        self.bpy.ops.render.render(write_still=True)


def main() -> None:
    """Do what the job says."""
    job = json.loads(Path(os.environ["LEDCAL_TEST_JOB"]).read_text("utf-8"))
    # A Python with bpy reads OCIO when it is imported; in Blender it is there already.
    bpy = importlib.import_module("bpy")
    if "open" in job:
        bpy.ops.wm.open_mainfile(filepath=job["open"])
    if "script" in job:
        runpy.run_path(job["script"], run_name="__main__")
    render = Render(bpy, job)
    for name in job["do"]:
        getattr(render, name)(bpy.context.scene)


if __name__ == "__main__":
    main()
