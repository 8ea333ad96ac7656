"""pixels - real pictures for tests, and a look at what was made of them: PNG by zlib, JPEG of plain tiles."""
import os
import struct
import zlib

import masthead


def scales():
    """Was the program built with libgd? An installed one was."""
    return built_with("WITH_GD")


def built_with(what):
    """Is that defined in the program's config.h? An installed one has all."""
    try:
        with open(os.path.join(os.path.dirname(masthead.PROGRAM), "config.h"),
                  encoding="utf-8") as f:
            return f"#define {what} 1" in f.read()
    except FileNotFoundError:
        return True


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height, rows, alpha=False, extra=b"", level=1):
    """rows: bytes of each row, 3 or 4 a pixel. extra: chunks before the pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    raw = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra +
            chunk(b"IDAT", zlib.compress(raw, level)) + chunk(b"IEND", b""))


def exif(orientation):
    """A TIFF of one entry."""
    return (b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0))


def read_png(data):
    """(width, height, channels, rows) of an 8-bit PNG without interlacing."""
    width, height, depth, kind, _, _, lace = struct.unpack(">IIBBBBB", data[16:29])
    assert (depth, lace) == (8, 0) and kind in (2, 6), (depth, kind, lace)
    n, at, packed = 4 if kind == 6 else 3, 8, b""
    while at < len(data):
        length = struct.unpack(">I", data[at:at + 4])[0]
        if data[at + 4:at + 8] == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    raw, rows, above = zlib.decompress(packed), [], bytearray(width * n)
    for y in range(height):
        how, row = raw[y * (width * n + 1)], bytearray(
            raw[y * (width * n + 1) + 1:(y + 1) * (width * n + 1)])
        for i in range(len(row)):
            a = row[i - n] if i >= n else 0
            c = above[i - n] if i >= n else 0
            b = above[i]
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, near)[how]) & 255
        rows.append(bytes(row))
        above = row
    return width, height, n, rows


def segment(mark, data):
    return b"\xff" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width, height, extra=b"", levels=(-60, 70)):
    """A grey picture whose left and right halves have those levels; extra: segments before the frame."""
    bits, last = [], 0
    for _ in range(height // 8):
        for x in range(width // 8):
            level = levels[0] if x < width // 16 else levels[1]
            d, last = level - last, level
            size = abs(d).bit_length()
            bits.append(format(size, "04b"))
            if size:
                bits.append(format(d if d > 0 else d + (1 << size) - 1, f"0{size}b"))
            bits.append("0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")
    return (b"\xff\xd8" + extra + segment(0xdb, b"\0" + b"\x08" * 64) +
            segment(0xc0, b"\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0") +
            segment(0xc4, b"\0" + bytes([0, 0, 0, 9] + [0] * 12) + bytes(range(9))) +
            segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + b"\0") +
            segment(0xda, b"\1\1\0\0\x3f\0") + scan + b"\xff\xd9")


def jpeg_size(data):
    """(width, height), and the marks before the frame."""
    at, marks = 2, []
    while True:
        mark, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if 0xc0 <= mark <= 0xcf and mark not in (0xc4, 0xc8, 0xcc):
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            return width, height, marks
        marks.append(mark)
        at += 2 + length
