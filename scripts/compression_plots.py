# SPDX-License-Identifier: Apache-2.0
"""Plots of compression_results.py as SVG text."""
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 56, 20, 16, 40
LETTER, LINE = 5.6, 12  # width of a letter on average, height of a line
COLOURS = ('#999', '#0b6', '#d50', '#07b')


def canvas(label, title):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}"',
            '     font-family="Helvetica, Arial, sans-serif" font-size="11">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{title}</text>']


def grid(across, down, right):
    """Lines at ticks: two lists of (place, text)."""
    return [f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/><text x="{x:.1f}" y="{HEIGHT - 22}" text-anchor="middle">{text}</text>' for x, text in across] \
        + [f'<path d="M{LEFT} {y:.1f}H{right:.1f}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>' for y, text in down]


def points_against_area(dots):
    """Dots of (name, area, points), each with its name where there is room, or below, with a line to it."""
    most = max(1.05, max(area for _, area, _ in dots))
    low, high = min(-0.5, *(points for *_, points in dots)) - 0.1, max(0.2, *(points for *_, points in dots)) + 0.1
    across = lambda area: LEFT + (WIDTH - LEFT - RIGHT) * (math.log(area) - math.log(0.05)) / (math.log(most) - math.log(0.05))
    down = lambda points: TOP + (HEIGHT - TOP - BOTTOM) * (high - points) / (high - low)
    parts = canvas('points against area', 'area over that of eight int8 copies; points against them, on average')
    parts += grid([(across(area), area) for area in (0.05, 0.1, 0.2, 0.5, 1.0)], [(down(points), f'{points:+d}') for points in range(math.ceil(low), math.floor(high) + 1)],
                  WIDTH - RIGHT)
    placed = [(across(area) - 5, across(area) + 5, down(points)) for _, area, points in dots]
    for name, area, points in sorted(dots, key=lambda dot: -dot[2]):
        x, y, length = across(area), down(points), LETTER * len(name)
        left = x - 8 - length if x + 8 + length > WIDTH else x + 8
        line = y
        while any(abs(line - other) < LINE and left < end and begin < left + length for begin, end, other in placed):
            line += LINE
        placed.append((left, left + length, line))
        leader = f'<path d="M{x:.1f} {y:.1f}L{left - 2 if left > x else left + length:.1f} {line:.1f}" stroke="#aaa"/>' if line > y else ''
        parts.append(f'{leader}<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#0b6"/><text x="{left:.1f}" y="{line + 4:.1f}">{name}</text>')
    return '\n'.join(parts + ['</svg>', ''])


def area_against_tasks(methods):
    """A line for each name with points of (tasks, area), beside 1/N; both axes logarithmic."""
    counts = [tasks for tasks, _ in next(iter(methods.values()))]
    low, high, right = 0.01, 1.5, WIDTH - RIGHT - 120
    across = lambda tasks: LEFT + (right - LEFT) * math.log(tasks / counts[0]) / math.log(counts[-1] / counts[0])
    down = lambda area: TOP + (HEIGHT - TOP - BOTTOM) * math.log(high / area) / math.log(high / low)
    parts = canvas('area against the number of tasks', 'tasks; area over that of as many int8 copies')
    parts += grid([(across(tasks), tasks) for tasks in counts], [(down(area), area) for area in (0.01, 0.03, 0.1, 0.3, 1.0)], right)
    lines = {'1/N': [(tasks, 1 / tasks) for tasks in counts], **methods}
    heights = []
    for (name, points), colour in sorted(zip(lines.items(), COLOURS), key=lambda line: -line[0][1][-1][1]):
        heights.append(max(down(points[-1][1]) + 4, heights[-1] + LINE if heights else 0))
        path = ' '.join(f'{across(tasks):.1f},{down(area):.1f}' for tasks, area in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/><text x="{right + 6}" y="{heights[-1]:.1f}" fill="{colour}">{name}</text>')
    return '\n'.join(parts + ['</svg>', ''])
