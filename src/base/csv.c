/* base/csv.c - comma-separated values: strict reading, guarded writing. */
#include "base/csv.h"

#include <string.h>

#include "base/text.h"

static bool is_trigger(char c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

/* Apostrophes, none too, and then what a spreadsheet takes for a formula. */
static bool is_formula(const char *s)
{
	while (*s == '\'')
		s++;
	return is_trigger(*s);
}

void csv_put(struct strbuf *out, const char *s, bool first)
{
	bool quote;

	if (!first)
		strbuf_putc(out, ',');
	if (!s)
		return;
	/* A blank at an end would be lost by readers that trim. */
	quote = strpbrk(s, ",\"\r\n") || s[0] == ' ' || (*s && s[strlen(s) - 1] == ' ');
	if (quote)
		strbuf_putc(out, '"');
	if (is_formula(s))
		strbuf_putc(out, '\'');
	while (*s) {
		size_t n = strcspn(s, "\"");

		strbuf_add(out, s, n);
		s += n;
		if (*s) {
			strbuf_puts(out, "\"\"");
			s++;
		}
	}
	if (quote)
		strbuf_putc(out, '"');
}

void csv_end_row(struct strbuf *out)
{
	strbuf_puts(out, "\r\n");
}

enum err csv_open(struct csv_reader *r, const char *bytes, size_t n, struct err_info *info)
{
	const char *s = bytes, *end = bytes + n;

	for (int64_t line = 1; s < end; line++) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t len = nl ? (size_t)(nl - s) : (size_t)(end - s);

		if (memchr(s, 0, len) || !text_is_utf8(s, len))
			return err_set(info, E_INVALID, "line %lld is not UTF-8 text",
				       (long long)line);
		s += len + (nl != NULL);
	}
	*r = (struct csv_reader){.s = bytes, .end = end, .line = 1};
	if (n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
		r->s += 3;
	return OK;
}

/* ---------------------------------------------------------------- one cell */

struct cell {
	struct csv_reader *r;
	struct strbuf text;
	size_t column;
};

static enum err too_large(const struct cell *c, struct err_info *info)
{
	return err_set(info, E_INVALID, "row %lld, column %zu: a cell holds more than %zu bytes",
		       (long long)c->r->row, c->column, CSV_CELL_BYTES_MAX);
}

static enum err add(struct cell *c, const char *s, size_t n, struct err_info *info)
{
	if (c->text.len + n > CSV_CELL_BYTES_MAX)
		return too_large(c, info);
	strbuf_add(&c->text, s, n);
	return OK;
}

static bool at_end_of_cell(const struct csv_reader *r)
{
	return r->s == r->end || *r->s == ',' || *r->s == '\n' ||
	       (*r->s == '\r' && (r->s + 1 == r->end || r->s[1] == '\n'));
}

/* Line ends of a quoted cell are LF, whatever wrote them. */
static enum err add_lines(struct cell *c, const char *s, size_t n, struct err_info *info)
{
	enum err e = OK;

	while (!e && n) {
		const char *cr = memchr(s, '\r', n);
		size_t len = cr ? (size_t)(cr - s) : n;
		bool skip = cr && len + 1 < n && cr[1] == '\n';

		e = add(c, s, cr && !skip ? len + 1 : len, info);
		len += cr != NULL;
		s += len;
		n -= len;
	}
	return e;
}

static void count_lines(struct csv_reader *r, const char *s, size_t n)
{
	const char *nl;

	while ((nl = memchr(s, '\n', n))) {
		r->line++;
		n -= (size_t)(nl + 1 - s);
		s = nl + 1;
	}
}

static enum err read_quoted(struct cell *c, struct err_info *info)
{
	struct csv_reader *r = c->r;
	int64_t opened = r->line;
	enum err e;

	r->s++;
	for (;;) {
		const char *q = memchr(r->s, '"', (size_t)(r->end - r->s));

		if (!q)
			return err_set(
				info, E_INVALID,
				"row %lld, column %zu: the quote that opens on line %lld is never closed",
				(long long)r->row, c->column, (long long)opened);
		count_lines(r, r->s, (size_t)(q - r->s));
		e = add_lines(c, r->s, (size_t)(q - r->s), info);
		r->s = q + 1;
		if (e)
			return e;
		if (r->s == r->end || *r->s != '"')
			break;
		e = add(c, "\"", 1, info);
		r->s++;
		if (e)
			return e;
	}
	if (!at_end_of_cell(r))
		return err_set(
			info, E_INVALID,
			"row %lld, column %zu: text stands behind the closing quote (line %lld)",
			(long long)r->row, c->column, (long long)r->line);
	return OK;
}

static enum err read_bare(struct cell *c, struct err_info *info)
{
	struct csv_reader *r = c->r;
	const char *from = r->s;

	while (!at_end_of_cell(r) && *r->s != '"')
		r->s++;
	if (!at_end_of_cell(r))
		return err_set(
			info, E_INVALID,
			"row %lld, column %zu: a quote inside a cell that is not quoted (line %lld)",
			(long long)r->row, c->column, (long long)r->line);
	return add(c, from, (size_t)(r->s - from), info);
}

static enum err read_cell(struct cell *c, struct arena *a, const char **out, struct err_info *info)
{
	struct csv_reader *r = c->r;
	const char *s;
	enum err e;

	strbuf_reset(&c->text);
	e = r->s < r->end && *r->s == '"' ? read_quoted(c, info) : read_bare(c, info);
	if (e)
		return e;
	s = c->text.data;
	*out = arena_strdup(a, *s == '\'' && is_formula(s) ? s + 1 : s);
	return OK;
}

/* ---------------------------------------------------------------- rows */

static bool take_line_end(struct csv_reader *r)
{
	if (r->s < r->end && *r->s == '\r')
		r->s++;
	if (r->s < r->end && *r->s == '\n') {
		r->s++;
		r->line++;
		return true;
	}
	return false;
}

enum err csv_next(struct csv_reader *r, struct arena *a, struct csv_row *out, bool *more,
		  struct err_info *info)
{
	struct cell c = {.r = r};
	struct csv_row row = {0};
	enum err e = OK;

	do
		r->row++;
	while (at_end_of_cell(r) && r->s < r->end && *r->s != ',' && take_line_end(r));
	*more = r->s < r->end;
	if (!*more)
		return OK;
	strbuf_init(&c.text, CSV_CELL_BYTES_MAX + 1);
	for (;;) {
		const char *text;

		c.column = row.n + 1;
		if (row.n == CSV_COLUMNS_MAX) {
			e = err_set(info, E_INVALID, "row %lld has more than %d columns",
				    (long long)r->row, CSV_COLUMNS_MAX);
			break;
		}
		e = read_cell(&c, a, &text, info);
		if (e)
			break;
		row.cells = arena_grow(a, row.cells, row.n, sizeof(*row.cells));
		row.cells[row.n++] = text;
		if (r->s == r->end || *r->s != ',')
			break;
		r->s++;
	}
	take_line_end(r);
	strbuf_free(&c.text);
	if (!e)
		*out = row;
	return e;
}
