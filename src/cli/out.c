/* cli/out.c - everything a verb prints goes through here, and so through text_make_safe. */
#include "cli/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/shapes.h"

#define OUT_CEILING ((size_t)256 << 20)
#define GAP 2

bool out_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

static void put_safe(FILE *f, const char *s, size_t n, unsigned flags)
{
	struct strbuf safe;

	strbuf_init(&safe, OUT_CEILING);
	text_make_safe(&safe, s, n, flags);
	fwrite(safe.data, 1, safe.len, f);
	strbuf_free(&safe);
}

static void vput_line(FILE *f, const char *fmt, va_list args)
{
	struct strbuf b;

	strbuf_init(&b, OUT_CEILING);
	strbuf_vprintf(&b, fmt, args);
	put_safe(f, b.data, b.len, TEXT_KEEP_LINES);
	putc('\n', f);
	strbuf_free(&b);
}

void out_line(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vput_line(stdout, fmt, args);
	va_end(args);
}

void out_aside(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vput_line(stderr, fmt, args);
	va_end(args);
}

void out_note(const struct args *a, const char *fmt, ...)
{
	va_list args;

	if (a->quiet || a->json)
		return;
	fflush(stdout);
	va_start(args, fmt);
	vput_line(stderr, fmt, args);
	va_end(args);
}

int out_error(const struct args *a, const struct err_info *info)
{
	return out_error_details(a, info, NULL);
}

int out_error_details(const struct args *a, const struct err_info *info, struct json *details)
{
	fflush(stdout);
	if (a->json) {
		struct json *doc = json_new_object(), *error;
		struct strbuf b;

		error = json_set(doc, "error", shape_error(info));
		if (details)
			json_set(error, "details", details);
		strbuf_init(&b, OUT_CEILING);
		json_write(&b, doc, false);
		fprintf(stderr, "%s\n", b.data);
		strbuf_free(&b);
		json_free(&doc);
	} else {
		const char *text = info->text[0] ? info->text : err_meaning(info->code);
		struct strbuf b;

		strbuf_init(&b, OUT_CEILING);
		strbuf_printf(&b, "masthead: %s: %s", err_name(info->code), text);
		if (info->hint[0])
			strbuf_printf(&b, "; %s", info->hint);
		/* One line, or a server's words could pass for a second message of ours. */
		put_safe(stderr, b.data, b.len, TEXT_ONE_LINE);
		putc('\n', stderr);
		strbuf_free(&b);
		json_free(&details);
	}
	return err_exit_status(info->code);
}

void out_json(struct json **j, bool compact)
{
	struct strbuf b;

	strbuf_init(&b, OUT_CEILING);
	json_write(&b, *j, !compact && out_is_terminal());
	strbuf_putc(&b, '\n');
	fwrite(b.data, 1, b.len, stdout);
	if (compact)
		fflush(stdout);
	strbuf_free(&b);
	json_free(j);
}

enum err out_flush(struct err_info *info)
{
	if (fflush(stdout) || ferror(stdout))
		return err_set_errno(info, errno ? errno : EIO,
				     N_("standard output could not be written"));
	return OK;
}

struct table {
	struct arena *arena;
	const struct column *columns;
	size_t n_columns;
	const char **cells;
	size_t n_cells;
};

struct table *table_new(const struct column *columns, size_t n)
{
	struct table *t = xcalloc(1, sizeof *t);

	t->arena = arena_new();
	t->columns = columns;
	t->n_columns = n;
	return t;
}

void table_cell(struct table *t, const char *fmt, ...)
{
	struct strbuf raw, safe;
	va_list args;

	strbuf_init(&raw, STRBUF_CEILING_DEFAULT);
	strbuf_init(&safe, STRBUF_CEILING_DEFAULT);
	va_start(args, fmt);
	strbuf_vprintf(&raw, fmt, args);
	va_end(args);
	text_make_safe(&safe, raw.data, raw.len, TEXT_ONE_LINE);
	t->cells = arena_grow(t->arena, t->cells, t->n_cells, sizeof *t->cells);
	t->cells[t->n_cells++] = arena_strndup(t->arena, safe.data, safe.len);
	strbuf_free(&raw);
	strbuf_free(&safe);
}

static void print_tabbed(const struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++) {
		fputs(t->cells[i], stdout);
		putchar((i + 1) % t->n_columns ? '\t' : '\n');
	}
}

static size_t terminal_width(void)
{
	struct winsize w;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col)
		return w.ws_col;
	return 80;
}

/* Natural widths, then the flexible columns give way, the widest first, until the line fits. */
static void fit_columns(const struct table *t, size_t *width, size_t line)
{
	size_t sum = 0;

	for (size_t c = 0; c < t->n_columns; c++) {
		const char *title = _(t->columns[c].title);
		width[c] = text_cells(title, strlen(title));
	}
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t n = text_cells(t->cells[i], strlen(t->cells[i]));
		if (n > width[i % t->n_columns])
			width[i % t->n_columns] = n;
	}
	for (size_t c = 0; c < t->n_columns; c++)
		sum += width[c] + (c ? GAP : 0);
	while (sum > line) {
		size_t widest = t->n_columns;
		for (size_t c = 0; c < t->n_columns; c++)
			if (t->columns[c].flags & COL_FLEX && width[c] > 8 &&
			    (widest == t->n_columns || width[c] > width[widest]))
				widest = c;
		if (widest == t->n_columns)
			return;
		width[widest]--;
		sum--;
	}
}

static void print_cell(const char *s, size_t width, unsigned flags, bool last, bool ascii)
{
	size_t n = strlen(s), cells = text_cells(s, n);
	const char *mark = "";

	if (cells > width) {
		mark = ascii ? "~" : "\xe2\x80\xa6";
		n = text_cut_cells(s, n, width ? width - 1 : 0, &cells);
		cells++;
	}
	if (flags & COL_RIGHT)
		printf("%*s", (int)(width - cells), "");
	fwrite(s, 1, n, stdout);
	fputs(mark, stdout);
	if (!(flags & COL_RIGHT) && !last)
		printf("%*s", (int)(width - cells), "");
	if (!last)
		printf("%*s", GAP, "");
}

static void print_aligned(const struct table *t, bool ascii)
{
	size_t *width = arena_alloc(t->arena, t->n_columns * sizeof *width);

	fit_columns(t, width, terminal_width());
	for (size_t c = 0; c < t->n_columns; c++)
		print_cell(_(t->columns[c].title), width[c], t->columns[c].flags,
			   c + 1 == t->n_columns, ascii);
	putchar('\n');
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t c = i % t->n_columns;
		print_cell(t->cells[i], width[c], t->columns[c].flags, c + 1 == t->n_columns,
			   ascii);
		if (c + 1 == t->n_columns)
			putchar('\n');
	}
}

void table_print(struct table **tp, bool ascii)
{
	struct table *t = *tp;

	if (out_is_terminal())
		print_aligned(t, ascii);
	else
		print_tabbed(t);
	arena_free(&t->arena);
	xfree(tp);
}

const char *out_time(struct arena *a, int64_t ms, const char *zone)
{
	char buf[64];

	if (!ms)
		return "-";
	when_local(ms, zone ? zone : "UTC", WHEN_MINUTES, buf, sizeof buf);
	return arena_strdup(a, buf);
}
