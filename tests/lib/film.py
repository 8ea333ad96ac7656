"""film - an MP4 without a picture: what is read of it is its head."""
import struct


def box(kind, *content):
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def mp4(seconds=3, width=64, height=36, fill=b"film"):
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000), b"\0" * 80)
    tkhd = box(b"tkhd", b"\0" * 76, struct.pack(">II", width << 16, height << 16))
    return (box(b"ftyp", b"isom", b"\0\0\2\0", b"isom")
            + box(b"moov", mvhd, box(b"trak", tkhd)) + box(b"mdat", fill))
