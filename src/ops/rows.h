/* ops/rows.h - posts as rows of a file: the columns that export writes and import reads. Inside this layer only. */
#ifndef MASTHEAD_OPS_ROWS_H
#define MASTHEAD_OPS_ROWS_H

#include "ops/ops.h"

/* What import takes from a row; the order in which export writes it. */
enum field {
	F_POST, /* rows with the same value, and the same content, are one post */
	F_BRAND,
	F_PLATFORM,
	F_ACCOUNT,
	F_CONNECTION,
	F_STATUS,
	F_AT,
	F_TEXT,
	F_LINK,
	F_TITLE,
	F_LANGUAGE,
	F_VISIBILITY,
	F_FIRST_COMMENT,
	F_OPTIONS,
	F_PRIORITY,
	FIELD_COUNT
};
extern const char *const field_names[FIELD_COUNT];

#define ROW_MEDIA_MAX 20
struct record {
	int64_t row;
	const char *cell[FIELD_COUNT]; /* NULL: not there, or empty */
	struct draft_media media[ROW_MEDIA_MAX];
	const char *sha256[ROW_MEDIA_MAX]; /* that the file must have; NULL: any */
	size_t n_media;
	struct draft_variant *variants;
	size_t n_variants;
	bool bad; /* a problem was told of it */
};

struct problems_list {
	struct arena *arena;
	struct import_problem *items;
	size_t n;
};
/* column NULL: of the row as a whole. */
void row_problem(struct problems_list *l, int64_t row, const char *column, enum err code,
		 const char *message);

/* All rows of the file; what is wrong with a single one is told to problems, and it is marked bad. Errors: the file as a whole
 * (E_INVALID, E_TOO_LONG: more than `most` rows). */
enum err records_read(const char *bytes, size_t n, enum row_format format, size_t most,
		      struct arena *a, struct problems_list *problems, struct record **out,
		      size_t *n_out, struct err_info *info) MUST_USE;

/* Texts -> numbers. */
struct index;
struct index *index_new(void) MUST_USE;
void index_free(struct index **x);
/* Where the value of a key stands; -1 when the key is new, then it is added. The key is copied. */
int64_t *index_at(struct index *x, const char *key, size_t n) MUST_USE;

#endif
