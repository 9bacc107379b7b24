"""The characters of the demo: how each of them looks, and the poses in which they are shown."""

from generation.demo.looks import Look, Pose, colours

FRONT = Pose()
AWAY = Pose(turn=0.8, tilt=-4, smile=0.3, gaze=0.4)
LAUGHING = Pose(turn=-0.5, tilt=5, smile=1, laugh=0.9, lids=0.2, brow=0.5)
THINKING = Pose(turn=-0.9, tilt=-3, smile=0.15, gaze=-0.5, brow=0.4, lids=0.9)


def _look(skin: str, hair_and_eyes: str, clothes: str, ground: str, /, **more: object) -> Look:
    """`clothes` are coat, shirt and lips; `ground` is the wall and the light of its lamps."""
    hair, iris = colours(hair_and_eyes)
    coat, shirt, lips = colours(clothes)
    wall, rim = colours(ground)
    named = {
        "skin": colours(skin)[0],
        "hair": hair,
        "iris": iris,
        "clothes": coat,
        "shirt": shirt,
        "lips": lips,
    }
    return Look(**{**named, "ground": wall, "rim": rim, **more})  # type: ignore[arg-type]


MARA = _look("#e0ab88", "#3a2226 #6b4a2a", "#a63c3e #f0dcc4 #b9545a", "#6a5488 #f2ae49",
             style="bob", earring=colours("#f2ae49")[0])  # fmt: skip
TOM = _look("#c98f68", "#4a3a34 #3d6a7a", "#2f4f78 #d9c7a8 #a4574f", "#3f6a78 #9fd8e8",
            wear="jumper", beard=True, cap=colours("#b4653f")[0], width=1.04)  # fmt: skip
BO = _look("#a8714e", "#c9c2bd #3a2a20", "#2f6a5c #f2d9a0 #93413f", "#8a6a3a #ffd27a",
           style="bun", glasses=True, earring=colours("#7fd0c0")[0])  # fmt: skip
LIO = _look("#8d5a3f", "#231719 #4a2d1c", "#e0a030 #fff0d0 #8f4340", "#4a4a86 #ff9ad5",
            style="curls", wear="raincoat", freckles=True, width=0.97)  # fmt: skip
