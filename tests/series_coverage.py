#!/usr/bin/env python3
"""Adds up the lines that several runs covered: series_coverage.py <least percent> <folder with *.cobertura.xml>"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

FOLDERS = re.compile(r"src/OrleansTemporal\.(Abstractions|Kernel|Agents|Http)/(Series|Windows|PromQl|Sketches)/")

least, folder = float(sys.argv[1]), pathlib.Path(sys.argv[2])
lines = {}
for report in folder.rglob("*.cobertura.xml"):
    for one in xml.parse(report).getroot().iter("class"):
        name = FOLDERS.search(one.get("filename", "").replace("\\", "/"))
        if name:
            file = one.get("filename")[name.start():]
            for line in one.iter("line"):
                place = (file, int(line.get("number")))
                lines[place] = lines.get(place, False) or int(line.get("hits")) > 0

covered = sum(lines.values())
percent = 100 * covered / len(lines) if lines else 0
print(f"series: {covered:,} of {len(lines):,} lines are covered, {percent:.1f} %")
for file in sorted({file for file, _ in lines}):
    missed = sorted(number for (name, number), hit in lines.items() if name == file and not hit)
    if missed:
        print(f"  {file}: not {', '.join(map(str, missed))}", file=sys.stderr)
sys.exit(0 if percent >= least else 1)
