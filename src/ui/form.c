/* ui/form.c - fields, each a line; secrets are wiped with their lines. */
#include "ui/form.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/console.h"

#define LABEL_CELLS 18

struct form {
	struct view view;
	const struct form_spec *spec;
	struct line lines[FORM_FIELDS];
	size_t at;
	char said[1100];
	bool bad;
};

static struct form *self(struct view *v)
{
	return (struct form *)v;
}

static void paint_field(struct form *f, size_t i)
{
	const struct rect *r = &f->view.rect;
	const struct form_field *field = &f->spec->fields[i];
	const struct line *l = &f->lines[i];
	bool here = i == f->at;
	int y = r->y + 2 + (int)i, x = r->x + 2 + LABEL_CELLS, room = r->x + r->w - x - 1, cursor;

	if (y >= r->y + r->h || room < 4)
		return;
	draw_field(y, r->x + 2, LABEL_CELLS, term_attr(here ? ROLE_FOCUS : ROLE_TEXT),
		   _(field->label), false);
	if (field->masked) {
		char dots[200] = "";
		size_t n = text_graphemes(l->text, l->len), k = 0;
		for (const char *dot = term_ascii() ? "*" : "•";
		     k < n && strlen(dots) + 4 < sizeof(dots); k++)
			snprintf(dots + strlen(dots), sizeof(dots) - strlen(dots), "%s", dot);
		draw_field(y, x, room, term_attr(ROLE_TEXT), dots, false);
		cursor = (int)k;
	} else {
		char left[LINE_BYTES];
		snprintf(left, sizeof(left), "%.*s", (int)l->cursor, l->text);
		draw_field(y, x, room, term_attr(ROLE_TEXT), l->text, false);
		cursor = draw_cells(left);
	}
	if (here)
		draw_cursor(y, x + (cursor < room ? cursor : room - 1));
}

static void paint(struct view *v, bool focused)
{
	struct form *f = self(v);
	const struct rect *r = &v->rect;
	int y = r->y + 3 + (int)f->spec->n;
	const char *help = f->spec->fields[f->at].help;

	draw_clear(r);
	view_paint_title(v, focused);
	for (size_t i = 0; i < f->spec->n; i++)
		paint_field(f, i);
	if (help && y < r->y + r->h)
		draw_field(y, r->x + 2, r->w - 3, term_attr(ROLE_DIM), _(help), false);
	if (f->said[0]) {
		/* Errors may be long: as many rows as they take. */
		const char *s = f->said;
		for (y += 2; *s && y < r->y + r->h; y++) {
			size_t n = text_cut_cells(s, strlen(s), (size_t)(r->w > 6 ? r->w - 4 : 2),
						  NULL);
			char row[1100];
			snprintf(row, sizeof(row), "%.*s", (int)n, s);
			draw_field(y, r->x + 2, r->w - 3, term_attr(f->bad ? ROLE_BAD : ROLE_BUSY),
				   row, false);
			s += n ? n : 1;
		}
	}
}

/* The next of the choices that is not the present text. */
static void choose(struct form *f, bool next)
{
	const struct form_field *field = &f->spec->fields[f->at];
	char before[LINE_BYTES] = "", first[LINE_BYTES] = "", pick[LINE_BYTES] = "";
	struct line *l = &f->lines[f->at];
	bool seen = false;
	struct strbuf b;

	if (!field->choices)
		return;
	strbuf_init(&b, 64 * 1024);
	field->choices(f->view.c, "", &b);
	for (char *s = b.data, *end; (end = strchr(s, '\n')); s = end + 1) {
		*end = '\0';
		/* Quotes are for the ':' line. */
		if (*s == '"' && end > s + 1 && end[-1] == '"') {
			s++;
			end[-1] = '\0';
		}
		if (!first[0])
			snprintf(first, sizeof(first), "%s", s);
		if (next ? seen && !pick[0] : !strcmp(s, l->text) && before[0])
			snprintf(pick, sizeof(pick), "%s", next ? s : before);
		seen |= !strcmp(s, l->text);
		snprintf(before, sizeof(before), "%s", s);
	}
	line_set(l, pick[0] ? pick : next ? first : before);
	strbuf_free(&b);
}

static void step(struct form *f, int by)
{
	f->at = (f->at + f->spec->n + (size_t)(by + (int)f->spec->n)) % f->spec->n;
}

/* What stands behind a secret is for logins that need none. */
static bool at_end(const struct form *f)
{
	return f->at + 1 == f->spec->n || (f->spec->fields[f->at].masked && f->lines[f->at].len);
}

static bool key(struct view *v, uint32_t k)
{
	struct form *f = self(v);

	v->dirty = true;
	switch (k) {
	case K_ESC:
	case KEY_CTRL('C'):
		form_close(v->c, f);
		return true;
	case K_TAB:
	case K_DOWN:
		step(f, 1);
		return true;
	case K_BACKTAB:
	case K_UP:
		step(f, -1);
		return true;
	case KEY_CTRL('N'):
	case KEY_CTRL('P'):
		choose(f, k == KEY_CTRL('N'));
		return true;
	case K_ENTER:
		if (!at_end(f)) {
			step(f, 1);
		} else {
			f->said[0] = '\0';
			f->spec->accept(v->c, f);
		}
		return true;
	case KEY_CTRL('L'):
	case KEY_CTRL('Z'):
		return false;
	default:
		line_key(&f->lines[f->at], k);
		return true;
	}
}

static void hint(struct view *v, struct strbuf *out)
{
	struct form *f = self(v);

	strbuf_puts(out, at_end(f) ? _("Enter done") : _("Enter next field"));
	if (f->spec->fields[f->at].choices)
		strbuf_puts(out, _("  ^N ^P choose"));
	strbuf_puts(out, _("  Tab S-Tab move  Esc leave"));
}

static void free_view(struct view *v)
{
	struct form *f = self(v);

	for (size_t i = 0; i < FORM_FIELDS; i++)
		line_wipe(&f->lines[i]);
	xfree(&f);
}

struct form_alloc {
	struct form f;
	struct view_ops ops;
};

struct form *form_open(struct console *c, const struct form_spec *spec, const char *const *values)
{
	struct form_alloc *a = xcalloc(1, sizeof(*a));

	a->ops = (struct view_ops){
		.title = spec->title, .paint = paint, .key = key, .hint = hint, .free = free_view};
	a->f.view = (struct view){.ops = &a->ops, .c = c, .pane = PANE_TEXT, .dirty = true};
	a->f.spec = spec;
	for (size_t i = 0; i < spec->n; i++)
		line_set(&a->f.lines[i], values[i]);
	/* The first field that is still empty. */
	while (a->f.at + 1 < spec->n && a->f.lines[a->f.at].len)
		a->f.at++;
	console_push(c, &a->f.view);
	return &a->f;
}

const char *form_value(const struct form *f, size_t field)
{
	return f->lines[field].text;
}

struct form *form_find(struct console *c, const struct form_spec *spec)
{
	for (size_t i = c->depth; i-- > 0;)
		if (c->stack[i]->ops->free == free_view && self(c->stack[i])->spec == spec)
			return self(c->stack[i]);
	return NULL;
}

void form_say(struct form *f, bool bad, const char *text)
{
	snprintf(f->said, sizeof(f->said), "%s", text);
	f->bad = bad;
	f->view.dirty = true;
}

void form_clear_secrets(struct form *f)
{
	for (size_t i = 0; i < f->spec->n; i++)
		if (f->spec->fields[i].masked)
			line_wipe(&f->lines[i]);
	f->view.dirty = true;
}

void form_close(struct console *c, struct form *f)
{
	/* A form is always on top: whatever it opens takes the message line. */
	if (c->depth && c->stack[c->depth - 1] == &f->view)
		console_pop(c);
}
