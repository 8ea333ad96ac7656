/* cli/demo_picture.c - a picture for the demo: a baseline JPEG of plain tiles.
 *
 * Each block of 8 x 8 pixels has one colour, so that of its 64 coefficients only the first is not zero. With a quantisation
 * by 8 that coefficient is the colour itself less 128. Nine categories of differences have codes of four bits each, and the
 * end of a block, the only other symbol, has one bit. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "cli/demo.h"

#define BLOCK 8
#define COMPONENTS 3
#define TILE_BLOCKS 10
#define PICTURE_BYTES_MAX ((size_t)1 << 20)

struct bits {
	struct strbuf *out;
	uint32_t held;
	int n;
};

static void put_bits(struct bits *b, uint32_t value, int n)
{
	b->held = b->held << n | value;
	b->n += n;
	while (b->n >= 8) {
		char byte = (char)(b->held >> (b->n - 8) & 0xff);

		strbuf_add(b->out, &byte, 1);
		if (byte == (char)0xff)
			strbuf_add(b->out, "\0", 1);
		b->n -= 8;
		b->held &= (1u << b->n) - 1;
	}
}

/* The difference to the block before, then the end of the block. */
static void put_block(struct bits *b, int difference)
{
	unsigned size = (unsigned)abs(difference);
	int category = 0;

	while (size >> category)
		category++;
	put_bits(b, (uint32_t)category, 4);
	if (category)
		put_bits(b,
			 (uint32_t)(difference > 0 ? difference : difference + (1 << category) - 1),
			 category);
	put_bits(b, 0, 1);
}

static void put_segment(struct strbuf *out, int mark, const unsigned char *bytes, size_t n)
{
	char head[4] = {(char)0xff, (char)mark, (char)((n + 2) >> 8), (char)(n + 2)};

	strbuf_add(out, head, sizeof(head));
	strbuf_add(out, (const char *)bytes, n);
}

static void put_head(struct strbuf *out, int width, int height)
{
	unsigned char quant[65] = {0},
		      frame[] = {8, 0, 0, 0, 0, COMPONENTS, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0};
	/* Class and number, how many codes of each length, the symbols. */
	unsigned char dc[17 + 9] = {0x00, 0, 0, 0, 9}, ac[17 + 1] = {0x10, 1};
	static const unsigned char scan[] = {COMPONENTS, 1, 0, 2, 0, 3, 0, 0, 63, 0};
	static const unsigned char jfif[] = {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};

	memset(quant + 1, BLOCK, 64);
	frame[1] = (unsigned char)(height >> 8);
	frame[2] = (unsigned char)height;
	frame[3] = (unsigned char)(width >> 8);
	frame[4] = (unsigned char)width;
	for (unsigned char i = 0; i < 9; i++)
		dc[17 + i] = i;
	strbuf_add(out, "\xff\xd8", 2);
	put_segment(out, 0xe0, jfif, sizeof(jfif));
	put_segment(out, 0xdb, quant, sizeof(quant));
	put_segment(out, 0xc0, frame, sizeof(frame));
	put_segment(out, 0xc4, dc, sizeof(dc));
	put_segment(out, 0xc4, ac, sizeof(ac));
	put_segment(out, 0xda, scan, sizeof(scan));
}

enum err demo_picture(const char *path, int width, int height, int number, struct err_info *info)
{
	/* Brightness and the two colours of the tiles, in turn. */
	static const int colours[][COMPONENTS] = {{90, -20, 35},  {60, -45, 20}, {20, 30, -25},
						  {-30, 45, -10}, {75, 10, -40}, {0, -30, 60}};
	struct strbuf b;
	struct bits bits = {.out = &b};
	int last[COMPONENTS] = {0};
	enum err e;

	strbuf_init(&b, PICTURE_BYTES_MAX);
	put_head(&b, width, height);
	for (int y = 0; y < height / BLOCK; y++)
		for (int x = 0; x < width / BLOCK; x++) {
			int tile = x / TILE_BLOCKS + 2 * (y / TILE_BLOCKS) + number;
			const int *c = colours[tile % (int)COUNT_OF(colours)];

			for (int i = 0; i < COMPONENTS; i++) {
				put_block(&bits, c[i] - last[i]);
				last[i] = c[i];
			}
		}
	put_bits(&bits, 0x7f, 7);
	strbuf_add(&b, "\xff\xd9", 2);
	e = fs_write_new(path, b.data, b.len, 0600, info);
	strbuf_free(&b);
	return e;
}
