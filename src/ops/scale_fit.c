/* ops/scale_fit.c - a picture decoded, turned, made smaller and written again. The only user of libgd.
 *
 * What is opaque becomes a JPEG: first less quality, then fewer pixels. What is transparent stays so, as a PNG: fewer
 * pixels. The copy is made from pixels alone, so nothing of the metadata is left; what it said of the
 * orientation is done to the pixels. */
#include "ops/scale.h"

#include <stdlib.h>
#include <string.h>

#ifdef WITH_GD
#include <dlfcn.h>
#include <gd.h>

#define LIBRARY "libgd.so.3"
#define TRIES_MAX 16
#define SIDE_MIN 64
#define QUALITY_FIRST 90
#define QUALITY_LAST 75
#define QUALITY_STEP 5

/* X(name): what is used of the library. It brings two dozen others with it, so it is loaded when a picture is scaled and
 * not at every start; it stays loaded. */
#define LIBRARY_CALLS(X) \
	X(gdSetErrorMethod) \
	X(gdFree) \
	X(gdImageCreateFromJpegPtrEx) \
	X(gdImageCreateFromPngPtr) \
	X(gdImageCreateFromWebpPtr) \
	X(gdImagePaletteToTrueColor) \
	X(gdImageCreateTrueColor) \
	X(gdImageAlphaBlending) \
	X(gdImageSaveAlpha) \
	X(gdImageCopyResampled) \
	X(gdImageJpegPtr) \
	X(gdImagePngPtrEx) \
	X(gdImageDestroy)
struct library {
#define CALL_FIELD(name) __typeof__(&name) name;
	LIBRARY_CALLS(CALL_FIELD)
#undef CALL_FIELD
};

static enum err load(struct library *gd, struct err_info *info)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL), *place;
	enum err e;

	*gd = (struct library){0};
	if (handle) {
		bool all = true;

#define CALL_LOOK(name) \
	place = dlsym(handle, #name); \
	memcpy(&gd->name, &place, sizeof(place)); \
	all = all && place;
		LIBRARY_CALLS(CALL_LOOK)
#undef CALL_LOOK
		if (all)
			return OK;
	}
	e = err_set(info, E_UNSUPPORTED,
		    "a picture is too large, and %s, which scales, is not here", LIBRARY);
	err_hint(info, "install libgd3, or make the picture smaller yourself");
	return e;
}

/* The library would write to standard error. */
static void silent(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static gdImagePtr decode(const struct library *gd, const unsigned char *bytes, size_t n,
			 const char *type)
{
	/* Decoders take no const; they do not write. */
	void *data = xmalloc(n);
	gdImagePtr im = NULL;

	memcpy(data, bytes, n);
	if (!strcmp(type, "image/jpeg"))
		im = gd->gdImageCreateFromJpegPtrEx((int)n, data, 0);
	else if (!strcmp(type, "image/png"))
		im = gd->gdImageCreateFromPngPtr((int)n, data);
	else if (!strcmp(type, "image/webp"))
		im = gd->gdImageCreateFromWebpPtr((int)n, data);
	xfree(&data);
	if (im && !gdImageTrueColor(im) && !gd->gdImagePaletteToTrueColor(im)) {
		gd->gdImageDestroy(im);
		im = NULL;
	}
	return im;
}

static bool is_transparent(gdImagePtr im)
{
	for (int y = 0; y < gdImageSY(im); y++)
		for (int x = 0; x < gdImageSX(im); x++)
			if (gdTrueColorGetAlpha(gdImageTrueColorPixel(im, x, y)) != 0)
				return true;
	return false;
}

/* A copy of that size, turned as EXIF's orientation asks: 2 to 4 keep the sides, 5 to 8 change them. width and height are
 * those of what was stored. */
static gdImagePtr make(const struct library *gd, gdImagePtr im, int width, int height,
		       int orientation)
{
	gdImagePtr small = gd->gdImageCreateTrueColor(width, height), out;
	bool sides = orientation >= 5;
	int w = sides ? height : width, h = sides ? width : height;

	if (!small)
		return NULL;
	gd->gdImageAlphaBlending(small, 0);
	gd->gdImageCopyResampled(small, im, 0, 0, 0, 0, width, height, gdImageSX(im),
				 gdImageSY(im));
	if (orientation == 1)
		return small;
	out = gd->gdImageCreateTrueColor(w, h);
	for (int y = 0; out && y < h; y++)
		for (int x = 0; x < w; x++) {
			/* Where the pixel shown at (x, y) stands in what was stored. */
			int a = sides ? y : x, b = sides ? x : y;

			if (orientation == 2 || orientation == 3 || orientation == 7 ||
			    orientation == 8)
				a = width - 1 - a;
			if (orientation == 3 || orientation == 4 || orientation == 6 ||
			    orientation == 7)
				b = height - 1 - b;
			gdImageTrueColorPixel(out, x, y) = gdImageTrueColorPixel(small, a, b);
		}
	gd->gdImageDestroy(small);
	return out;
}

static unsigned char *encode(const struct library *gd, gdImagePtr im, bool transparent, int quality,
			     size_t *n)
{
	int size = 0;
	void *bytes, *copy = NULL;

	gd->gdImageSaveAlpha(im, transparent);
	bytes = transparent ? gd->gdImagePngPtrEx(im, &size, 9)
			    : gd->gdImageJpegPtr(im, &size, quality);
	if (bytes && size > 0) {
		*n = (size_t)size;
		copy = xmalloc(*n);
		memcpy(copy, bytes, *n);
	}
	if (bytes)
		gd->gdFree(bytes);
	return copy;
}

static int64_t root(int64_t v)
{
	int64_t lo = 0, hi = INT64_C(1) << 31;

	while (lo < hi) {
		int64_t mid = lo + (hi - lo + 1) / 2;

		if (mid <= v / (mid ? mid : 1))
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

/* Both sides so much smaller that there are at most that many pixels. */
static void shrink(int64_t pixels, int *width, int *height)
{
	int64_t w = root(pixels * *width / *height);

	if ((int64_t)*width * *height <= pixels)
		return;
	if (w < 1)
		w = 1;
	*height = (int)((int64_t)*height * w / *width);
	*width = (int)w;
}

static enum err search(const struct library *gd, const char *name, gdImagePtr im,
		       const struct picture_facts *facts, const struct scale_goal *goal,
		       struct fitted *out, struct err_info *info)
{
	bool transparent = is_transparent(im);
	int width = gdImageSX(im), height = gdImageSY(im), quality = QUALITY_FIRST;
	gdImagePtr small = NULL;
	enum err e = OK;

	if (goal->pixels_max > 0)
		shrink(goal->pixels_max, &width, &height);
	for (int i = 0; i < TRIES_MAX && !out->bytes && !e; i++) {
		size_t n = 0;
		unsigned char *bytes;

		if (width < SIDE_MIN || height < SIDE_MIN)
			break;
		if (!small)
			small = make(gd, im, width, height, facts->orientation);
		bytes = small ? encode(gd, small, transparent, quality, &n) : NULL;
		if (!bytes) {
			e = err_set(info, E_MEDIA, "%s could not be made smaller", name);
		} else if (goal->bytes_max <= 0 || (int64_t)n <= goal->bytes_max) {
			*out = (struct fitted){bytes, n, transparent ? "image/png" : "image/jpeg",
					       gdImageSX(small), gdImageSY(small)};
		} else {
			free(bytes);
			if (!transparent && quality > QUALITY_LAST) {
				quality -= QUALITY_STEP;
				continue;
			}
			/* Bytes go with the pixels, roughly; a tenth less, so that few tries are needed. */
			shrink((int64_t)((double)width * height * (double)goal->bytes_max /
					 (double)n * 0.9),
			       &width, &height);
			gd->gdImageDestroy(small);
			small = NULL;
		}
	}
	if (small)
		gd->gdImageDestroy(small);
	if (!e && !out->bytes)
		e = err_set(info, E_MEDIA, "%s cannot be made so small that it is still a picture",
			    name);
	return e;
}

enum err scale_fit(const char *name, const unsigned char *bytes, size_t n, const char *type,
		   const struct picture_facts *facts, const struct scale_goal *goal,
		   struct fitted *out, struct err_info *info)
{
	struct fitted found = {0};
	struct library gd;
	gdImagePtr im;
	enum err e = load(&gd, info);

	if (e)
		return e;
	gd.gdSetErrorMethod(silent);
	im = decode(&gd, bytes, n, type);
	if (!im)
		return err_set(info, E_MEDIA, "%s is damaged: it cannot be decoded", name);
	if (gdImageSX(im) != facts->width || gdImageSY(im) != facts->height)
		e = err_set(info, E_MEDIA, "%s has another size than its head says", name);
	else
		e = search(&gd, name, im, facts, goal, &found, info);
	gd.gdImageDestroy(im);
	if (!e)
		*out = found;
	return e;
}

bool scale_works(void)
{
	return true;
}

#else

enum err scale_fit(const char *name, const unsigned char *bytes, size_t n, const char *type,
		   const struct picture_facts *facts, const struct scale_goal *goal,
		   struct fitted *out, struct err_info *info)
{
	(void)bytes;
	(void)n;
	(void)type;
	(void)facts;
	(void)goal;
	(void)out;
	return err_set(info, E_UNSUPPORTED,
		       "%s is too large, and this masthead was built without what scales (libgd)",
		       name);
}

bool scale_works(void)
{
	return false;
}

#endif

void fitted_free(struct fitted *f)
{
	xfree(&f->bytes);
	*f = (struct fitted){0};
}
