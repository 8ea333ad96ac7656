/* Media: known by content, opened once, kept under their hash. */
#include "world.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/workspace.h"

static const char *sniff(const char *bytes, size_t n, int64_t *w, int64_t *h)
{
	return media_sniff((const unsigned char *)bytes, n, w, h);
}

static void media_sniff__each_kind__type_and_size(void **state)
{
	static const char jpeg[] = "\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x11\x08\0\x20\0\x10\x03zzzz";
	static const char gif[] = "GIF89a\x05\0\x07\0zz";
	static const char lossy[] = "RIFFxxxxWEBPVP8 xxxx\0\0\0\x9d\x01\x2a\x03\0\x04\0zz";
	static const char extended[] = "RIFFxxxxWEBPVP8Xxxxx\0\0\0\0\x09\0\0\x13\0\0zz";
	static const char mp4[] = "\0\0\0\x18"
				  "ftypisomzzzz";
	int64_t w, h;

	(void)state;
	assert_string_equal(media_sniff(world_png, world_png_bytes, &w, &h), "image/png");
	assert_int_equal(w, 1);
	assert_int_equal(h, 1);
	assert_string_equal(sniff(jpeg, sizeof(jpeg), &w, &h), "image/jpeg");
	assert_int_equal(w, 16);
	assert_int_equal(h, 32);
	assert_string_equal(sniff(gif, sizeof(gif), &w, &h), "image/gif");
	assert_int_equal(w, 5);
	assert_int_equal(h, 7);
	assert_string_equal(sniff(lossy, sizeof(lossy), &w, &h), "image/webp");
	assert_int_equal(w, 3);
	assert_int_equal(h, 4);
	assert_string_equal(sniff(extended, sizeof(extended), &w, &h), "image/webp");
	assert_int_equal(w, 10);
	assert_int_equal(h, 20);
	assert_string_equal(sniff(mp4, sizeof(mp4), &w, &h), "video/mp4");
}

static void media_sniff__films_and_sounds__by_their_content(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *type;
	} rows[] = {
		{"\0\0\0\x14"
		 "ftypqt  zzzz",
		 16, "video/quicktime"},
		{"\0\0\0\x14"
		 "ftypM4A zzzz",
		 16, "audio/mp4"},
		{"\0\0\0\x14"
		 "ftypheiczzzz",
		 16, NULL},
		{"\0\0\0\x14"
		 "ftypavifzzzz",
		 16, NULL},
		{"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", 12, "video/webm"},
		{"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", 16, NULL},
		{"ID3\x04zzzzzz", 10, "audio/mpeg"},
		{"\xff\xfb\x90\x64", 4, "audio/mpeg"},
		{"\xff\xf9\x90\x64", 4, NULL},
		{"\xff\xfb\xff\x64", 4, NULL},
		{"fLaC\0\0\0\x22", 8, "audio/flac"},
		{"RIFFxxxxWAVEfmt ", 16, "audio/wav"},
		{"OggS\0\x02zzzzzzzzzzzzzzzzzzzzzzOpusHead", 36, "audio/ogg"},
		{"OggS\0\x02zzzzzzzzzzzzzzzzzzzzzz\x80theora", 36, NULL},
	};
	int64_t w, h;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *type = sniff(rows[i].bytes, rows[i].n, &w, &h);

		if (type != rows[i].type && (!type || !rows[i].type || strcmp(type, rows[i].type)))
			fail_msg("row %zu: %s", i, type ? type : "nothing");
	}
}

static void media_sniff__every_prefix__reads_within_bounds(void **state)
{
	static const char endless[] = "\xff\xd8\xff\xe0\xff\xff";
	int64_t w, h;

	(void)state;
	for (size_t n = 0; n <= world_png_bytes; n++) {
		unsigned char *exact = xmalloc(n + !n);

		memcpy(exact, world_png, n);
		assert_true((media_sniff(exact, n, &w, &h) != NULL) == (n >= 24));
		xfree(&exact);
	}
	assert_string_equal(sniff(endless, sizeof(endless) - 1, &w, &h), "image/jpeg");
	assert_int_equal(w, 0);
	assert_null(sniff("<svg></svg> and more text", 25, &w, &h));
}

static void media_open__png__is_hashed_and_kept(void **state)
{
	struct world *w = *state;
	const char *path = world_file(w, "a b.png", world_png, world_png_bytes);
	char *media_dir = fs_join(w->top, "media"), *kept;
	struct media_file f;
	struct stat st;

	assert_ok(w, media_open(path, "a dot", w->a, &f, &w->info));
	assert_string_equal(f.media->type, "image/png");
	assert_string_equal(f.media->name, "a b.png");
	assert_string_equal(f.media->alt, "a dot");
	assert_int_equal(f.media->bytes, (int64_t)world_png_bytes);
	assert_int_equal(strlen(f.media->sha256), 64);
	assert_ok(w, media_keep(&f, media_dir, &w->info));
	assert_ok(w, media_keep(&f, media_dir, &w->info));
	kept = fs_join(media_dir, f.media->sha256);
	assert_int_equal(stat(kept, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, (off_t)world_png_bytes);
	media_close(&f);
	xfree(&kept);
	xfree(&media_dir);
}

static void media_open__changed_while_open__is_not_kept(void **state)
{
	struct world *w = *state;
	const char *path = world_file(w, "a.png", world_png, world_png_bytes);
	char *media_dir = fs_join(w->top, "media"), *kept;
	struct media_file f;

	assert_ok(w, media_open(path, NULL, w->a, &f, &w->info));
	assert_int_equal(truncate(path, 30), 0);
	assert_err(w, E_MEDIA, media_keep(&f, media_dir, &w->info));
	kept = fs_join(media_dir, f.media->sha256);
	assert_false(fs_exists(kept));
	media_close(&f);
	xfree(&kept);
	xfree(&media_dir);
}

static void media_open__what_is_no_media_file__is_refused(void **state)
{
	struct world *w = *state;
	const char *real = world_file(w, "a.png", world_png, world_png_bytes);
	const char *link = arena_printf(w->a, "%s/link.png", w->top),
		   *fifo = arena_printf(w->a, "%s/fifo", w->top);
	struct media_file f;

	assert_int_equal(symlink(real, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_err(w, E_MEDIA, media_open(link, NULL, w->a, &f, &w->info));
	assert_says(w, "is a link");
	assert_err(w, E_MEDIA, media_open(fifo, NULL, w->a, &f, &w->info));
	assert_says(w, "not a regular file");
	assert_err(w, E_MEDIA, media_open("/dev/zero", NULL, w->a, &f, &w->info));
	assert_err(w, E_MEDIA, media_open(w->top, NULL, w->a, &f, &w->info));
	assert_err(w, E_NOT_FOUND, media_open("/nonexistent.png", NULL, w->a, &f, &w->info));
	assert_err(w, E_MEDIA,
		   media_open(world_file(w, "empty.png", "", 0), NULL, w->a, &f, &w->info));
	assert_err(
		w, E_MEDIA,
		media_open(world_file(w, "text.png", "hello there", 11), NULL, w->a, &f, &w->info));
	assert_says(w, "by its content");
	assert_err(w, E_INVALID, media_open(real, "a\033b", w->a, &f, &w->info));
}

static void put32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static void media_open__film__tells_length_and_size(void **state)
{
	struct world *w = *state;
	unsigned char film[16 + 8 + 40 + 8 + 92] = {0};
	unsigned char *moov = film + 16, *mvhd = moov + 8, *trak = mvhd + 40;
	struct media_file f;

	put32(film, 16);
	memcpy(film + 4, "ftypisom", 8);
	put32(moov, sizeof(film) - 16);
	memcpy(moov + 4, "moov", 4);
	put32(mvhd, 40);
	memcpy(mvhd + 4, "mvhd", 4);
	put32(mvhd + 8 + 12, 600);
	put32(mvhd + 8 + 16, 1500);
	put32(trak, 100);
	memcpy(trak + 4, "trak", 4);
	put32(trak + 8, 92);
	memcpy(trak + 12, "tkhd", 4);
	put32(trak + 16 + 76, 640u << 16);
	put32(trak + 16 + 80, 360u << 16);
	assert_ok(w,
		  media_open(world_file(w, "a.mp4", film, sizeof(film)), NULL, w->a, &f, &w->info));
	assert_string_equal(f.media->type, "video/mp4");
	assert_int_equal(f.media->duration_ms, 2500);
	assert_int_equal(f.media->width, 640);
	assert_int_equal(f.media->height, 360);
	media_close(&f);
	put32(moov, 0xffffffff); /* a box larger than the file says nothing, and harms nothing */
	assert_ok(w,
		  media_open(world_file(w, "b.mp4", film, sizeof(film)), NULL, w->a, &f, &w->info));
	assert_int_equal(f.media->duration_ms, 0);
	media_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(media_sniff__each_kind__type_and_size),
		cmocka_unit_test(media_sniff__films_and_sounds__by_their_content),
		cmocka_unit_test(media_sniff__every_prefix__reads_within_bounds),
		cmocka_unit_test_setup_teardown(media_open__png__is_hashed_and_kept, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(media_open__changed_while_open__is_not_kept,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(media_open__what_is_no_media_file__is_refused,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(media_open__film__tells_length_and_size,
						world_setup, world_teardown),
	};

	return cmocka_run_group_tests_name("ops/inspect", tests, NULL, NULL);
}
