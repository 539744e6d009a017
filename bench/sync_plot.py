"""An SVG of what arrived and what went over the wire, over the schedule of the link; drawn by hand so that it needs nothing."""
import html

WIDTH, PANEL, LEFT, RIGHT, TOP = 860, 240, 70, 20, 46
COLOURS = {"EdgeNode": "#0b6e4f", "mosquitto bridge": "#c44536", "NNCP": "#3a6ea5", "syncthing": "#8d6a9f"}


def plot(cases, target):
    """cases: (name, up, down, {system: (messages, size, [(seconds, arrived, wire bytes)])}); one panel each."""
    height = TOP + len(cases) * (PANEL + 50)
    parts = [*legend()]
    for i, case in enumerate(cases):
        parts += panel(case, TOP + i * (PANEL + 50))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" role="img">\n'
        "<title>Messages arrived, and wire bytes for each byte of all messages, over the time since the link came up</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n",
        encoding="utf-8",
    )


def legend():
    parts, x = [], LEFT
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="12" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 18, 22, name))
        x += 50 + 8 * len(name)
    parts.append(text(x, 22, "solid: arrived; dashed: wire bytes / bytes of all messages; grey: link down"))
    return parts


def panel(case, top):
    name, up, down, systems = case
    longest = max(line[-1][0] for _, _, line in systems.values() if line)
    parts = [text(LEFT, top + 10, name)]
    floor, span = top + PANEL, PANEL - 24

    def x(seconds):
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / longest

    def y(part):
        return floor - span * min(part, 1.4) / 1.4

    begin = up or longest
    while up and begin < longest:
        end = min(begin + down, longest)
        parts.append(f'<rect x="{x(begin):.1f}" y="{y(1.4):.1f}" width="{x(end) - x(begin):.1f}" height="{span}" fill="#eeeeee"/>')
        begin += up + down
    for part in (0, 0.5, 1):
        parts.append(f'<line x1="{LEFT}" y1="{y(part):.1f}" x2="{WIDTH - RIGHT}" y2="{y(part):.1f}" stroke="#dddddd"/>')
        parts.append(text(LEFT - 8, y(part) + 4, f"{part:g}", "end"))
    for seconds in range(0, int(longest) + 1, step(longest)):
        parts.append(text(x(seconds), floor + 16, f"{seconds} s", "middle"))
    for system, (messages, size, line) in systems.items():
        colour = COLOURS.get(system, "#333333")
        parts.append(curve([(x(s), y(n / messages)) for s, n, _ in line], colour, ""))
        parts.append(curve([(x(s), y(w / (messages * size))) for s, _, w in line], colour, ' stroke-dasharray="4 3"'))
    return parts


def step(longest):
    return next(s for s in (5, 10, 20, 30, 60, 120, 300, 600) if longest / s <= 12)


def curve(points, colour, dash):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="#333333" text-anchor="{anchor}">{html.escape(words)}</text>'
