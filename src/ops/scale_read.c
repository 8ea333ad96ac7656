/* ops/scale_read.c - what the bytes of a picture say of its size, its orientation and whether it moves.
 *
 * These are hostile bytes, read before a decoder sees them. The walk over a JPEG follows the decoder's rules, for two readers
 * that differ on where the frame stands could be shown two sizes. */
#include <string.h>

#include "ops/scale.h"

#define EXIF_ENTRIES_MAX 256

static uint32_t be(const unsigned char *p, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static uint32_t le(const unsigned char *p, size_t n)
{
	uint32_t v = 0;

	for (size_t i = n; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* A TIFF head and its first directory: the entry 0x0112, a short. */
static int orientation_of(const unsigned char *s, size_t n)
{
	uint32_t (*get)(const unsigned char *, size_t) = le;
	size_t at, entries;

	if (n < 8)
		return 1;
	if (!memcmp(s, "MM\0*", 4))
		get = be;
	else if (memcmp(s, "II*\0", 4) != 0)
		return 1;
	at = get(s + 4, 4);
	if (at > n || n - at < 2)
		return 1;
	entries = get(s + at, 2);
	at += 2;
	for (size_t i = 0; i < entries && i < EXIF_ENTRIES_MAX && n - at >= 12; i++, at += 12)
		if (get(s + at, 2) == 0x0112 && get(s + at + 2, 2) == 3) {
			uint32_t v = get(s + at + 8, 2);

			return v >= 1 && v <= 8 ? (int)v : 1;
		}
	return 1;
}

static void read_jpeg(const unsigned char *s, size_t n, struct picture_facts *out)
{
	size_t i = 2, len;

	while (i + 4 <= n && s[i] == 0xff) {
		unsigned char mark = s[i + 1];

		if (mark == 0xff) {
			i++;
			continue;
		}
		/* Marks without a length have no place before the picture: a decoder may pass them, we do not. */
		if (mark == 0xda) {
			out->cut = !memmem(s + i, n - i, "\xff\xd9", 2);
			return;
		}
		if (mark == 0xd9 || mark == 0x01 || mark == 0x00 || (mark >= 0xd0 && mark <= 0xd8))
			return;
		len = be(s + i + 2, 2);
		if (len < 2 || len > n - i - 2)
			return;
		if (mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc) {
			if (len >= 8) {
				out->height = be(s + i + 5, 2);
				out->width = be(s + i + 7, 2);
			}
		} else if (mark == 0xe1 && len >= 8 && !memcmp(s + i + 4, "Exif\0\0", 6)) {
			out->metadata = true;
			if (out->orientation == 1)
				out->orientation = orientation_of(s + i + 10, len - 8);
		} else if (mark == 0xfe || (mark >= 0xe1 && mark <= 0xef && mark != 0xee)) {
			out->metadata = true;
		}
		i += 2 + len;
	}
}

static void read_png(const unsigned char *s, size_t n, struct picture_facts *out)
{
	static const char *const told[] = {"tEXt", "zTXt", "iTXt", "iCCP", "tIME"};
	size_t i = 8, len;

	for (; n - i >= 12; i += 12 + len) {
		const unsigned char *type = s + i + 4;

		len = be(s + i, 4);
		if (len > n - i - 12)
			return;
		if (!memcmp(type, "IHDR", 4) && i == 8 && len >= 8) {
			out->width = be(s + i + 8, 4);
			out->height = be(s + i + 12, 4);
		} else if (!memcmp(type, "acTL", 4)) {
			out->animated = true;
		} else if (!memcmp(type, "eXIf", 4)) {
			out->metadata = true;
			out->orientation = orientation_of(s + i + 8, len);
		}
		for (size_t k = 0; k < COUNT_OF(told); k++)
			out->metadata |= !memcmp(type, told[k], 4);
	}
}

static void read_webp(const unsigned char *s, size_t n, struct picture_facts *out)
{
	size_t i = 12, len;

	for (; i < n && n - i >= 8; i += 8 + len + (len & 1)) {
		const unsigned char *body = s + i + 8;

		len = le(s + i + 4, 4);
		if (len > n - i - 8)
			return;
		if (!memcmp(s + i, "VP8 ", 4) && len >= 10) {
			out->width = le(body + 6, 2) & 0x3fff;
			out->height = le(body + 8, 2) & 0x3fff;
		} else if (!memcmp(s + i, "VP8L", 4) && len >= 5) {
			out->width = 1 + (int64_t)(le(body + 1, 4) & 0x3fff);
			out->height = 1 + (int64_t)(le(body + 1, 4) >> 14 & 0x3fff);
		} else if (!memcmp(s + i, "ANIM", 4) || !memcmp(s + i, "ANMF", 4)) {
			out->animated = true;
		} else if (!memcmp(s + i, "EXIF", 4)) {
			bool named = len >= 6 && !memcmp(body, "Exif\0\0", 6);

			out->metadata = true;
			out->orientation = orientation_of(body + (named ? 6 : 0),
							  len - (named ? 6 : 0));
		} else if (!memcmp(s + i, "XMP ", 4) || !memcmp(s + i, "ICCP", 4)) {
			out->metadata = true;
		}
	}
}

void picture_read(const unsigned char *s, size_t n, const char *type, struct picture_facts *out)
{
	*out = (struct picture_facts){.orientation = 1};
	if (n < 16)
		return;
	if (!strcmp(type, "image/jpeg"))
		read_jpeg(s, n, out);
	else if (!strcmp(type, "image/png"))
		read_png(s, n, out);
	else if (!strcmp(type, "image/webp"))
		read_webp(s, n, out);
}
