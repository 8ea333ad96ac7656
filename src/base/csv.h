/* base/csv.h - comma-separated values as RFC 4180 has them. Any thread.
 *
 * A spreadsheet takes a cell that begins with = + - @ or a control character for a formula. csv_put writes an
 * apostrophe before such a cell (and before one that begins with apostrophes and then one of these, so that reading
 * can tell), and csv_next takes that apostrophe off again: what is read is what was written. */
#ifndef MASTHEAD_BASE_CSV_H
#define MASTHEAD_BASE_CSV_H

#include "base/error.h"
#include "base/mem.h"
#include "base/strbuf.h"

#define CSV_COLUMNS_MAX 256
#define CSV_CELL_BYTES_MAX ((size_t)1 << 20)

/* One cell; NULL is empty. first: no comma before it. */
void csv_put(struct strbuf *out, const char *s, bool first);
/* CR LF. */
void csv_end_row(struct strbuf *out);

/* Bytes stay with the caller as long as the reader is used. */
struct csv_reader {
	const char *s, *end;
	int64_t row;  /* number of the row read last, from 1, as a spreadsheet shows it */
	int64_t line; /* of the file: the one that s stands in, from 1 */
};
/* Skips a byte order mark. E_INVALID: not UTF-8, or a NUL in it; the text names the line. */
enum err csv_open(struct csv_reader *r, const char *bytes, size_t n,
		  struct err_info *info) MUST_USE;

struct csv_row {
	const char **cells; /* in the arena, each ended by a NUL */
	size_t n;
};
/* The next row that is not an empty line; *more false at the end. CR LF inside a cell becomes LF. E_INVALID, after which the
 * reader is of no further use: a quote that is never closed, text behind a closing quote, a quote inside a bare cell, more than
 * CSV_COLUMNS_MAX columns, a cell of more than CSV_CELL_BYTES_MAX; the text names row and column. */
enum err csv_next(struct csv_reader *r, struct arena *a, struct csv_row *out, bool *more,
		  struct err_info *info) MUST_USE;

#endif
