/* What the bytes of a picture say, whole, cut and damaged. */
#include "../unit.h"

#include <string.h>

#include "ops/scale.h"

/* SOI, APP1 with EXIF (orientation 6, big endian), COM, SOF0 of 16 x 32, SOS, EOI */
static const char jpeg[] = "\xff\xd8"
			   "\xff\xe1\0\x22"
			   "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
			   "\xff\xfe\0\x04zz"
			   "\xff\xc0\0\x0b\x08\0\x20\0\x10\x01\x01\x11\0"
			   "\xff\xda\0\x08\x01\x01\0\0\x3f\0zz\xff\xd9";
static const char png[] = "\x89PNG\r\n\x1a\n"
			  "\0\0\0\x0dIHDR\0\0\0\x07\0\0\0\x09\x08\x02\0\0\0crc!"
			  "\0\0\0\x1a"
			  "eXIfII*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0crc!"
			  "\0\0\0\0IENDcrc!";
static const char webp[] = "RIFFxxxxWEBP"
			   "VP8X\x0a\0\0\0\0\0\0\0\x09\0\0\x13\0\0"
			   "VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x03\0\x04\0"
			   "XMP \x02\0\0\0zz";

/* A copy of exactly that size, so that a sanitizer sees a read beyond it. */
static void read_part(const char *bytes, size_t n, const char *type, struct picture_facts *out)
{
	unsigned char *copy = xmalloc(n ? n : 1);

	memcpy(copy, bytes, n);
	picture_read(copy, n, type, out);
	xfree(&copy);
}

static void picture_read__whole_files__size_and_orientation(void **state)
{
	struct picture_facts f;

	(void)state;
	read_part(jpeg, sizeof(jpeg) - 1, "image/jpeg", &f);
	assert_int_equal(f.width, 16);
	assert_int_equal(f.height, 32);
	assert_int_equal(f.orientation, 6);
	assert_true(f.metadata && !f.cut && !f.animated);
	read_part(png, sizeof(png) - 1, "image/png", &f);
	assert_int_equal(f.width, 7);
	assert_int_equal(f.height, 9);
	assert_int_equal(f.orientation, 3);
	assert_true(f.metadata && !f.animated);
	read_part(webp, sizeof(webp) - 1, "image/webp", &f);
	assert_int_equal(f.width, 3);
	assert_int_equal(f.height, 4);
	assert_int_equal(f.orientation, 1);
	assert_true(f.metadata && !f.animated);
}

static void picture_read__end_is_missing__cut(void **state)
{
	struct picture_facts f;

	(void)state;
	read_part(jpeg, sizeof(jpeg) - 3, "image/jpeg", &f);
	assert_true(f.cut);
}

static void picture_read__mark_without_length_before_the_frame__no_size(void **state)
{
	char trick[sizeof(jpeg) + 2];
	struct picture_facts f;

	(void)state;
	memcpy(trick, "\xff\xd8\xff\xd0", 4);
	memcpy(trick + 4, jpeg + 2, sizeof(jpeg) - 2);
	read_part(trick, sizeof(trick) - 1, "image/jpeg", &f);
	assert_int_equal(f.width, 0);
}

static void picture_read__moving__animated(void **state)
{
	static const char moving[] = "RIFFxxxxWEBPANIM\x06\0\0\0\0\0\0\0\0\0";
	struct picture_facts f;

	(void)state;
	read_part(moving, sizeof(moving) - 1, "image/webp", &f);
	assert_true(f.animated);
}

/* Cut anywhere, and with any byte changed: no read beyond the end, no loop without one. */
static void picture_read__any_damage__returns(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *type;
	} all[] = {{jpeg, sizeof(jpeg) - 1, "image/jpeg"},
		   {png, sizeof(png) - 1, "image/png"},
		   {webp, sizeof(webp) - 1, "image/webp"}};
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	char copy[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct picture_facts f;

		for (size_t n = 0; n <= all[i].n; n++)
			read_part(all[i].bytes, n, all[i].type, &f);
		for (size_t at = 0; at < all[i].n; at++)
			for (size_t v = 0; v < COUNT_OF(values); v++) {
				memcpy(copy, all[i].bytes, all[i].n);
				copy[at] = (char)values[v];
				read_part(copy, all[i].n, all[i].type, &f);
				assert_in_range(f.orientation, 1, 8);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picture_read__whole_files__size_and_orientation),
		cmocka_unit_test(picture_read__end_is_missing__cut),
		cmocka_unit_test(picture_read__mark_without_length_before_the_frame__no_size),
		cmocka_unit_test(picture_read__moving__animated),
		cmocka_unit_test(picture_read__any_damage__returns),
	};

	return cmocka_run_group_tests_name("ops/scale", tests, NULL, NULL);
}
