/* ops/scale.h - a smaller copy of a picture that is too large for a platform.
 *
 * Never silent: who asks for it is told what became of size, bytes, kind and metadata. GIFs, moving pictures and films are
 * not scaled. A picture is refused by the pixels that its head names before anything decodes it. Internal to ops/; any
 * thread. Needs libgd (WITH_GD); without it all of this is E_UNSUPPORTED. */
#ifndef MASTHEAD_OPS_SCALE_H
#define MASTHEAD_OPS_SCALE_H

#include "ops/internal.h"

/* More than this is decoded for nobody: four bytes for each stand in memory, twice. */
#define SCALE_PIXELS_MAX INT64_C(50000000)

/* What the copy has to keep to; 0: no matter. */
struct scale_goal {
	int64_t bytes_max, pixels_max;
};
/* The copy takes the file's place: a new descriptor (memory, not yet in the workspace) and new facts, the same name and alt
 * text. E_MEDIA: not a picture that can be scaled, damaged, or it cannot be made small enough. On failure the file is as it was. */
enum err scale_file(struct media_file *file, const struct scale_goal *goal, struct arena *a,
		    struct scaled *out, struct err_info *info) MUST_USE;

/* --- scale_post.c --- */
/* Scales what the report's problems call too large; r->scaled tells. E_MEDIA, E_UNSUPPORTED: the first that cannot be. */
enum err scale_post(struct media_file *files, size_t n, struct publish_report *r,
		    struct err_info *info) MUST_USE;
/* [tx] That what goes out is not the file that was given; under the (first) job of the post. */
enum err scale_log(struct ops *o, const struct scaled *s, const struct job *j,
		   struct err_info *info) MUST_USE;

/* --- scale_read.c: what the bytes of a picture say, read by hand and never beyond their end --- */
struct picture_facts {
	int orientation; /* of EXIF: 1 to 8; 1 where it does not say */
	bool animated;
	bool cut;      /* a JPEG without its end: a decoder would make grey of what is missing */
	bool metadata; /* EXIF, XMP, comments, a colour profile */
	int64_t width,
		height; /* of the frame that a decoder will make; 0: no such frame was found */
};
void picture_read(const unsigned char *s, size_t n, const char *type, struct picture_facts *out);

/* --- scale_fit.c: pixels only; uses libgd --- */
struct fitted {
	unsigned char *bytes; /* free with fitted_free */
	size_t n;
	const char *type;
	int64_t width, height;
};
/* facts: of these bytes. E_MEDIA, E_UNSUPPORTED. name is for the message. */
enum err scale_fit(const char *name, const unsigned char *bytes, size_t n, const char *type,
		   const struct picture_facts *facts, const struct scale_goal *goal,
		   struct fitted *out, struct err_info *info) MUST_USE;
void fitted_free(struct fitted *f);

#endif
