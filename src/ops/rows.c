/* ops/rows.c - rows of a file as they stand there: CSV with a header row, or one JSON object a line.
 *
 * A column that nobody knows is refused, for a mistyped one would silently drop what people wrote. Columns that export
 * writes for the reader's sake alone are known and passed over. */
#include "ops/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ops/internal.h"

const char *const field_names[FIELD_COUNT] = {
	[F_POST] = "post",
	[F_BRAND] = "brand",
	[F_PLATFORM] = "platform",
	[F_ACCOUNT] = "account",
	[F_CONNECTION] = "connection",
	[F_STATUS] = "status",
	[F_AT] = "at",
	[F_TEXT] = "text",
	[F_LINK] = "link",
	[F_TITLE] = "title",
	[F_LANGUAGE] = "language",
	[F_VISIBILITY] = "visibility",
	[F_FIRST_COMMENT] = "first_comment",
	[F_OPTIONS] = "options",
	[F_PRIORITY] = "priority",
};
static const char *const passed_over[] = {
	"id",         "tenant",     "wait",          "hold_reason", "attempts",   "remote_id",
	"remote_url", "error_code", "error_message", "created_at",  "updated_at", "published_at",
};
#define VARIANT "variant_"

void row_problem(struct problems_list *l, int64_t row, const char *column, enum err code,
		 const char *message)
{
	l->items = arena_grow(l->arena, l->items, l->n, sizeof(*l->items));
	l->items[l->n++] = (struct import_problem){
		.row = row,
		.column = arena_strdup(l->arena, column),
		.code = code,
		.message = arena_strdup(l->arena, message),
	};
}

/* ---------------------------------------------------------------- columns */

struct column {
	enum { C_PASS, C_FIELD, C_MEDIA, C_ALT, C_VARIANT } kind;
	enum field field;
	size_t number;    /* C_MEDIA, C_ALT: from 0 */
	const char *name; /* as the file has it; C_VARIANT: the platform */
};

/* "Media" is 0, "media2" is 1 ...; false for anything else. */
static bool numbered(const char *name, const char *stem, size_t *number)
{
	size_t n = strlen(stem);
	char *end;
	long k;

	if (strncmp(name, stem, n) != 0)
		return false;
	if (!name[n]) {
		*number = 0;
		return true;
	}
	k = strtol(name + n, &end, 10);
	if (*end || name[n] < '1' || name[n] > '9' || k < 1 || k > ROW_MEDIA_MAX)
		return false;
	*number = (size_t)k - 1;
	return true;
}

/* Lower case, '_' for '-' and ' ', no blanks at the ends, no plural: as people write headers. */
static char *normal(struct arena *a, const char *name)
{
	char *out = arena_strdup(a, name + strspn(name, " \t")), *end = out + strlen(out);

	while (end > out && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	for (char *p = out; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		else if (*p == '-' || *p == ' ')
			*p = '_';
	}
	if (!strcmp(out, "platforms") || !strcmp(out, "connections"))
		end[-1] = '\0';
	return out;
}

static const char *nearest_name(const char *name)
{
	const char *best = "media";
	size_t least = words_distance(name, best);

	for (int f = 0; f < FIELD_COUNT; f++) {
		size_t d = words_distance(name, field_names[f]);

		if (d < least) {
			least = d;
			best = field_names[f];
		}
	}
	return best;
}

/* false: nobody knows it; *nearest is what may have been meant. */
static bool column_of(struct arena *a, const char *name, struct column *out, const char **nearest)
{
	char *s = normal(a, name);

	*out = (struct column){.kind = C_PASS, .name = arena_strdup(a, name)};
	for (size_t i = 0; i < COUNT_OF(passed_over); i++)
		if (!strcmp(s, passed_over[i]))
			return true;
	for (int f = 0; f < FIELD_COUNT; f++) {
		if (!strcmp(s, field_names[f])) {
			out->kind = C_FIELD;
			out->field = (enum field)f;
			return true;
		}
	}
	out->kind = numbered(s, "media", &out->number) ? C_MEDIA
		    : numbered(s, "alt", &out->number) ? C_ALT
						       : C_PASS;
	if (out->kind != C_PASS)
		return true;
	if (!strncmp(s, VARIANT, strlen(VARIANT)) && s[strlen(VARIANT)]) {
		out->kind = C_VARIANT;
		out->name = s + strlen(VARIANT);
		return true;
	}
	*nearest = nearest_name(s);
	return false;
}

static void put_cell(struct arena *a, struct record *r, const struct column *c, const char *value)
{
	if (!value || !*value)
		return;
	switch (c->kind) {
	case C_FIELD:
		r->cell[c->field] = value;
		break;
	case C_MEDIA:
		r->media[c->number].file = value;
		break;
	case C_ALT:
		r->media[c->number].alt = value;
		break;
	case C_VARIANT:
		r->variants = arena_grow(a, r->variants, r->n_variants, sizeof(*r->variants));
		r->variants[r->n_variants++] = (struct draft_variant){.platform = c->name,
								      .text = value};
		break;
	default:
		break;
	}
}

/* Media without gaps; a description belongs to a file. */
static void close_media(struct record *r, struct problems_list *problems)
{
	for (size_t i = 0; i < ROW_MEDIA_MAX; i++) {
		if (r->media[i].file) {
			r->media[r->n_media] = r->media[i];
			r->sha256[r->n_media++] = r->sha256[i];
		} else if (r->media[i].alt) {
			row_problem(problems, r->row, "alt", E_INVALID,
				    err_translate(N_("a description without a file")));
			r->bad = true;
		}
	}
}

/* ---------------------------------------------------------------- CSV */

static enum err read_header(struct csv_reader *r, struct arena *a, struct column **out, size_t *n,
			    struct err_info *info)
{
	struct csv_row head = {0};
	struct column *columns;
	const char *nearest;
	bool more;
	enum err e = csv_next(r, a, &head, &more, info);

	if (e)
		return e;
	if (!more)
		return err_set(info, E_INVALID, "the file has no header row");
	if (head.n == 1 && strchr(head.cells[0], ';'))
		return err_set(
			info, E_INVALID,
			"the columns are divided by semicolons; save the file with commas between them");
	columns = arena_alloc(a, head.n * sizeof(*columns));
	for (size_t i = 0; i < head.n; i++) {
		if (!column_of(a, head.cells[i], &columns[i], &nearest))
			return err_set(
				info, E_INVALID,
				"row %lld, column %zu: there is no column \"%s\"; the nearest is \"%s\"",
				(long long)r->row, i + 1, head.cells[i], nearest);
		for (size_t k = 0; k < i; k++)
			if (columns[k].kind == columns[i].kind && columns[k].kind != C_PASS &&
			    columns[k].field == columns[i].field &&
			    columns[k].number == columns[i].number &&
			    (columns[k].kind != C_VARIANT ||
			     !strcmp(columns[k].name, columns[i].name)))
				return err_set(info, E_INVALID,
					       "row %lld: the column \"%s\" stands there twice",
					       (long long)r->row, head.cells[i]);
	}
	*out = columns;
	*n = head.n;
	return OK;
}

struct records {
	struct arena *arena;
	struct problems_list *problems;
	struct record *items;
	size_t n, most;
};

static enum err next_record(struct records *l, int64_t row, struct record **out,
			    struct err_info *info)
{
	struct record *r;

	if (l->n == l->most)
		return err_set(info, E_TOO_LONG,
			       "the file has more than %zu rows; divide it into several", l->most);
	l->items = arena_grow(l->arena, l->items, l->n, sizeof(*l->items));
	r = &l->items[l->n++];
	*r = (struct record){.row = row};
	*out = r;
	return OK;
}

static enum err read_csv(struct records *l, const char *bytes, size_t n, struct err_info *info)
{
	struct column *columns = NULL;
	size_t n_columns = 0;
	struct csv_reader r;
	bool more = true;
	enum err e = csv_open(&r, bytes, n, info);

	if (!e)
		e = read_header(&r, l->arena, &columns, &n_columns, info);
	while (!e) {
		struct csv_row row = {0};
		struct record *rec;

		e = csv_next(&r, l->arena, &row, &more, info);
		if (e || !more)
			break;
		e = next_record(l, r.row, &rec, info);
		if (e)
			break;
		for (size_t i = 0; i < row.n && i < n_columns; i++)
			put_cell(l->arena, rec, &columns[i], row.cells[i]);
		close_media(rec, l->problems);
		if (row.n > n_columns) {
			row_problem(l->problems, rec->row, NULL, E_INVALID,
				    err_translate(N_("more cells than the header row has")));
			rec->bad = true;
		}
	}
	return e;
}

/* ---------------------------------------------------------------- JSON lines */

static void wrong(struct records *l, struct record *r, const char *column, const char *message)
{
	row_problem(l->problems, r->row, column, E_INVALID, err_translate(message));
	r->bad = true;
}

/* [{"file", "sha256", "alt"}]; a text is a file. */
static void take_media(struct records *l, struct record *r, const struct json *list)
{
	size_t n = 0;

	for (const struct json *x = json_first(list); x; x = json_next(x), n++) {
		const char *file = json_is_object(x) ? json_str(x, "file") : json_text_of(x);

		if (n == ROW_MEDIA_MAX) {
			wrong(l, r, "media", N_("more than 20 files"));
			return;
		}
		if (!file || !*file) {
			wrong(l, r, "media", N_("an entry names no file"));
			return;
		}
		r->media[n].file = arena_strdup(l->arena, file);
		if (json_is_object(x)) {
			r->media[n].alt = arena_strdup(l->arena, json_str(x, "alt"));
			r->sha256[n] = arena_strdup(l->arena, json_str(x, "sha256"));
		}
	}
}

static const char *joined(struct arena *a, const struct json *list)
{
	struct strbuf b;
	const char *out;

	strbuf_init(&b, JSON_BYTES_MAX);
	for (const struct json *x = json_first(list); x; x = json_next(x)) {
		const char *s = json_text_of(x);

		strbuf_printf(&b, "%s%s", b.len ? "," : "", s ? s : "");
	}
	out = arena_strdup(a, b.data);
	strbuf_free(&b);
	return out;
}

static const char *written(struct arena *a, const struct json *j)
{
	struct strbuf b;
	const char *out;

	strbuf_init(&b, JSON_BYTES_MAX);
	json_write(&b, j, false);
	out = arena_strdup(a, b.data);
	strbuf_free(&b);
	return out;
}

static void take_member(struct records *l, struct record *r, const struct json *m)
{
	bool list = json_is_array(m), object = json_is_object(m);
	const char *nearest, *name = json_name(m);
	struct column c;

	if (json_is_null(m))
		return;
	if (!column_of(l->arena, name, &c, &nearest)) {
		struct err_info why;

		err_set(&why, E_INVALID, "there is no column of this name; the nearest is \"%s\"",
			nearest);
		row_problem(l->problems, r->row, name, E_INVALID, why.text);
		r->bad = true;
	} else if (c.kind == C_PASS) {
		return;
	} else if (c.kind == C_MEDIA && list) {
		take_media(l, r, m);
	} else if (c.kind == C_FIELD && c.field == F_OPTIONS && object) {
		put_cell(l->arena, r, &c, written(l->arena, m));
	} else if (c.kind == C_FIELD && list &&
		   (c.field == F_PLATFORM || c.field == F_CONNECTION)) {
		put_cell(l->arena, r, &c, joined(l->arena, m));
	} else if (list || object || !json_text_of(m)) {
		wrong(l, r, name, N_("a text is wanted here"));
	} else {
		put_cell(l->arena, r, &c, arena_strdup(l->arena, json_text_of(m)));
	}
}

static enum err read_line(struct records *l, const char *s, size_t n, int64_t line,
			  struct err_info *info)
{
	struct err_info why = {0};
	struct json *j = NULL;
	struct record *r;
	enum err e = next_record(l, line, &r, info);

	if (e)
		return e;
	if (json_parse(s, n, JSON_BYTES_MAX, &j, &why)) {
		row_problem(l->problems, line, NULL, E_INVALID, why.text);
		r->bad = true;
	} else if (!json_is_object(j)) {
		wrong(l, r, NULL, N_("the line is no JSON object"));
	} else {
		for (const struct json *m = json_first(j); m; m = json_next(m))
			take_member(l, r, m);
		close_media(r, l->problems);
	}
	json_free(&j);
	return OK;
}

static enum err read_jsonl(struct records *l, const char *bytes, size_t n, struct err_info *info)
{
	const char *s = bytes, *end = bytes + n;
	enum err e = OK;

	if (n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3))
		s += 3;
	for (int64_t line = 1; !e && s < end; line++) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t len = nl ? (size_t)(nl - s) : (size_t)(end - s), blank = 0;

		while (blank < len && strchr(" \t\r", s[blank]) && s[blank])
			blank++;
		if (blank < len)
			e = read_line(l, s, len, line, info);
		s += len + (nl != NULL);
	}
	return e;
}

enum err records_read(const char *bytes, size_t n, enum row_format format, size_t most,
		      struct arena *a, struct problems_list *problems, struct record **out,
		      size_t *n_out, struct err_info *info)
{
	struct records l = {.arena = a, .problems = problems, .most = most};
	enum err e = format == FORMAT_CSV ? read_csv(&l, bytes, n, info)
					  : read_jsonl(&l, bytes, n, info);

	if (e)
		return e;
	*out = l.items;
	*n_out = l.n;
	return OK;
}
