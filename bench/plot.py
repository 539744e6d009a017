"""An SVG of time and gap over size, drawn by hand so that it needs nothing."""
import html
import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 860, 420, 70, 40, 110
COLOURS = {"EdgeNode": "#0b6e4f", "CBC": "#c44536", "GLPK": "#3a6ea5", "HiGHS (WebAssembly)": "#8d6a9f"}
GAP = "#7a7a7a"

LOW, HIGH = 0.01, 1000.0


def plot(points, target):
    """points: name, cap, ours (seconds), gap (a part), peers {name: seconds}; one group of bars each."""
    step = (WIDTH - LEFT - 20) / len(points)
    parts = [*frame(), *legend()]
    for i, point in enumerate(points):
        x = LEFT + i * step
        parts += bars(point, x, step)
        parts.append(text(x + step / 2, HEIGHT - BOTTOM + 18, f"{point['name']}", 11))
        parts.append(text(x + step / 2, HEIGHT - BOTTOM + 32, f"cap {point['cap']}", 11))
        parts.append(text(x + step / 2, HEIGHT - BOTTOM + 50, gap_of(point), 11, GAP))
    body = "\n".join(parts)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">\n'
        "<title>Time to the answer, and the gap that is left, over the size of the market</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )


def gap_of(point):
    return "proved" if point["gap"] == 0 else f"gap {100 * point['gap']:.2g} %"


def height(seconds):
    """Where a time stands on the logarithmic axis."""
    part = (math.log10(min(max(seconds, LOW), HIGH)) - math.log10(LOW)) / (math.log10(HIGH) - math.log10(LOW))
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)


def frame():
    parts = [text(16, (HEIGHT - BOTTOM + TOP) / 2, "seconds, whole process", 12, "#333333", turned=True)]
    for power in range(-2, 4):
        y = height(10.0**power)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 20}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(text(LEFT - 8, y + 4, f"{10.0**power:g}", 11, "#333333", anchor="end"))
    return parts


def legend():
    parts, x = [], LEFT
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="{HEIGHT - 32}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 18, HEIGHT - 22, name, 12, "#333333", anchor="start"))
        x += 40 + 8 * len(name)
    parts.append(text(x, HEIGHT - 22, "no bar: no proved optimum in its time", 12, GAP, anchor="start"))
    return parts


def bars(point, x, step):
    times = {"EdgeNode": point["ours"], **point["peers"]}
    wide = (step - 10) / len(COLOURS)
    for i, (name, colour) in enumerate(COLOURS.items()):
        if name not in times:
            continue
        y = height(times[name])
        yield (
            f'<rect x="{x + 5 + i * wide:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{HEIGHT - BOTTOM - y:.1f}" fill="{colour}">'
            f"<title>{html.escape(name)}: {times[name]:.3f} s</title></rect>"
        )


def text(x, y, words, size, colour="#333333", anchor="middle", turned=False):
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{turn}>{html.escape(words)}</text>'
