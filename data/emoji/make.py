"""Makes the files of this folder out of two npm packages, unpacked: make.py TWITTER GOOGLE (data/README.md says which)."""
import gzip, json, pathlib, struct, sys, zlib

SIDE, CELL, HERE = 32, 34, pathlib.Path(__file__).parent


def decode(path):
    """Width and RGB rows of a PNG with a palette of 256 colours, what is transparent put on white."""
    data, place, chunks = path.read_bytes(), 8, {}
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        chunks[kind] = chunks.get(kind, b"") + data[place + 8:place + 8 + length]
        place += 12 + length
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colour, interlaced) == (8, 3, 0), path
    opacity = chunks.get(b"tRNS", b"").ljust(256, b"\xff")
    palette = [bytes(round(c * a / 255 + 255 - a) for c in chunks[b"PLTE"][3 * i:3 * i + 3]) for i, a in enumerate(opacity)]
    packed, rows, before = zlib.decompress(chunks[b"IDAT"]), [], bytearray(width)
    for y in range(height):
        kind, row = packed[y * (width + 1)], bytearray(packed[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width if kind else 0):
            left, up, corner = (row[x - 1] if x else 0), before[x], (before[x - 1] if x else 0)
            guess = left + up - corner
            paeth = min((abs(guess - value), order, value) for order, value in enumerate((left, up, corner)))[2]
            row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
        rows.append(b"".join(palette[index] for index in row))
        before = row
    return rows


def pictures(rows, entries):
    """One picture after the other: all red values, all green, all blue, each row by row."""
    for entry in entries:
        x, y = CELL * entry["sheet_x"] + 1, CELL * entry["sheet_y"] + 1
        cut = b"".join(row[3 * x:3 * (x + SIDE)] for row in rows[y:y + SIDE])
        yield cut[0::3] + cut[1::3] + cut[2::3]


twitter, google = map(pathlib.Path, sys.argv[1:])
entries = json.loads((twitter / "emoji.json").read_text(encoding="utf-8"))
assert entries == json.loads((google / "emoji.json").read_text(encoding="utf-8"))
assert all(entry["has_img_twitter"] and entry["has_img_google"] for entry in entries)
for name, folder, vendor in (("twemoji", twitter, "twitter"), ("noto", google, "google")):
    rows = decode(folder / "img" / vendor / "sheets-256" / "32.png")
    contents = struct.pack(">4B4I", 0, 0, 8, 4, len(entries), 3, SIDE, SIDE) + b"".join(pictures(rows, entries))
    (HERE / f"{name}-idx4-ubyte.gz").write_bytes(gzip.compress(contents, 9, mtime=0))
lines = ["codes\tshort name\tname\tcategory\tsubcategory"]
lines += ["\t".join((e["unified"], e["short_name"], e["name"].lower(), e["category"], e["subcategory"])) for e in entries]
(HERE / "emoji.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
