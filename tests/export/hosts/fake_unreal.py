"""Unreal's Python module as Epic documents it: the parts that the import script uses.

Structs are copied when they are read and when they are set, as in Unreal; names that a version
does not have raise; a reload drops what the config does not hold.
"""

from __future__ import annotations

import copy
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError
from ledcal.export.ocio.proof import open_config

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.export.ocio.proof import Opened

WORKING = "Working Color Space"


class Thing:
    """What has editor properties."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        # Names that can be set without any effect.
        self.deaf: set[str] = set()

    def get_editor_property(self, name: str) -> Any:
        if name not in self.values:
            message = f"{type(self).__name__}: Failed to find property '{name}'"
            raise Exception(message)  # noqa: TRY002 - as Unreal does
        return copied(self.values[name])

    def set_editor_property(self, name: str, value: Any) -> None:
        self.get_editor_property(name)
        if name not in self.deaf:
            self.values[name] = copied(value)
            self.changed(name)

    def changed(self, name: str) -> None:
        """PostEditChangeProperty."""


class Struct(Thing):
    """Has no identity."""


def copied(value: Any) -> Any:
    if isinstance(value, Struct):
        made = copy.copy(value)
        made.values = {name: copied(one) for name, one in value.values.items()}
        return made
    return [copied(one) for one in value] if isinstance(value, list) else value


class Enum:
    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"<Enum.{self.name}: 0>"


class OpenColorIOConfiguration(Thing):
    """The asset; `old` reloads without ``force``, and only what is another file than before."""

    def __init__(self, stage: Stage, path: str) -> None:
        super().__init__(
            configuration_file=stage.module.FilePath(),
            desired_color_spaces=[],
            desired_display_views=[],
        )
        self.stage, self.path = stage, path
        self.transforms: set[tuple[str, str, str]] = set()
        self.opened: Opened | None = None
        self.known = ""
        if stage.version == "5.3":
            self.reload_existing_colorspaces = self._reload_changed
        elif stage.version == "5.7":
            self.reload_existing_colorspaces = self._reload

    reload_existing_colorspaces: Callable[..., None]

    def get_path_name(self) -> str:
        return f"{self.path}.{self.path.rpartition('/')[2]}"

    def _load(self) -> None:
        text = self.values["configuration_file"].values["file_path"]
        path = Path(text) if Path(text).is_absolute() else self.stage.project / text
        try:
            self.opened = open_config(self.stage.reads.get(path, path))
        except (ExportError, OSError):
            self.opened = None

    def _reload_changed(self) -> None:
        self._load()
        file = self.values["configuration_file"].values["file_path"]
        if file != self.known:
            self.known = file
            self._drop()

    def _reload(self, force: bool = False) -> None:  # noqa: FBT001 - as Unreal has it
        del force
        self._load()
        self._drop()

    def _drop(self) -> None:
        spaces, views = self._holds()
        self.values["desired_color_spaces"] = [
            one
            for one in self.values["desired_color_spaces"]
            if one.values["color_space_name"] in spaces
        ]
        self.values["desired_display_views"] = [
            one
            for one in self.values["desired_display_views"]
            if (one.values["display"], one.values["view"]) in views
        ]
        self._make()

    def _holds(self) -> tuple[set[str], set[tuple[str, str]]]:
        if self.opened is None:
            return set(), set()
        config = self.opened.config
        return (
            {*config.getColorSpaceNames(), WORKING},
            {(one, view) for one in config.getDisplays() for view in config.getViews(one)},
        )

    def _make(self) -> None:
        spaces, views = self._holds()
        self.transforms = {
            (source.values["color_space_name"], view.values["display"], view.values["view"])
            for source in self.values["desired_color_spaces"]
            for view in self.values["desired_display_views"]
            if source.values["color_space_name"] in spaces
            and (view.values["display"], view.values["view"]) in views
        }

    def changed(self, name: str) -> None:
        if name == "configuration_file":
            self._load()
        self._make()


class Actor(Thing):
    def __init__(self, label: str, **values: Any) -> None:
        super().__init__(**values)
        self.label = label

    def get_actor_label(self) -> str:
        return self.label

    def get_components_by_class(self, kind: type) -> list[Any]:
        cameras: list[Any] = self.__dict__.get("cameras", [])
        return [one for one in cameras if isinstance(one, kind)]


class DisplayClusterRootActor(Actor):
    """Has a configuration, and ICVFX cameras."""

    cameras: list[DisplayClusterICVFXCameraComponent]


class PostProcessVolume(Actor):
    pass


class DisplayClusterICVFXCameraComponent(Thing):
    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(**values)
        self.name = name

    def get_name(self) -> str:
        return self.name

    def modify(self) -> bool:
        return True


class Configuration(Thing):
    def modify(self) -> bool:
        return True


class Cluster(Thing):
    nodes: dict[str, list[str]]

    def get_node_ids(self) -> list[str]:
        return list(self.nodes)

    def get_node(self, name: str) -> Any:
        return types.SimpleNamespace(get_viewport_ids=lambda: self.nodes[name])


@dataclass
class Stage:
    """A project with an open level, and what happened to it.

    `version` is ``5.1`` (no reload, no working space, an older nDisplay struct), ``5.3`` (reload
    without ``force``) or ``5.7``.
    """

    project: Path
    version: str = "5.7"
    log: list[tuple[str, str]] = field(default_factory=list)
    assets: dict[str, Any] = field(default_factory=dict)
    saved: list[str] = field(default_factory=list)
    actors: list[Any] = field(default_factory=list)
    # A config that Unreal reads in place of another.
    reads: dict[Path, Path] = field(default_factory=dict)
    working: str = "SRGB"
    console: dict[str, float] = field(default_factory=dict)
    # What its own transform is off by.
    off: float = 0.0
    module: Any = None

    def __post_init__(self) -> None:
        self.module = _module(self)
        self.actors.append(self.root_actor("Wall", ["ICVFXCamera"]))

    def words(self, level: str = "") -> str:
        return "\n".join(text for kind, text in self.log if level in {"", kind})

    def ocio(self) -> Any:
        """An nDisplay OCIO struct of this version, off."""
        unreal = self.module
        if self.version == "5.1":
            inner = Struct(is_enabled=False, color_configuration=unreal.conversion())
            return Struct(is_enabled=False, ocio_configuration=inner)
        return Struct(is_enabled=False, color_configuration=unreal.conversion())

    def root_actor(self, label: str, cameras: list[str]) -> Any:
        stage = Struct(
            viewport_ocio=Struct(
                all_viewports_ocio_configuration=self.ocio(), per_viewport_ocio_profiles=[]
            ),
            enable_color_grading=True,
            entire_cluster_color_grading=Struct(enable_entire_cluster_color_grading=False),
            lightcard=Struct(lightcard_ocio=Struct(lightcard_ocio_mode=Enum("N_DISPLAY"))),
        )
        cluster = Cluster()
        cluster.nodes = {"Node_0": ["VP_left", "VP_right"], "Node_1": ["VP_ceiling"]}
        config = Configuration(stage_settings=stage, cluster=cluster)
        actor = DisplayClusterRootActor(label, current_config_data=config)
        actor.cameras = [
            DisplayClusterICVFXCameraComponent(
                name,
                camera_settings=Struct(
                    enable=True,
                    camera_ocio=Struct(
                        all_nodes_ocio_configuration=self.ocio(), per_node_ocio_profiles=[]
                    ),
                    enable_inner_frustum_color_grading=True,
                    all_nodes_color_grading=Struct(
                        enable_inner_frustum_all_nodes_color_grading=False
                    ),
                ),
                post_process_settings=Struct(),
            )
            for name in cameras
        ]
        return actor

    def neutral_volume(self, **changes: Any) -> Any:
        """A Post Process Volume that leaves colours alone, but for some changes."""
        values: dict[str, Any] = dict.fromkeys(
            (
                "auto_exposure_bias",
                "bloom_intensity",
                "vignette_intensity",
                "film_grain_intensity",
                "scene_fringe_intensity",
            ),
            0.0,
        )
        values["auto_exposure_method"] = Enum("AEM_MANUAL")
        overrides = {f"override_{name}": True for name in values}
        settings = Struct(**values | overrides | changes)
        return PostProcessVolume("PPV", settings=settings, unbound=True, enabled=True)


def _module(stage: Stage) -> Any:
    unreal = types.ModuleType("unreal")
    contents: dict[str, Any] = {
        "log": lambda text: stage.log.append(("log", text)),
        "log_warning": lambda text: stage.log.append(("warning", text)),
        "log_error": lambda text: stage.log.append(("error", text)),
        "Paths": types.SimpleNamespace(
            project_dir=lambda: f"{stage.project}/",
            convert_relative_path_to_full=lambda path: path,
        ),
        "FilePath": lambda: Struct(file_path=""),
        "OpenColorIOColorSpace": lambda: Struct(
            color_space_name="", color_space_index=-1, family_name=""
        ),
        "OpenColorIODisplayView": lambda: Struct(display="", view=""),
        "OpenColorIOViewTransformDirection": types.SimpleNamespace(
            FORWARD=Enum("FORWARD"), INVERSE=Enum("INVERSE")
        ),
        "OpenColorIOConfiguration": OpenColorIOConfiguration,
        "OpenColorIOConfigurationFactoryNew": lambda: "factory",
        "DisplayClusterRootActor": DisplayClusterRootActor,
        "DisplayClusterICVFXCameraComponent": DisplayClusterICVFXCameraComponent,
        "PostProcessVolume": PostProcessVolume,
        "EditorActorSubsystem": "actors",
        "LevelEditorSubsystem": "levels",
        "LinearColor": lambda r, g, b, a: types.SimpleNamespace(r=r, g=g, b=b, a=a),
        "SystemLibrary": types.SimpleNamespace(
            get_console_variable_float_value=lambda name: stage.console.get(name, 1.0)
        ),
        "load_asset": lambda path: stage.assets[path],
        "EditorAssetLibrary": types.SimpleNamespace(
            does_asset_exist=lambda path: path in stage.assets,
            save_loaded_asset=lambda asset: stage.saved.append(asset.path),
        ),
        "AssetToolsHelpers": types.SimpleNamespace(
            get_asset_tools=lambda: types.SimpleNamespace(create_asset=create)
        ),
    }
    unreal.__dict__.update(contents)

    def conversion() -> Struct:
        return Struct(
            configuration_source=None,
            source_color_space=unreal.OpenColorIOColorSpace(),
            destination_color_space=unreal.OpenColorIOColorSpace(),
            destination_display_view=unreal.OpenColorIODisplayView(),
            display_view_direction=Enum("INVERSE"),
        )

    def create(name: str, folder: str, kind: type, factory: str) -> Any:
        assert (kind, factory) == (OpenColorIOConfiguration, "factory")
        path = f"{folder}/{name}"
        stage.assets[path] = OpenColorIOConfiguration(stage, path)
        return stage.assets[path]

    def save_current_level() -> bool:
        stage.saved.append("level")
        return True

    subsystems = {
        "actors": types.SimpleNamespace(get_all_level_actors=lambda: stage.actors),
        "levels": types.SimpleNamespace(
            save_current_level=save_current_level, load_level=stage.saved.append
        ),
    }
    unreal.__dict__.update(
        conversion=conversion,
        OpenColorIOColorConversionSettings=conversion,
        DisplayClusterConfigurationOCIOProfile=lambda: Struct(
            **stage.ocio().values, apply_ocio_to_objects=[]
        ),
        get_editor_subsystem=subsystems.__getitem__,
    )
    if stage.version != "5.1":
        renderer = type("RendererSettings", (), {})
        unreal.__dict__["RendererSettings"] = renderer
        unreal.__dict__["get_default_object"] = lambda _: Thing(
            working_color_space_choice=Enum(stage.working)
        )
    if stage.version == "5.7":
        unreal.__dict__["OpenColorIOEditorBlueprintLibrary"] = types.SimpleNamespace(
            apply_color_space_transform_to_color=lambda made, colour: _transform(
                stage, made, colour
            )
        )
    return unreal


def _transform(stage: Stage, made: Struct, colour: Any) -> Any:
    """Unreal's own transform of a colour; None where it was not made."""
    asset = made.values["configuration_source"]
    source = made.values["source_color_space"].values["color_space_name"]
    target = made.values["destination_display_view"].values
    if (source, target["display"], target["view"]) not in asset.transforms:
        return None
    start = "Linear Rec.709 (sRGB)" if source == WORKING else source
    processor = asset.opened.displayed(start, target["display"], target["view"])
    code = np.array([[colour.r, colour.g, colour.b]], np.float32)
    processor.getDefaultCPUProcessor().applyRGB(code)
    red, green, blue = (float(value) + stage.off for value in code[0])
    return types.SimpleNamespace(r=red, g=green, b=blue, a=1.0)
